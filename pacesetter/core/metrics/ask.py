"""A question about a metric, and the SQL that answers it: built by Ibis once per shape of question, then kept as text."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pacesetter.core import conditions
from pacesetter.core.errors import Invalid
from pacesetter.core.metrics import engine
from pacesetter.core.metrics.aggregates import Aggregate
from pacesetter.core.metrics.at import GENERAL, At
from pacesetter.core.metrics.shape import CONTRACT, METRICS, Rows, Unit
from pacesetter.core.metrics.tables import DAY, DIMENSIONS, INT, TIMES, TRAITS

Expr = Any
TYPES = {INT: "id", DAY: "date"}
RECORD = ("id", "on", "who", "reason", "num", "den")


@dataclass(frozen=True)
class Ask:
    """Everything that changes the SQL text. Dates, instants and the scope's owners do not: they are variables and a table."""

    metric: str
    variants: tuple[tuple[str, str], ...] = ()
    by: tuple[str, ...] = ()
    where: str = ""
    scoped: bool = False
    fiscal_start: int = 1

    @classmethod
    def of(
        cls, metric: str, variants: Mapping[str, str], by: tuple[str, ...], where: conditions.Tree | None, scoped: bool, fiscal_start: int
    ) -> "Ask":
        """A checked question; `where` is a typed condition tree."""
        general = {name: variants.get(name, options[0]) for name, options in GENERAL.items()}
        for name, option in general.items():
            if option not in GENERAL[name]:
                raise Invalid("unknown_option", name=name, option=option, known=", ".join(GENERAL[name]))
        own = METRICS[metric].chosen({name: option for name, option in variants.items() if name not in GENERAL})
        text = json.dumps(where, sort_keys=True, default=str) if where and where != conditions.EVERYTHING else ""
        return cls(metric, tuple(sorted((general | own).items())), by, text, scoped, fiscal_start)

    @property
    def parts(self) -> list[Rows]:
        """The metric's tables of rows."""
        chosen = dict(self.variants)
        at = At(scoped=self.scoped, **{name: chosen.pop(name) for name in GENERAL})
        found = METRICS[self.metric].rows(at, **chosen)
        return found if isinstance(found, list) else [found]


def bare(metric: str, variants: Mapping[str, str] | None = None) -> Ask:
    """The question without breakdown, filter and scope: what its tables carry does not depend on those."""
    return Ask.of(metric, variants or {}, (), None, False, 1)


@lru_cache(512)
def columns(ask: Ask) -> tuple[str, ...]:
    """What all tables of a question carry besides the contract."""
    tables = [set(part.table.columns) for part in ask.parts]
    return tuple(name for name in (*DIMENSIONS, *TRAITS) if name == "team" or all(name in known for known in tables))


def dimensions(carried: Iterable[str]) -> list[str]:
    """What a metric whose tables carry these columns can be broken down by, times last."""
    return [*(name for name in carried if name in DIMENSIONS), *TIMES]


def condition_types(carried: Iterable[str]) -> dict[str, str]:
    """The fields a filter may name, with the types that the condition language asks for."""
    types = {name: TYPES.get(kind, "key") for name, kind in DIMENSIONS.items()} | {
        name: "number" if kind == INT else "date" for name, kind in TRAITS.items()
    }
    return {name: types[name] for name in carried}


@dataclass(frozen=True)
class Plan:
    """The SQL of a question's cells, and what its variants decided about them."""

    sql: str
    unit: Unit | None
    aggregate: Aggregate


@lru_cache(1024)
def plan(ask: Ask) -> Plan:
    """One row per cell: its keys, then num, den, n, left_out, perhaps value, and the figures beside."""
    shape, parts = METRICS[ask.metric], ask.parts
    t = _contracted(ask, parts)
    aggregate = next((part.figure for part in parts if part.figure), shape.aggregate)
    counts = "money" not in {part.unit or shape.unit for part in parts}
    columns = {name: _sum(t[name], counts) for name in ("num", "den")} | {"n": _count(t, parts, bool(shape.then)), "left_out": _left_out(t)}
    columns |= {f"beside_{name}": figure.of(t) for name, figure in shape.beside.items()}
    columns |= {"value": aggregate.figure(t)} if aggregate.figure else {}
    keys = [f"by_{name}" for name in ask.by]
    cells = t.aggregate(by=keys, **columns)
    return Plan(_sql(cells.order_by(keys) if keys else cells), parts[0].unit, aggregate)


@lru_cache(256)
def records_sql(ask: Ask) -> str:
    """One row per record behind the cells: keys, part, noun, id, on, who, num, den, reason."""
    t = _inside(ask, ask.parts)
    keys = [f"by_{name}" for name in ask.by]
    return _sql(t.select(*keys, "part", "noun", "id", "on", "who", "num", "den", "reason").order_by("part", "on", "id"))


