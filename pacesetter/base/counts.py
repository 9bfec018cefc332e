"""How many rows a list has: counted while they are few, told by the extract of an instant beyond, else only "more than"."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pacesetter.base import warehouse
from pacesetter.base.scope import scope_of
from pacesetter.core import conditions
from pacesetter.core.metrics.tables import FACTS, FAR

if TYPE_CHECKING:
    from pacesetter.base.listings import View

CAP = 5_000  # rows that are counted and added up in the database
SEARCHED = 1_000  # … where each has to be asked for words
KEPT = 2_000  # answers kept per process
_ANSWERS: dict[bytes, list[dict[str, Any]]] = {}


@dataclass(frozen=True)
class Count:
    """A number of rows: exact, or as of an instant, or (`more`) what is at least there."""

    n: int
    more: bool = False
    as_of: dt.datetime | None = None


@dataclass(frozen=True)
class Fact:
    """The table of the extracts that knows a noun's rows as they are today: which fields of the noun are in which column."""

    name: str
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """What an extract says, and whose instant it is."""

    rows: list[dict[str, Any]]
    as_of: dt.datetime


def of(view: "View") -> Count:
    """A view's number of rows."""
    if view.few is not None:
        return Count(len(view.few))
    told = tell(view, ())
    return Count(told.rows[0]["n"] if told.rows else 0, as_of=told.as_of) if told else Count(view.cap, more=True)


def tell(view: "View", by: tuple[str, ...], total: str = "") -> Told | None:
    """Rows by some fields, with count, filled and sum of the field `total`; None where the extract cannot say it."""
    fact, query, version = view.listing.fact, view.query, warehouse.current()
    needed = {*conditions.fields_in(view.tree), *by, *([total] if total else [])}
    beyond = query.ids is not None or query.search.strip() or view.preset_rows
    if version is None or fact is None or beyond or not needed <= fact.columns.keys():
        return None
    key = _key(version.token, view, by, total)
    found = _ANSWERS.get(key)
    if found is None:
        if len(_ANSWERS) >= KEPT:
            _ANSWERS.clear()
        found = _ANSWERS[key] = warehouse.query(version, _sql(view, fact, by, total), {})
    return Told(found, version.instant)


def _key(token: str, view: "View", by: tuple[str, ...], total: str) -> bytes:
    """Everything that the answer follows from. Not its SQL, which takes thirty times as long to write as this."""
    scope = scope_of(view.actor, view.listing.noun)
    seen = scope.owners if scope.owners is None else sorted(scope.owners)
    asked = (token, view.listing.noun, view.query.archived, repr(view.tree), seen, scope.queue, by, total)
    return hashlib.blake2b(repr(asked).encode(), digest_size=32).digest()


def _sql(view: "View", fact: Fact, by: tuple[str, ...], total: str) -> str:
    """Scope and condition over the extract mean what they mean over the database."""
    import ibis

    table = ibis.table(FACTS[fact.name], name=fact.name)
    table = table.filter(table.until == ibis.date(FAR))
    if not view.query.archived:
        table = table.filter(table.archived_on.isnull())
    known = table.select("id", **{key: _column(table, column) for key, column in fact.columns.items()})
    seen = scope_of(view.actor, view.listing.noun).rows(known, "owner")
    rows = seen.filter(conditions.to_ibis(view.tree, seen))
    sums = {"filled": rows[total].count(), "sum": rows[total].sum()} if total else {}
    return str(ibis.to_sql(rows.aggregate(by=list(by), n=rows.count(), **sums), dialect="duckdb"))


def _column(table: Any, name: str) -> Any:
    """The extract calls the owner of what nobody owns 0."""
    return table[name].nullif(0) if name == "seen" else table[name]
