"""`pacesetter forecast series` and `pacesetter backtest series`: many series at once, from files of one's own."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from pacesetter.cli import tables
from pacesetter.cli.output import as_format, as_json, table, with_bar

SHOWN = 20
DAY = click.DateTime(["%Y-%m-%d"])


class Levels(click.ParamType[tuple[int, ...]]):
    """Percentages, separated by commas."""

    name = "PERCENT,…"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        try:
            levels = tuple(sorted({int(one) for one in value.split(",")}))
        except ValueError:
            levels = ()
        if not levels or not all(0 < one < 100 for one in levels):
            self.fail(f"{value} are no percentages between 1 and 99.", param, ctx)
        return levels


class Names(click.ParamType[tuple[str, ...]]):
    """Names of columns, separated by commas."""

    name = "COLUMN,…"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, ...]:
        return value if isinstance(value, tuple) else tuple(one.strip() for one in value.split(",") if one.strip())


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    """What both commands ask for."""
    for option in (
        as_format,
        click.option("--processes", default=1, show_default=True, type=click.IntRange(1), help="How many share the work."),
        click.option("--covariates", type=tables.TABLE, help="A file of ds, numbers, and unique_id where they differ by series."),
        click.option("--add-up", is_flag=True, help="Add up rows of a series that fall into one period, instead of refusing them."),
        click.option("--as-of", type=DAY, help="The last day that is known; later rows are not looked at."),
        click.option("--hierarchy", type=Names(), default=(), help="Columns to add series up by, outermost first: region,team."),
        click.option("--levels", type=Levels(), default=(80, 95), show_default="80,95", help="Of the bands."),
        click.option("--freq", type=click.Choice(["D", "W", "M", "Q"]), required=True, help="Days, weeks, months or quarters."),
        click.option("--horizon", type=click.IntRange(1), required=True, help="How many periods ahead."),
        click.argument("file", type=tables.TABLE),
    ):
        function = option(function)
    return function


def _panel(asked: dict[str, Any]) -> tuple[Any, list[str]]:
    """What is in the files, and the covariates that are left out because their future is not known."""
    from pacesetter.core.forecasting.series import drivers, panels

    as_of = asked["as_of"].date() if asked["as_of"] else None
    panel = panels.read(tables.read(asked["file"]), asked["freq"], hierarchy=asked["hierarchy"], as_of=as_of, add_up=asked["add_up"])
    return drivers.read(tables.read(asked["covariates"]), panel, asked["horizon"]) if asked["covariates"] else (panel, [])


@click.command("series")
@_options
@click.option("--out", type=tables.OUT, help="A CSV or Parquet file to write; without it the beginning is shown.")
def forecast(form: str, out: Path | None, **asked: Any) -> None:
    """What the series of FILE bring in the next periods, with bands that were checked on the past.

    FILE is a CSV or Parquet file with the columns unique_id, ds (a date) and y, and those of the hierarchy. A period without a row
    is zero; an empty y is not known, and is drawn as a line between its neighbours.
    """
    from pacesetter.core.forecasting.series import forecasts, partitions

    panel, unknown = _panel(asked)

    def work(step: Callable[..., None]) -> Any:
        with partitions.over(asked["processes"]) as run:
            return forecasts.forecast(panel, asked["horizon"], levels=asked["levels"], names=asked["hierarchy"], run=run)

    found = with_bar(f"Forecasting {len(panel):,} series", work)
    rows = found.table()
    if out:
        tables.write(rows, out)
    if form == "json":
        return as_json(_plain(found, unknown) | ({} if out else {"rows": rows.to_pylist()}))
    return _show(found, rows, out, unknown)


def _plain(found: Any, unknown: list[str]) -> dict[str, Any]:
    plan = found.plan
    told = [
        {
            "level": name,
            "model": one.model,
            "errors": dict(one.scores),
            "covariates": one.drivers,
            "past_errors_behind_the_bands": one.bands.errors,
        }
        for name, one in plan.rungs.items()
    ]
    read = {"periods_without_row": found.panel.filled, "empty_values": found.panel.guessed, "covariates_without_future": unknown}
    return {"horizon": plan.horizon, "past_days_asked": len(plan.origins), "levels": told, "refused": found.refused} | read


def _show(found: Any, rows: Any, out: Path | None, unknown: list[str]) -> None:
    from pacesetter.core.forecasting.series.ladders import BASELINE

    plan = found.plan
    shown = [
        [name, one.model.replace("_", " "), _percent(one.scores, one.model), _percent(one.scores, BASELINE)]
        for name, one in plan.rungs.items()
    ]
    table(["Level", "Model", "Past error", "Seasonal naive"], shown, right=(2, 3))
    if not out:
        _beginning(rows, min(next(iter(plan.rungs.values())).bands.levels))
    click.echo(
        " ".join(
            [
                f"{rows.num_rows:,} rows written to {out}." if out else f"{max(rows.num_rows - SHOWN, 0):,} more rows.",
                *_told(found, unknown),
            ]
        )
    )


def _told(found: Any, unknown: list[str]) -> Iterator[str]:
    """What else there is to know, in sentences."""
    from pacesetter.core.forecasting.series import boosters

    plan, panel = found.plan, found.panel
    yield f"Chosen on {len(plan.origins)} past days of {panel.periods} periods." if plan.origins else "Too short to ask a past day."
    if panel.filled:
        yield f"{panel.filled:,} periods without a row are zero."
    if panel.guessed:
        yield f"{panel.guessed:,} empty values are drawn between their neighbours."
    if found.refused:
        yield f"Too little is known of {len(found.refused):,} series ({', '.join(found.refused[:5])}{', …' * (len(found.refused) > 5)})."
    for driver in panel.drivers:
        levels = [name for name, one in plan.rungs.items() if driver in one.drivers]
        yield f"{driver} is used for {', '.join(levels)}." if levels else f"{driver} would not have helped on past days, and is left out."
    if unknown:
        yield f"Left out, because what they will be is not in the file: {', '.join(unknown)}."
    if not boosters.usable():
        yield "LightGBM cannot be loaded, and mixtures do without it."


def _beginning(rows: Any, level: int) -> None:
    """The first rows, with their narrowest band."""
    texts = [name for name in ("unique_id", "level", "ds") if name in rows.column_names]
    numbers = ("mean", f"lo-{level}", f"hi-{level}")
    shown = [
        [*(one[name] for name in texts), *(_money(one[name]) for name in numbers), one["model"]] for one in rows.slice(0, SHOWN).to_pylist()
    ]
    heads = {"unique_id": "Series", "level": "Level", "ds": "Period"}
    right = range(len(texts), len(texts) + len(numbers))
    table([*(heads[name] for name in texts), "Mean", f"Low {level} %", f"High {level} %", "Model"], shown, right=right)


def _money(value: float | None) -> str:
    return _said(math.nan if value is None else value, ",.0f")


def _percent(scores: Any, model: str) -> str:
    return _said(scores.get(model, math.nan), ".1%")


@click.command("series")
@_options
@click.option("--origins", default=4, show_default=True, type=click.IntRange(1), help="How many past days to ask from, at most.")
@click.option("--every", type=click.IntRange(1), help="Periods between two of them; else the horizon.")
def backtest(form: str, origins: int, every: int | None, **asked: Any) -> None:
    """Ask for a forecast of the series of FILE from past days with what was known then, against simple rules.

    FILE is one as `pacesetter forecast series` takes it.
    """
    from pacesetter.core.forecasting.series import backtests, partitions

    panel, _ = _panel(asked)
    horizon = asked["horizon"]

    def work(step: Callable[..., None]) -> Any:
        with partitions.over(asked["processes"]) as run:
            days = {"origins": origins, "every": every}
            return backtests.backtest(panel, horizon, **days, levels=asked["levels"], names=asked["hierarchy"], run=run, step=step)

    found = with_bar("Asking past days", work)
    if form == "json":
        scores, held = ([_known(vars(one)) for one in rows] for rows in (found.scores, found.held))
        told = {"horizon": horizon, "asked": len(found.asked), "independent": found.independent, "models": found.models}
        return as_json(told | {"scores": scores, "bands": held})
    shown = [
        [
            one.level,
            one.method.replace("_", " "),
            _said(one.wape, ".1%"),
            _said(one.bias, "+.1%"),
            *(_said(x, ".2f") for x in (one.mase, one.rmsse, one.relative)),
        ]
        for one in found.scores
    ]
    table(["Level", "Method", "WAPE", "Bias", "MASE", "RMSSE", "÷ seasonal naive"], shown, right=range(2, 7))
    held = [[one.level, f"{one.band} %", _said(one.coverage, ".1%"), _said(one.msis, ".2f")] for one in found.held]
    table(["Level", "Band", "Held", "MSIS"], held, right=(1, 2, 3))
    return click.echo(f"{len(found.asked)} past days asked, {horizon} periods ahead; {found.independent} of the windows do not overlap.")


def _known(row: dict[str, Any]) -> dict[str, Any]:
    """What is not a number is null in JSON."""
    return {key: None if value != value else value for key, value in row.items()}


def _said(value: float, form: str) -> str:
    return "?" if value != value else format(value, form)
