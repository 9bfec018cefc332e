"""Numbers for people: a metric measured for an actor, inside their scope, with comparison, target, trend and records."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from pacesetter.analytics import targets
from pacesetter.analytics.reader import DAY, Reader, Record
from pacesetter.base.warehouse import names, plans
from pacesetter.core import conditions, metrics
from pacesetter.core.errors import Invalid, add_sentences
from pacesetter.core.labels import mark
from pacesetter.core.metrics import METRICS, Ask, Cell
from pacesetter.core.metrics.tables import TIMES
from pacesetter.core.periods import MONTHS, Grain, Period, add_months, containing

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

Compare = Literal["same_day", "full"]
__all__ = ["Reader", "Record", "alternatives", "dimensions", "labels", "measure", "needed_coverage", "records", "trend"]

add_sentences({"period_too_long": mark("{metric} over time needs a period with a beginning, such as this_year.")})


def measure(
    key: str,
    *,
    by: "Actor",
    period: Period | str = "this_quarter",
    dims: Sequence[str] = (),
    where: str | conditions.Tree | None = None,
    as_of: dt.date | None = None,
    variants: Mapping[str, str] | None = None,
    compare: Compare | None = None,
    reader: Reader | None = None,
) -> list[Cell]:
    """The cells of a metric: one without `dims`, else one per combination that occurs.

    `where` filters by a condition on the metric's dimensions; `compare` adds to each cell the same one of the previous
    period, as it stood on the same day of it, or in full.
    """
    reader = reader or Reader(by)
    span, ask = reader.period(period), reader.ask(key, dims, where, variants)
    cells = _asked_anew(reader, ask, span, as_of) if _needs_each_period(ask) else reader.cells(ask, span, as_of)
    if compare and not set(dims) & set(TIMES) and span.grain != "all":
        _compare(reader, ask, span, as_of, compare, cells)
    if not dims and not where:
        cells[0].target = targets.target_of(key, _own(ask), span, reader.targets)
    return cells


def _own(ask: Ask) -> dict[str, str]:
    """The metric's own variants, without rates and organisation."""
    return {name: option for name, option in ask.variants if name in METRICS[ask.metric].variants}


def _compare(reader: Reader, ask: Ask, span: Period, as_of: dt.date | None, how: Compare, cells: list[Cell]) -> None:
    """The previous period as it stood on the same day: records and reach alike, so that like meets like."""
    day = span.same_day_previous(as_of or reader.today) if how == "same_day" else None
    before = {tuple(cell.key.values()): cell for cell in reader.cells(ask, span.previous(), day)}
    for cell in cells:
        cell.previous = before.get(tuple(cell.key.values()))


# over time ------------------------------------------------------------------------------------------
def _needs_each_period(ask: Ask) -> bool:
    return METRICS[ask.metric].trend != "flow" and any(name in TIMES for name in ask.by)


def _asked_anew(reader: Reader, ask: Ask, span: Period, as_of: dt.date | None) -> list[Cell]:
    """Stocks cannot be split by their rows' days: each period is asked as it opened, or as it ended."""
    grain: Any = next(name for name in ask.by if name in TIMES)
    plain = replace(ask, by=tuple(name for name in ask.by if name not in TIMES))
    if span.grain == "all":
        raise Invalid("period_too_long", metric=METRICS[ask.metric].label)
    cells = []
    for part in span.parts(grain):
        if part.since <= reader.today:
            for cell in reader.cells(plain, part, _moment_of(ask, part, as_of)):
                cell.key = {name: part.since if name == grain else cell.key[name] for name in ask.by}
                cells.append(cell)
    return cells


def _moment_of(ask: Ask, part: Period, as_of: dt.date | None) -> dt.date | None:
    day = part.since - DAY if METRICS[ask.metric].trend == "opening" else part.last
    return min(day, as_of) if as_of else day


