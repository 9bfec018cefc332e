"""`pacesetter forecast`: what will be won, from files of one's own."""

import datetime as dt
from pathlib import Path
from typing import Any

import click

from pacesetter.cli import tables
from pacesetter.cli.output import as_format, as_json, table

SHOWN = 20
DAY = click.DateTime(["%Y-%m-%d"])


@click.group("forecast")
def command() -> None:
    """Say what will be won, and how sure that is."""


@command.command("deals")
@click.argument("history", type=tables.TABLE)
@click.option("--as-of", type=DAY, required=True, help="The last day that is known; whatever happened later is not looked at.")
@click.option("--until", type=DAY, required=True, help="The last day of what is forecast.")
@click.option("--seed", default=7, show_default=True, help="Of the draws behind the spread.")
@as_format
def deals(history: Path, as_of: dt.datetime, until: dt.datetime, seed: int, form: str) -> None:
    """What the deals of HISTORY bring after one day and up to another.

    HISTORY is a CSV or Parquet file with the columns deal_id, occurred_at, field and value; fields are stage, amount, owner,
    close_date and outcome (won, lost, or open again). All amounts are in one currency.
    """
    from pacesetter.core.forecasting import deals as engine
    from pacesetter.core.forecasting import histories

    found = engine.forecast(histories.read(tables.read(history)), as_of=as_of.date(), until=until.date(), seed=seed)
    as_json(_plain(found)) if form == "json" else _show(found)


def _plain(found: Any) -> dict[str, Any]:
    from pacesetter.core.forecasting import deals as engine

    spreads = {"total": found.total, "open_deals": found.open, "new_business": found.new}
    return {
        "as_of": found.as_of,
        "until": found.until,
        **{name: {part: round(getattr(one, part), 2) for part in ("mean", "p10", "p50", "p90")} for name, one in spreads.items()},
        "new_deals": round(found.new_deals, 2),
        "closed_deals_learned_from": found.closed,
        "common_error": round(found.shock, 4),
        "common_error_measured_on": found.measured,
        "deals": engine.rows(found),
    }


def _show(found: Any) -> None:
    plain = _plain(found)
    click.echo(f"Won after {found.as_of} and up to {found.until}:")
    parts = (("Open deals", "open_deals"), ("New business", "new_business"), ("Total", "total"))
    money = [[label, *(f"{plain[key][part]:,.0f}" for part in ("mean", "p10", "p50", "p90"))] for label, key in parts]
    table(["", "Mean", "P10", "P50", "P90"], money, right=range(1, 5))
    shown = [
        [r["deal_id"], f"{r['p_win']:.1%}", f"{r['amount']:,.0f}", f"{r['expected_amount']:,.0f}", r["basis"].replace("_", " and ")]
        for r in plain["deals"][:SHOWN]
    ]
    table(["Deal", "Chance", "Amount", "Expected", "Judged by"], shown, right=range(1, 4))
    more = len(plain["deals"]) - len(shown)
    told = f"measured on {found.measured} past days" if found.measured else "assumed: too few past days"
    click.echo(
        f"{f'{more:,} more deals. ' if more > 0 else ''}Learned from {found.closed:,} closed deals; common error {found.shock:.0%}, {told}."
    )