def _sum(column: Expr, counts: bool) -> Expr:
    """A sum; DuckDB adds in 128 bits, which are slow to fetch and only money may need."""
    return engine.functions().long(column.sum()) if counts and column.type().is_integer() else column.sum()


def _count(t: Expr, parts: list[Rows], netted: bool) -> Expr:
    """Rows, or records, of the first part that are counted: the other parts only add to num or den.

    Rows with a reason say neither, so that of one part it is enough to count what is said: a count under a condition takes three times as long.
    """
    said = t.num.coalesce(t.den)
    if len(parts) == 1 and not parts[0].distinct and not netted:
        return said.count()
    counted = (t.part == 0) & t.reason.isnull() & said.notnull()
    return t.id.nunique(where=counted) if parts[0].distinct else t.count(where=counted)


def _left_out(t: Expr) -> Expr:
    """How many rows each reason kept out; rows without one are none of its business."""
    return engine.functions().histogram(t.reason)


def _contracted(ask: Ask, parts: list[Rows]) -> Expr:
    """The rows that count, after the netting that some metrics do in cells before their last aggregate."""
    shape, t = METRICS[ask.metric], _inside(ask, parts)
    if not shape.then:
        return t
    netted = t.group_by(*(f"by_{name}" for name in ask.by), *shape.each).aggregate(num=t.num.sum(), den=t.den.sum(), reason=t.reason.max())
    return netted.mutate(part=0, id=0, **shape.then(netted, dict(ask.variants)))


def _inside(ask: Ask, parts: list[Rows]) -> Expr:
    """All parts in one table of the same columns, inside the period and the filter, with their keys."""
    import ibis

    tables = [_keyed(ask, part, index) for index, part in enumerate(parts)]
    types = {name: kind for table in reversed(tables) for name, kind in table.schema().items()}
    return ibis.union(*(_complete(table, types) for table in tables)) if len(tables) > 1 else tables[0]


def _complete(t: Expr, types: Mapping[str, Any]) -> Expr:
    """The columns of all parts in one order; what a part does not say is null."""
    import ibis

    return t.select(**{name: t[name].cast(kind) if name in t.columns else ibis.null(kind) for name, kind in types.items()})


def _keyed(ask: Ask, part: Rows, index: int) -> Expr:
    """One part: period first, then the team (joined only when asked for), the filter, and the keys."""
    import ibis

    chosen = dict(ask.variants)
    at, t = At(rates=chosen["rates"], teams=chosen["teams"]), part.table
    t = t.filter(t.on >= at.since, t.on < at.until)
    if "team" in ask.by or '"field": "team"' in ask.where:
        t = _with_team(at, t)
    if ask.where:
        t = t.filter(conditions.to_ibis(_read_back(json.loads(ask.where)), t))
    said = [name for name in t.columns if name in RECORD or name not in (*CONTRACT, *DIMENSIONS, *TRAITS)]
    return t.select(
        *said, part=ibis.literal(index), noun=ibis.literal(part.noun), **{f"by_{name}": _key(t, name, ask.fiscal_start) for name in ask.by}
    )


def _with_team(at: At, t: Expr) -> Expr:
    """The team of each row's person on the row's day, or on the day asked for under today's organisation."""
    dated = t.mutate(member_on=at.as_of if at.teams == "today" else t.team_on)
    m = at.memberships.rename(member="user_id", member_since="since", member_until="until", member_team="team_id")
    joined = dated.asof_join(m, on=dated.member_on >= m.member_since, predicates=[dated.who == m.member])
    found = (joined.member_on < joined.member_until).ifelse(joined.member_team, None)
    return joined.mutate(team=joined.team_given.coalesce(found) if "team_given" in t.columns else found).drop("member_on", *m.columns)


def _key(t: Expr, name: str, fiscal_start: int) -> Expr:
    """A breakdown's value on each row; times are the first day of the row's month, fiscal quarter or fiscal year."""
    if name not in TIMES:
        return t[name]
    grain, back = {"month": "M", "quarter": "Q", "year": "Y"}[name], 0 if name == "month" else fiscal_start - 1
    if not back:
        return engine.days_later(t.on.truncate(grain), 0)  # DuckDB makes an instant of it, and Ibis does not know
    return engine.months_later(engine.months_later(t.on.truncate("M"), -back).truncate(grain), back)


def _read_back(tree: conditions.Tree) -> conditions.Tree:
    """Days were written as text."""
    for key in ("all", "any"):
        if key in tree:
            return {key: [_read_back(part) for part in tree[key]]}
    if "not" in tree:
        return {"not": _read_back(tree["not"])}
    value = tree.get("value")
    if tree["type"] == "date" and value is not None:
        value = [dt.date.fromisoformat(v) for v in value] if isinstance(value, list) else dt.date.fromisoformat(value)
    return {**tree, "value": value}


def _sql(expression: Expr) -> str:
    import ibis

    return str(ibis.to_sql(expression, dialect="duckdb"))