def trend(
    key: str,
    *,
    by: "Actor",
    period: Period | str = "this_quarter",
    grain: Grain = "month",
    count: int = 12,
    where: str | conditions.Tree | None = None,
    variants: Mapping[str, str] | None = None,
    reader: Reader | None = None,
) -> list[Cell]:
    """The metric over the last `count` months (quarters, years) up to the end of `period`, without gaps."""
    reader = reader or Reader(by)
    last = containing(min(reader.period(period).last, reader.today), grain, reader.fiscal_start)
    first = last.shifted(1 - count)
    span = Period(first.since, add_months(last.since, MONTHS[grain]), "", "days", reader.fiscal_start)
    cells = measure(key, by=by, period=span, dims=(grain,), where=where, variants=variants, reader=reader)
    known = {cell.key[grain]: cell for cell in cells}
    return [known.get(part.since) or _nothing(cells, key, grain, part) for part in span.parts(grain)]


def _nothing(like: list[Cell], key: str, grain: str, part: Period) -> Cell:
    """A month in which nothing happened: zero for sums, no value for rates."""
    shape = METRICS[key]
    zero = Decimal(0) if shape.unit == "money" else 0
    empty = zero if shape.aggregate.key == "total" else None
    return Cell(
        key,
        shape.unit,
        key={grain: part.since},
        value=empty,
        num=empty,
        says="nothing_here",
        since=part.since,
        until=part.until,
        currency=like[0].currency if like else None,
    )


# beside the number ----------------------------------------------------------------------------------
def records(
    key: str,
    *,
    by: "Actor",
    period: Period | str = "this_quarter",
    cell: Mapping[str, Any] | None = None,
    reason: str | None = None,
    where: str | conditions.Tree | None = None,
    as_of: dt.date | None = None,
    variants: Mapping[str, str] | None = None,
    reader: Reader | None = None,
) -> list[Record]:
    """The records behind a cell, named by its key; with `reason` those left out of it. They add up to the cell."""
    reader, cell = reader or Reader(by), dict(cell or {})
    ask, span = reader.ask(key, tuple(cell), where, variants), reader.period(period)
    if _needs_each_period(ask):
        grain: Any = next(name for name in cell if name in TIMES)
        span = containing(cell.pop(grain), grain, reader.fiscal_start)
        ask, as_of = replace(ask, by=tuple(cell)), _moment_of(ask, span, as_of)
    return reader.records(ask, span, as_of, cell, reason)


def alternatives(
    key: str,
    *,
    by: "Actor",
    period: Period | str = "this_quarter",
    as_of: dt.date | None = None,
    where: Any = None,
    reader: Reader | None = None,
) -> list[tuple[str, str, Cell]]:
    """Every option of every variant with its value, all else at its default: (variant, option, cell)."""
    reader = reader or Reader(by)
    (plain,) = measure(key, by=by, period=period, as_of=as_of, where=where, reader=reader)
    found = []
    for name, options in METRICS[key].variants.items():
        found.append((name, options[0], plain))
        for option in options[1:]:
            (cell,) = measure(key, by=by, period=period, as_of=as_of, where=where, variants={name: option}, reader=reader)
            found.append((name, option, cell))
    return found


def dimensions(key: str, variants: Mapping[str, str] | None = None) -> list[str]:
    """What a metric can be broken down by, times last."""
    return metrics.dimensions(plans.columns(metrics.bare(key, variants or {})))


def needed_coverage(*, by: "Actor", period: Period | str = "this_quarter", count: int = 4, reader: Reader | None = None) -> Decimal | None:
    """How much pipeline each unit of rest asks for on this day, from what the same day of the last periods became.

    For a period that has not begun, the day lies as long before the beginning of each of the last periods that are over.
    """
    reader = reader or Reader(by)
    span, ask = reader.period(period), reader.ask("pipeline_conversion", (), None, None)
    ahead = max(span.since - reader.today, dt.timedelta())
    over = [before for step in range(1, count + 3) if span.grain != "all" and (before := span.shifted(-step)).until <= reader.today]
    won, was_open = Decimal(0), Decimal(0)
    for before in over[:count]:
        (cell,) = reader.cells(ask, before, None, before.since - ahead if ahead else None)
        won, was_open = won + Decimal(cell.num or 0), was_open + Decimal(cell.den or 0)
    return was_open / won if won else None


def labels(dimension: str, values: Sequence[Any], language: str = "en") -> dict[Any, str]:
    """What the values of a breakdown are called."""
    return names.labels(dimension, values, language)
