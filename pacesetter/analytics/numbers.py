"""Numbers for people: a metric measured for an actor, inside their scope, with comparison, target, trend and records."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from pacesetter.analytics import targets
from pacesetter.analytics.models import Target
from pacesetter.base import clock, settings, warehouse
from pacesetter.base.scope import scope_of
from pacesetter.base.warehouse import names, plans
from pacesetter.core import conditions, metrics, money
from pacesetter.core.errors import Invalid, add_sentences
from pacesetter.core.labels import mark
from pacesetter.core.metrics import METRICS, Ask, Cell, Moment
from pacesetter.core.metrics.tables import TIMES
from pacesetter.core.periods import MONTHS, Grain, Period, add_months, containing, parse

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

Compare = Literal["same_day", "full"]
NOUNS = ("deal", "lead", "quota", "forecast_call", "licence")
NOBODY = 0  # the owner of a fact whose record has none
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Record:
    """A row behind a number. `part` tells the sources of a metric apart; a record out of one's scope counts but cannot be opened."""

    part: int
    noun: str
    id: int
    on: dt.date | None
    owner: int | None
    num: Decimal | float | int | None
    den: Decimal | float | int | None
    reason: str | None


class Reader:
    """One actor's view of one version of the extracts; make one per page, so that every number on it agrees."""

    def __init__(self, by: "Actor", version: warehouse.Manifest | None = None) -> None:
        self.by = by
        self.version = version or warehouse.current() or warehouse.refresh()
        company = settings.many("company.currency", "company.fiscal_start", "company.time_zone", "lead.promise_minutes")
        self.currency, self.zone = company["company.currency"], ZoneInfo(company["company.time_zone"])
        self.fiscal_start, self.promise = int(company["company.fiscal_start"]), int(company["lead.promise_minutes"]) * 60
        self.today = clock.today()
        self.scope = self._scope()

    def _scope(self) -> list[tuple[str, int]] | None:
        """(noun, owner) pairs inside the scope; None for everything. The company's own calls belong to nobody's scope."""
        scopes = {noun: scope_of(self.by, noun) for noun in NOUNS}
        if all(scope.everything for scope in scopes.values()):
            return None
        return [(noun, owner) for noun, scope in scopes.items() for owner in (*(scope.owners or ()), *([NOBODY] if scope.queue and noun in ("deal", "lead") else ()))]

    @cached_property
    def targets(self) -> list[Target]:
        """All targets, read once for all the numbers of a page."""
        return list(Target.objects.all())

    def period(self, period: Period | str) -> Period:
        return parse(period, self.today, self.fiscal_start) if isinstance(period, str) else period

    def ask(self, key: str, dims: Sequence[str], where: Any, variants: Mapping[str, str] | None) -> Ask:
        """A checked question; a filter may be text, names in it become ids."""
        variants = variants or {}
        known = metrics.dimensions(plans.columns(metrics.bare(key, variants))) if dims else []
        for name in dims:
            if name not in known:
                raise Invalid("no_dimension", metric=METRICS[key].label, name=name, known=", ".join(known))
        return Ask.of(key, variants, tuple(dims), self._typed(key, where, variants), self.scope is not None, self.fiscal_start)

    def _typed(self, key: str, where: Any, variants: Mapping[str, str]) -> conditions.Tree | None:
        tree = conditions.parse(where) if isinstance(where, str) else where
        if not tree or tree == conditions.EVERYTHING:
            return None
        types = metrics.condition_types(plans.columns(metrics.bare(key, variants)))
        known = conditions.Known(self.today, self.by.user_id, self.fiscal_start)
        return conditions.typed(tree, types, known, lambda field, value: self._clean(types[field], field, value))

    def _clean(self, kind: str, field: str, value: Any) -> Any:
        """Names become ids and keys; amounts, typed in major units, minor ones."""
        if kind == "number":
            return money.rounded_minor(Decimal(str(value)), self.currency)
        return names.find(field, value)

    def cells(self, ask: Ask, period: Period, as_of: dt.date | None) -> list[Cell]:
        """Measure one period as of one day."""
        day, plan = self._day(as_of), plans.plan(ask)
        found = warehouse.query(self.version, plan.sql, self._variables(period, day), self.scope)
        return [replace(cell, made_at=self.version.instant) for cell in metrics.cells(ask, plan, found, Moment(period.since, period.until, day, self.currency))]

    def _day(self, as_of: dt.date | None) -> dt.date:
        return min(as_of or self.today, self.today)

    def _variables(self, period: Period, day: dt.date) -> dict[str, Any]:
        end = dt.datetime.combine(day + DAY, dt.time(), self.zone)
        instant = min(end, self.version.instant) if day >= self.today else end
        return {
            "since": period.since, "until": period.until, "as_of": day, "mark": self._same_day(period, day),
            "instant": int(instant.timestamp()), "promise": self.promise, "company_currency": self.currency, "company_exponent": money.exponent(self.currency),
        }

    def _same_day(self, period: Period, day: dt.date) -> dt.date:
        """The day of `period` that lies as far into it as `day` lies into its own month, quarter or year."""
        own = containing(day, period.grain, self.fiscal_start) if period.grain in MONTHS else period
        return own.same_day(period, day)

    def records(self, ask: Ask, period: Period, as_of: dt.date | None, cell: Mapping[str, Any], reason: str | None) -> list[Record]:
        """The rows behind a cell: those that count, or those left out for a reason (`*`: for any)."""
        conditions_, values = [f'"by_{name}" IS NOT DISTINCT FROM ?' for name in cell], list(cell.values())
        conditions_.append("reason IS NULL" if reason is None else "reason IS NOT NULL" if reason == "*" else "reason = ?")
        values += [reason] if reason not in (None, "*") else []
        sql = f"SELECT * FROM ({plans.records_sql(ask)}) WHERE {' AND '.join(conditions_)}"
        found = warehouse.query(self.version, sql, self._variables(period, self._day(as_of)), self.scope, values)
        in_money = (plans.plan(ask).unit or METRICS[ask.metric].unit) == "money"
        return [self._record(row, in_money) for row in found]

    def _record(self, row: Mapping[str, Any], in_money: bool) -> Record:
        num, den = (money.to_major(row[name], self.currency) if in_money and row[name] is not None else row[name] for name in ("num", "den"))
        return Record(row["part"], row["noun"], row["id"], row["on"], row["who"], num, den, row["reason"])


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
    return Cell(key, shape.unit, key={grain: part.since}, value=empty, num=empty, says="nothing_here", since=part.since, until=part.until, currency=like[0].currency if like else None)


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


