"""`pacesetter forecast series` and `pacesetter backtest series`: many series at once, from files of one's own."""

import datetime as dt
from collections.abc import Callable
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


def _panel(file: Path, freq: str, hierarchy: tuple[str, ...], as_of: dt.datetime | None, add_up: bool) -> Any:
    from pacesetter.core.forecasting.series import panels

    return panels.read(tables.read(file), freq, hierarchy=hierarchy, as_of=as_of.date() if as_of else None, add_up=add_up)


@click.command("series")
@_options
@click.option("--out", type=tables.OUT, help="A CSV or Parquet file to write; without it the beginning is shown.")
def forecast(
    file: Path, horizon: int, freq: str, levels: tuple[int, ...], hierarchy: tuple[str, ...], as_of: dt.datetime | None, add_up: bool,
    processes: int, form: str, out: Path | None,
) -> None:  # fmt: skip
    """What the series of FILE bring in the next periods, with bands that were checked on the past.

    FILE is a CSV or Parquet file with the columns unique_id, ds (a date) and y, and those of the hierarchy. A period without a row
    is zero; an empty y is not known, and is drawn as a line between its neighbours.
    """
    from pacesetter.core.forecasting.series import forecasts, partitions

    panel = _panel(file, freq, hierarchy, as_of, add_up)

    def work(step: Callable[..., None]) -> Any:
        with partitions.over(processes) as run:
            return forecasts.forecast(panel, horizon, levels=levels, names=hierarchy, run=run)

    found = with_bar(f"Forecasting {len(panel):,} series", work)
    rows = found.table()
    if out:
        tables.write(rows, out)
    if form == "json":
        return as_json(_plain(found, rows, written=out is not None))
    return _show(found, rows, out)


def _plain(found: Any, rows: Any, written: bool) -> dict[str, Any]:
    plan = found.plan
    told = [
        {"level": name, "model": one.model, "errors": dict(one.scores), "past_errors_behind_the_bands": one.bands.errors}
        for name, one in plan.rungs.items()
    ]
    plain = {"horizon": plan.horizon, "past_days_asked": len(plan.origins), "levels": told, "refused": found.refused}
    return (
        plain
        | {"periods_without_row": found.panel.filled, "empty_values": found.panel.guessed}
        | ({} if written else {"rows": rows.to_pylist()})
    )


def _show(found: Any, rows: Any, out: Path | None) -> None:
    from pacesetter.core.forecasting.series.ladders import BASELINE

    plan, panel = found.plan, found.panel
    shown = [
        [name, one.model.replace("_", " "), _percent(one.scores, one.model), _percent(one.scores, BASELINE)]
        for name, one in plan.rungs.items()
    ]
    table(["Level", "Model", "Past error", "Seasonal naive"], shown, right=(2, 3))
    if not out:
        _beginning(rows, min(next(iter(plan.rungs.values())).bands.levels))
    told = [f"{rows.num_rows:,} rows written to {out}." if out else f"{max(rows.num_rows - SHOWN, 0):,} more rows."]
    told.append(f"Chosen on {len(plan.origins)} past days of {panel.periods} periods." if plan.origins else "Too short to ask a past day.")
    told += [f"{panel.filled:,} periods without a row are zero."] if panel.filled else []
    told += [f"{panel.guessed:,} empty values are drawn between their neighbours."] if panel.guessed else []
    told += [f"Too little is known of {len(found.refused):,} series ({', '.join(found.refused[:5])}…)."] if found.refused else []
    click.echo(" ".join(told))


def _beginning(rows: Any, level: int) -> None:
    """The first rows, with their narrowest band."""
    shown = [
        [
            one["unique_id"],
            one.get("level", ""),
            one["ds"],
            *(_money(one[key]) for key in ("mean", f"lo-{level}", f"hi-{level}")),
            one["model"],
        ]
        for one in rows.slice(0, SHOWN).to_pylist()
    ]
    table(["Series", "Level", "Period", "Mean", f"Low {level} %", f"High {level} %", "Model"], shown, right=(3, 4, 5))


def _money(value: float | None) -> str:
    return "?" if value is None else f"{value:,.0f}"


def _percent(scores: Any, model: str) -> str:
    return f"{scores[model]:.1%}" if model in scores else "not measured"


@click.command("series")
@_options
@click.option("--origins", default=4, show_default=True, type=click.IntRange(1), help="How many past days to ask from, at most.")
@click.option("--every", type=click.IntRange(1), help="Periods between two of them; else the horizon.")
def backtest(
    file: Path, horizon: int, freq: str, levels: tuple[int, ...], hierarchy: tuple[str, ...], as_of: dt.datetime | None, add_up: bool,
    processes: int, form: str, origins: int, every: int | None,
) -> None:  # fmt: skip
    """Ask for a forecast of the series of FILE from past days with what was known then, against simple rules.

    FILE is one as `pacesetter forecast series` takes it.
    """
    from pacesetter.core.forecasting.series import backtests, partitions

    panel = _panel(file, freq, hierarchy, as_of, add_up)

    def work(step: Callable[..., None]) -> Any:
        with partitions.over(processes) as run:
            asked = {"origins": origins, "every": every, "levels": levels, "names": hierarchy}
            return backtests.backtest(panel, horizon, **asked, run=run, step=step)

    found = with_bar("Asking past days", work)
    if form == "json":
        scores, held = ([vars(one) for one in rows] for rows in (found.scores, found.held))
        told = {"horizon": horizon, "asked": len(found.asked), "independent": found.independent, "models": found.models}
        return as_json(told | {"scores": scores, "bands": held})
    shown = [
        [
            one.level,
            one.method.replace("_", " "),
            f"{one.wape:.1%}",
            f"{one.bias:+.1%}",
            f"{one.mase:.2f}",
            f"{one.rmsse:.2f}",
            f"{one.relative:.2f}",
        ]
        for one in found.scores
    ]
    table(["Level", "Method", "WAPE", "Bias", "MASE", "RMSSE", "÷ seasonal naive"], shown, right=range(2, 7))
    table(
        ["Level", "Band", "Held", "MSIS"],
        [[one.level, f"{one.band} %", f"{one.coverage:.1%}", f"{one.msis:.2f}"] for one in found.held],
        right=(1, 2, 3),
    )
    return click.echo(f"{len(found.asked)} past days asked, {horizon} periods ahead; {found.independent} of the windows do not overlap.")
