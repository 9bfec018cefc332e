"""Histories of invented deals, as long tables."""

import datetime as dt

import numpy as np
import pyarrow as pa

START = dt.date(2025, 1, 1)
Row = tuple[str, str, str, str]


def table(rows: list[Row]) -> pa.Table:
    """A long table of texts."""
    deal, at, field, value = zip(*rows, strict=True) if rows else ((), (), (), ())
    return pa.table(
        {"deal_id": list(deal), "occurred_at": list(at), "field": list(field), "value": list(value)},
        schema=pa.schema([(name, pa.string()) for name in ("deal_id", "occurred_at", "field", "value")]),
    )


def company(deals: int = 420, days: int = 300, *, win: float = 0.4, seed: int = 7) -> list[Row]:
    """Deals that begin evenly over the days, move from first to second stage after about five days, and end about ten after that."""
    dice = np.random.default_rng(seed)
    rows: list[Row] = []
    for number in range(deals):
        begin = float(dice.uniform(0, days))
        move = begin + dice.exponential(5)
        end = move + dice.exponential(10)
        amount = round(float(dice.lognormal(7, 0.5)), 2)
        name = f"D{number:04}"
        rows += [(name, moment(begin), "amount", str(amount)), (name, moment(begin), "stage", "First")]
        if dice.random() < 0.7:
            rows += [(name, moment(move), "stage", "Second")]
            rows += [(name, moment(end), "outcome", "won" if dice.random() < win / 0.7 else "lost")]
        else:
            rows += [(name, moment(move), "outcome", "lost")]
    return rows


def moment(days: float) -> str:
    """So many days after the start, as ISO text."""
    return (dt.datetime.combine(START, dt.time()) + dt.timedelta(days=days)).isoformat(timespec="seconds")


def day(number: int) -> dt.date:
    return START + dt.timedelta(days=number)
