"""`pacesetter backtest`: how far off forecasts would have been, from files of one's own."""

import datetime as dt
from pathlib import Path

import click

from pacesetter.cli import series, tables
from pacesetter.cli.forecast import DAY
from pacesetter.cli.output import as_format, as_json, table, with_bar


@click.group("backtest")
def command() -> None:
    """Say how far off forecasts would have been."""


command.add_command(series.backtest)


@command.command("deals")
@click.argument("history", type=tables.TABLE)
@click.option("--since", type=DAY, required=True, help="The first day that is asked.")
@click.option("--until", type=DAY, required=True, help="The last day that is asked.")
@click.option("--days", default=28, show_default=True, type=click.IntRange(1), help="How far ahead, in days.")
@click.option("--every", default=7, show_default=True, type=click.IntRange(1), help="Days between two that are asked.")
@click.option("--refit", default=7, show_default=True, type=click.IntRange(1), help="Days after which to learn anew.")
@as_format
def deals(history: Path, since: dt.datetime, until: dt.datetime, days: int, every: int, refit: int, form: str) -> None:
    """Ask for a forecast from every past day with what was known as it began, against simple rules.

    HISTORY is a file as `pacesetter forecast deals` takes it.
    """
    from pacesetter.core.forecasting import backtests, histories

    known = histories.read(tables.read(history))
    span = {"since": since.date(), "until": until.date(), "horizon": days, "every": every, "refit": refit}
    found = with_bar("Asking past days", lambda step: backtests.backtest(known, **span, step=step))
    scores = [{"method": one.method, "wape": one.wape, "bias": one.bias, "within_10_percent": one.within} for one in found.scores]
    if form == "json":
        told = {"days": days, "asked": len(found.origins), "independent": found.independent, "coverage_80": found.coverage}
        asked = [{"as_of": o.as_of, "actual": o.actual, **o.said, "p10": o.low, "p90": o.high} for o in found.origins]
        return as_json(told | {"scores": scores, "origins": asked})
    shown = [[one.method.replace("_", " "), f"{one.wape:.1%}", f"{one.bias:+.1%}", f"{one.within:.0%}"] for one in found.scores]
    table(["Method", "WAPE", "Bias", "Within 10 %"], shown, right=range(1, 4))
    return click.echo(
        f"{len(found.origins)} days asked, {days} days ahead; {found.independent} of the windows do not overlap. "
        f"The band of 80 % held {found.coverage:.0%}."
    )
