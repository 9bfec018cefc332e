"""One page of many rows, as quick in the middle as at the start: in the order of a column, then of the id, from a row value on.

Empty values come last in either direction. Where an index is walked they are read by a query of their own: the rows before them lie
in it in just the order wanted, and a row value lets both databases begin in the middle, which the same said with OR does not.
"""

import base64
import datetime as dt
import json
from typing import Any

from django.db.models import BooleanField, F, Func, Q, QuerySet, Value

from pacesetter.core.errors import Invalid

Place = tuple[Any, int]


class Aside(Func):
    """A column's value in a condition for which SQLite is to use no index; PostgreSQL weighs a LIMIT by itself."""

    arity = 1
    template = "+%(expressions)s"

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="%(expressions)s", **extra)


class Loose(Func):
    """A column's value to sort by, so said that no index on the column is walked for it."""

    arity = 1
    template = "+%(expressions)s"

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="(SELECT %(expressions)s)", **extra)


def sort(rows: "QuerySet[Any]", path: str, *, size: int, descending: bool = False, after: Place | None = None) -> list[tuple[int, Any]]:
    """What `read` answers, by sorting: of few rows that is one query and no more work."""
    empty = Q(**{f"{path}__isnull": True})
    if after and after[0] is None:
        rows = _empty(rows, path, after, descending)
    elif after:
        rows = rows.filter(Q(_beyond(rows, path, after, descending)) | empty)
    by = F(path).desc(nulls_last=True) if descending else F(path).asc(nulls_last=True)
    return list(rows.order_by(by, "-pk" if descending else "pk").values_list("pk", path)[:size])


def read(rows: "QuerySet[Any]", path: str, *, size: int, descending: bool = False, after: Place | None = None) -> list[tuple[int, Any]]:
    """Ids and values of `path` of the next `size` rows after a place, walking the index of the order."""
    found: list[tuple[int, Any]] = []
    if after is None or after[0] is not None:
        filled = rows.filter(**{f"{path}__isnull": False})
        if after:
            filled = filled.filter(_beyond(filled, path, after, descending))
        found = _first(filled, path, size, (path, "pk"), descending)
    if len(found) < size and _may_be_empty(rows, path):
        found += _first(_empty(rows, path, after, descending), path, size - len(found), ("pk",), descending)
    return found


def _first(rows: "QuerySet[Any]", path: str, size: int, order: tuple[str, ...], descending: bool) -> list[tuple[int, Any]]:
    by = [F(name).desc() if descending else F(name).asc() for name in order]
    return list(rows.order_by(*by).values_list("pk", path)[:size])


def _empty(rows: "QuerySet[Any]", path: str, after: Place | None, descending: bool) -> "QuerySet[Any]":
    empty = rows.filter(**{f"{path}__isnull": True})
    return empty.filter(**{"pk__lt" if descending else "pk__gt": after[1]}) if after and after[0] is None else empty


def _beyond(rows: "QuerySet[Any]", path: str, after: Place, descending: bool) -> Func:
    """`(column, id) > (value, id)`."""
    kind = F(path).resolve_expression(rows.query).output_field
    here = _pair(F(path), F("pk"))
    there = _pair(Value(kind.to_python(after[0]), output_field=kind), Value(after[1]))
    return Func(here, there, template="%(expressions)s", arg_joiner=" < " if descending else " > ", output_field=BooleanField())


def _pair(one: Any, other: Any) -> Func:
    return Func(one, other, template="(%(expressions)s)", output_field=BooleanField())


def _may_be_empty(rows: "QuerySet[Any]", path: str) -> bool:
    """Whether the column has empty values at all; what is computed may."""
    known = {column.attname: column for column in rows.model._meta.concrete_fields}
    return path not in known or known[path].null


def encode(found: tuple[int, Any]) -> str:
    """A row's place as text for an address."""
    pk, value = found
    text = json.dumps([value.isoformat() if isinstance(value, (dt.date, dt.datetime)) else value, pk])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str) -> Place:
    """The place that a text names."""
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return value, int(pk)
    except (ValueError, TypeError):
        raise Invalid("bad_cursor") from None
