"""The shape of a metric: rows first, the aggregate last.

A metric is a function `(at, *, variant: Literal[...] = first) -> Rows | list[Rows]`. Each row says when it counts (`on`),
whose it is (`who`), what it adds (`num`, `den`) and, if it must not count, why (`out`). Everything else (breakdowns,
drill-down, totals, comparison, trend) follows from that.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args

from pacesetter.core.errors import Invalid, add_sentences
from pacesetter.core.labels import mark
from pacesetter.core.metrics.tables import DIMENSIONS, TRAITS
from pacesetter.core.registry import Registry

if TYPE_CHECKING:
    from pacesetter.core.metrics.aggregates import Aggregate, Figure
    from pacesetter.core.metrics.cells import Cell

Unit = Literal["share", "money", "days", "minutes", "count", "ratio"]
Expr = Any  # an Ibis expression; Ibis ships no types


CONTRACT = ("id", "on", "who", "reason", "team_on", "num", "den", "team_given")


class StageKey(str):
    """A variant whose value is the key of a stage, or `any`."""


ANY_STAGE = StageKey("any")


@dataclass(frozen=True)
class Rows:
    """One source of a metric: a table of contract rows. `unit` is that of num and den, when it is not the metric's own."""

    table: Expr
    noun: str
    unit: Unit | None = None
    distinct: bool = False  # several rows may tell of one record, which counts once
    figure: "Aggregate | None" = None  # instead of the metric's aggregate


@dataclass(frozen=True)
class Meaning:
    """The definition in words, as its page prints it."""

    population: str
    date: str
    currency: str
    nothing: str


@dataclass(frozen=True)
class Metric:
    """One registered metric."""

    key: str
    label: str
    question: str
    of: tuple[str, ...]
    unit: Unit
    higher_is_better: bool | None
    aggregate: "Aggregate"
    means: Meaning
    rows: Callable[..., Rows | list[Rows]]
    beside: Mapping[str, "Figure"] = field(default_factory=dict)
    each: tuple[str, ...] = ()
    then: Callable[[Expr, Mapping[str, str]], Mapping[str, Expr]] | None = None  # what each netted cell adds
    finish: "Callable[[Cell], Any] | None" = None
    says: "Callable[[Cell], str | None] | None" = None
    target_on: str = "value"  # or the figure beside that a target is about
    trend: Literal["flow", "opening", "period"] = (
        "flow"  # over time: by each row's day; or asked anew per period, as it opened or as it ended
    )

    @cached_property
    def variants(self) -> dict[str, tuple[str, ...]]:
        """Options of every variant, the default first; a stage variant lists only `any`."""
        switches = [p for p in inspect.signature(self.rows).parameters.values() if p.kind is p.KEYWORD_ONLY]
        return {p.name: get_args(p.annotation) or (str(p.default),) for p in switches}

    @cached_property
    def open_variants(self) -> frozenset[str]:
        """The variants that take the key of a stage."""
        return frozenset(p.name for p in inspect.signature(self.rows).parameters.values() if p.annotation is StageKey)

    @property
    def defaults(self) -> dict[str, str]:
        return {name: options[0] for name, options in self.variants.items()}

    def chosen(self, given: Mapping[str, str]) -> dict[str, str]:
        """All variants with the given ones in place; refuses unknown names and options."""
        for name, option in given.items():
            self._check(name, option)
        return {**self.defaults, **given}

    def _check(self, name: str, option: str) -> None:
        if name not in self.variants:
            raise Invalid("unknown_variant", metric=self.key, name=name, known=", ".join(self.variants) or "–")
        if name not in self.open_variants and option not in self.variants[name]:
            raise Invalid("unknown_option", name=name, option=option, known=", ".join(self.variants[name]))


METRICS: Registry[Metric] = Registry("metric")


def metric(
    key: str, label: str, question: str, **shape: Any
) -> Callable[[Callable[..., Rows | list[Rows]]], Callable[..., Rows | list[Rows]]]:
    """Register a row function as the metric `key`."""

    def add(function: Callable[..., Rows | list[Rows]]) -> Callable[..., Rows | list[Rows]]:
        METRICS.add(key, Metric(key=key, label=label, question=question, rows=function, **shape))
        return function

    return add


def rows(
    d: Expr,
    *,
    noun: str,
    id: Expr,
    on: Expr,
    who: Expr,
    num: Expr,
    den: Expr | None = None,
    out: Expr | None = None,
    team_on: Expr | None = None,
    team: Expr | None = None,
    beside: Mapping[str, Expr] | None = None,
    apart: Mapping[str, Expr] | None = None,
    cells: Mapping[str, Expr] | None = None,
    **kind: Any,
) -> Rows:
    """The one row contract.

    `num` and `den` of rows with a reason in `out` are nulled, `beside` likewise; `apart` is what such rows alone say.
    `cells` are the columns by which rows net in `each`, before the last aggregate.
    `team_on` (default `on`) is the day on which the person's team counts; `team` names it outright.
    """
    import ibis

    reason = ibis.null("string") if out is None else out
    counted = reason.isnull()
    columns = {
        "id": id,
        "on": on,
        "who": who,
        "reason": reason,
        "team_on": on if team_on is None else team_on,
        "num": _when(counted, num),
        "den": _when(counted, ibis.null("int64") if den is None else den),
        **{name: _when(counted, value) for name, value in (beside or {}).items()},
        **{name: _when(~counted, value) for name, value in (apart or {}).items()},
        **(cells or {}),
        **({"team_given": team} if team is not None else {}),
    }
    kept = {name: d[name] for name in d.columns if name in (DIMENSIONS | TRAITS) and name not in columns}
    return Rows(d.select(**columns, **kept | {"owner": who}), noun, **kind)


def _when(counted: Expr, value: Expr) -> Expr:
    import ibis

    return ibis.ifelse(counted, value, None)


def reason(*cases: tuple[str, Expr]) -> Expr:
    """The first reason whose condition holds, else null: the row counts."""
    import ibis

    if not cases:
        return ibis.null("string")
    return ibis.cases(*((condition.fill_null(False), key) for key, condition in cases), else_=ibis.null("string"))


add_sentences(
    {
        "unknown_variant": mark("{metric} has no variant called {name}. Known: {known}."),
        "unknown_option": mark("{option} is not an option of {name}. Known: {known}."),
        "no_dimension": mark("{metric} cannot be broken down by {name}. Possible: {known}."),
        "no_filter": mark("{metric} cannot be filtered by {name}. Possible: {known}."),
    }
)
