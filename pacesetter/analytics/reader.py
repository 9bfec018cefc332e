"""One actor's view of one version of the extracts: questions are checked, variables set, cells and records read."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pacesetter.analytics.models import Target
from pacesetter.base import clock, settings, warehouse
from pacesetter.base.scope import scope_of
from pacesetter.base.warehouse import names, plans
from pacesetter.core import conditions, metrics, money
from pacesetter.core.errors import Invalid
from pacesetter.core.metrics import METRICS, Ask, Cell, Moment
from pacesetter.core.periods import MONTHS, Period, containing, parse
from pacesetter.crm.models import Stage

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

NOUNS = ("deal", "lead", "quota", "forecast_call", "forecast", "licence")
QUEUES = ("deal", "lead")  # rows of nobody that some may see; the company's own calls belong to no queue
NOBODY = 0  # the owner of a fact whose record has none
DAY = dt.timedelta(days=1)
KEPT = 2_000  # answers kept per process
_ANSWERS: dict[tuple[Any, ...], list[dict[str, Any]]] = {}


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
        return [
            (noun, owner)
            for noun, scope in scopes.items()
            for owner in (*(scope.owners or ()), *([NOBODY] if scope.queue and noun in QUEUES else ()))
        ]

    @cached_property
    def targets(self) -> list[Target]:
        """All targets, read once for all the numbers of a page."""
        return list(Target.objects.all())

    def period(self, period: Period | str) -> Period:
        return parse(period, self.today, self.fiscal_start) if isinstance(period, str) else period

    def ask(self, key: str, dims: Sequence[str], where: Any, variants: Mapping[str, str] | None) -> Ask:
        """A checked question; a filter may be text, names in it become ids."""
        variants = variants or {}
        self._check_stages(key, variants)
        known = metrics.dimensions(plans.columns(metrics.bare(key, variants))) if dims else []
        for name in dims:
            if name not in known:
                raise Invalid("no_dimension", metric=METRICS[key].label, name=name, known=", ".join(known))
        return Ask.of(key, variants, tuple(dims), self._typed(key, where, variants), self.scope is not None, self.fiscal_start)

    def _check_stages(self, key: str, variants: Mapping[str, str]) -> None:
        for name in METRICS[key].open_variants & variants.keys():
            if variants[name] != "any" and not Stage.objects.filter(key=variants[name]).exists():
                known = ", ".join(["any", *Stage.objects.filter(type="open").values_list("key", flat=True)])
                raise Invalid("unknown_option", name=name, option=variants[name], known=known)

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

    def cells(self, ask: Ask, period: Period, as_of: dt.date | None, mark: dt.date | None = None) -> list[Cell]:
        """Measure one period as of one day; `mark` is the day that metrics of two moments look back to, by default the same day of the period."""
        day, plan = self._day(as_of), plans.plan(ask)
        found = self._remembered(plan.sql, period, day, **({"mark": mark} if mark else {}))
        return metrics.cells(ask, plan, found, Moment(period.since, period.until, day, self.currency, self.version.instant))

    def between(self, sql: str, period: Period, first: dt.date, last: dt.date) -> list[dict[str, Any]]:
        """The rows of a query about two days, which it knows as `first_day` and `last_day`."""
        return self._remembered(sql, period, self._day(last), first_day=self._day(first), last_day=self._day(last))

    def _remembered(self, sql: str, period: Period, day: dt.date, **more: dt.date) -> list[dict[str, Any]]:
        """The rows of a query; one version always answers alike, and charts ask what their page has asked."""
        variables = self._variables(period, day) | more
        key = (self.version.token, sql, tuple(variables.values()), tuple(self.scope or ()), self.scope is None)
        if key not in _ANSWERS:
            if len(_ANSWERS) >= KEPT:
                _ANSWERS.clear()
            _ANSWERS[key] = warehouse.query(self.version, sql, variables, self.scope)
        return _ANSWERS[key]

    def _day(self, as_of: dt.date | None) -> dt.date:
        return min(as_of or self.today, self.today)

    def _variables(self, period: Period, day: dt.date) -> dict[str, Any]:
        end = dt.datetime.combine(day + DAY, dt.time(), self.zone)
        instant = min(end, self.version.instant) if day >= self.today else end
        return {
            "since": period.since,
            "until": period.until,
            "as_of": day,
            "mark": self._same_day(period, day),
            "instant": int(instant.timestamp()),
            "promise": self.promise,
            "company_currency": self.currency,
            "company_exponent": money.exponent(self.currency),
        }

    def _same_day(self, period: Period, day: dt.date) -> dt.date:
        """The day of `period` that lies as far into it as `day` lies into its own month, quarter or year."""
        own = containing(day, period.grain, self.fiscal_start) if period.grain in MONTHS else period
        return own.same_day(period, day)

    def records(self, ask: Ask, period: Period, as_of: dt.date | None, cell: Mapping[str, Any], reason: str | None) -> list[Record]:
        """The rows behind a cell: those that count, or those left out for a reason (`*`: for any)."""
        tests, values = [f'"by_{name}" IS NOT DISTINCT FROM ?' for name in cell], list(cell.values())
        tests.append("reason IS NULL" if reason is None else "reason IS NOT NULL" if reason == "*" else "reason = ?")
        values += [reason] if reason not in (None, "*") else []
        sql = f"SELECT * FROM ({plans.records_sql(ask)}) WHERE {' AND '.join(tests)}"
        found = warehouse.query(self.version, sql, self._variables(period, self._day(as_of)), self.scope, values)
        in_money = (plans.plan(ask).unit or METRICS[ask.metric].unit) == "money"
        amounts = ("num",) if METRICS[ask.metric].aggregate.key == "mean" else ("num", "den")
        return [self._record(row, amounts if in_money else ()) for row in found]

    def by_day(self, ask: Ask, period: Period) -> dict[dt.date, Decimal]:
        """What a sum of money gained on each day of a period."""
        sql = f'SELECT "on" AS day, sum(num) AS gained FROM ({plans.records_sql(ask)}) WHERE reason IS NULL GROUP BY 1'
        found = self._remembered(sql, period, self.today)
        return {row["day"]: money.to_major(int(row["gained"] or 0), self.currency) for row in found}

    def _record(self, row: Mapping[str, Any], amounts: Sequence[str]) -> Record:
        num, den = (
            money.to_major(row[name], self.currency) if name in amounts and row[name] is not None else row[name] for name in ("num", "den")
        )
        return Record(row["part"], row["noun"], row["id"], row["on"], row["who"], num, den, row["reason"])