def alternatives(key: str, *, by: "Actor", period: Period | str = "this_quarter", as_of: dt.date | None = None, where: Any = None, reader: Reader | None = None) -> list[tuple[str, str, Cell]]:
    """Every option of every variant with its value, all else at its default: (variant, option, cell)."""
    reader = reader or Reader(by)
    found = []
    for name, options in METRICS[key].variants.items():
        for option in options:
            (cell,) = measure(key, by=by, period=period, as_of=as_of, where=where, variants={name: option}, reader=reader)
            found.append((name, option, cell))
    return found


def needed_coverage(*, by: "Actor", period: Period | str = "this_quarter", count: int = 4, reader: Reader | None = None) -> Decimal | None:
    """How much pipeline each unit of rest asks for on this day, from what the same day of the last periods became."""
    reader = reader or Reader(by)
    span, ask = reader.period(period), reader.ask("pipeline_conversion", (), None, None)
    won, was_open = Decimal(0), Decimal(0)
    for step in range(1, count + 1 if span.grain != "all" else 1):
        before = span.shifted(-step)
        (cell,) = reader.cells(ask, before, None)
        won, was_open = won + Decimal(cell.num or 0), was_open + Decimal(cell.den or 0)
    return was_open / won if won else None


def labels(dimension: str, values: Sequence[Any], language: str = "en") -> dict[Any, str]:
    """What the values of a breakdown are called."""
    return names.labels(dimension, values, language)
