"""Invented series, as long tables."""

import datetime as dt

import numpy as np
import pyarrow as pa

START = dt.date(2021, 1, 1)


def month(number: int) -> dt.date:
    return dt.date(2021 + number // 12, number % 12 + 1, 1)


def quarter(number: int) -> dt.date:
    return month(3 * number)


def week(number: int) -> dt.date:
    return START + dt.timedelta(days=7 * number)


def table(rows: list[tuple], *columns: str) -> pa.Table:
    """A long table of texts: unique_id, ds, y and more columns."""
    names = ("unique_id", "ds", "y", *columns)
    return pa.table(
        {name: pa.array(["" if row[at] is None else str(row[at]) for row in rows], pa.string()) for at, name in enumerate(names)}
    )


def seasonal(count: int = 8, periods: int = 60, *, name=month, season: int = 12, noise: float = 0.1, seed: int = 7) -> list[tuple]:
    """Series of different sizes that grow a little, with one year's wave and noise: id, date, value, region, team."""
    dice = np.random.default_rng(seed)
    wave = 1 + 0.3 * np.sin(2 * np.pi * np.arange(periods) / season)
    return [
        (
            f"S{one:02}",
            name(t),
            round(100 * (1 + one) * (1 + 0.004 * t) * wave[t] * dice.lognormal(0, noise), 2),
            ("North", "South")[one % 2],
            f"T{one % 4}",
        )
        for one in range(count)
        for t in range(periods)
    ]


def seasonal_table(*arguments, **more) -> pa.Table:
    return table(seasonal(*arguments, **more), "region", "team")
