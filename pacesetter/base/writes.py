"""Rows on their way into the tables: gathered and encoded outside a transaction, stored by one that only writes.

SQLite has one writer. Whoever brings a flood of rows makes, checks and encodes them while others may write, and then
holds the lock for the bare inserts. Single verbs take the same way with one row.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db import connection, models, transaction

Rows = Sequence[tuple[Any, ...]]
MANY = 100  # rows from which on it pays to look for what they share


class Stale(Exception):
    """A record was changed by somebody else after it was read; read it again and repeat."""


class Json(str):
    """A JSON text that is encoded already."""


@dataclass
class Insert:
    """New rows of a table, by column; what all of them share stands in the statement, so that it is said once and not row by row."""

    table: str
    columns: dict[str, Sequence[Any]]
    count: int
    unless_there: bool
    same: dict[str, str] = field(default_factory=dict)  # as SQL

    def __post_init__(self) -> None:
        if self.count >= MANY:
            shared = {name: said for name, values in self.columns.items() if (said := _said(values)) is not None}
            self.same, self.columns = shared, {name: values for name, values in self.columns.items() if name not in shared}

    def __call__(self, cursor: Any) -> None:
        names = ", ".join(f'"{name}"' for name in [*self.same, *self.columns])
        values = ", ".join([*self.same.values(), *["%s"] * len(self.columns)])
        skip = " ON CONFLICT DO NOTHING" if self.unless_there else ""
        rows = zip(*self.columns.values(), strict=True) if self.columns else [()] * self.count
        cursor.executemany(f'INSERT INTO "{self.table}" ({names}) VALUES ({values}){skip}', rows)


def _said(values: Sequence[Any]) -> str | None:
    """The one value of a column as SQL says it; None where there are several, or where it is better not said there."""
    first = values[0]
    if first is None:
        return "NULL" if values.count(None) == len(values) else None
    if type(first) in (int, str, Json) and first == values[-1] and "\0" not in str(first) and values.count(first) == len(values):
        return str(first) if type(first) is int else "'" + first.replace("'", "''").replace("%", "%%") + "'"
    return None


@dataclass
class Copy:
    """New rows of a PostgreSQL table, as the text that COPY reads."""

    table: str
    names: Sequence[str]
    text: str

    @classmethod
    def of(cls, table: str, columns: Mapping[str, Sequence[Any]]) -> "Copy":
        rows = zip(*map(_texts, columns.values()), strict=True)
        return cls(table, list(columns), "\n".join(map("\t".join, rows)) + "\n")

    def __call__(self, cursor: Any) -> None:
        columns = ", ".join(f'"{name}"' for name in self.names)
        with connection.wrap_database_errors, cursor.copy(f'COPY "{self.table}" ({columns}) FROM STDIN') as copy:
            copy.write(self.text)


_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def _texts(values: Sequence[Any]) -> list[str]:
    """One column as COPY reads it; what repeats is said once."""
    known = {value: _text(value) for value in dict.fromkeys(values)}
    return list(map(known.__getitem__, values))


def _text(value: Any) -> str:
    text = r"\N" if value is None else str(value)
    special = type(value) is not int and value is not None and ("\\" in text or "\n" in text or "\t" in text or "\r" in text)
    return text.translate(_ESCAPED) if special else text


@dataclass
class Each:
    """A statement once for every row of parameters; `all_meet` demands that every one of them meets a record."""

    statement: str
    rows: Rows
    all_meet: bool = False

    def __call__(self, cursor: Any) -> None:
        cursor.executemany(self.statement, self.rows)
        if self.all_meet and cursor.rowcount != len(self.rows):
            raise Stale


class Writes:
    """Statements with their rows, in the order in which they are stored; they may be sent to another process."""

    def __init__(self) -> None:
        self._steps: list[Insert | Copy | Each] = []

    def insert(self, model: Any, columns: Mapping[str, Sequence[Any]], *, unless_there: bool = False) -> None:
        """New rows of a model, by column; `unless_there` skips what a unique constraint knows already."""
        known, table = _fields(model), model._meta.db_table
        count = len(next(iter(columns.values())))
        if count:
            named = {known[name].column: adapted(known[name], values) for name, values in columns.items()}
            copied = connection.vendor == "postgresql" and not unless_there
            self._steps.append(Copy.of(table, named) if copied else Insert(table, named, count, unless_there))

    def update(self, objects: Sequence[Any], columns: Sequence[str]) -> None:
        """The given columns of changed instances; `Stale` when one is no longer the version that it was read as."""
        if objects:
            model: Any = type(objects[0])
            fields = _fields(model)
            names = [fields[name].column for name in columns]
            by_column = [adapted(fields[name], [getattr(obj, name) for obj in objects]) for name in columns]
            rows = [(*values, obj.pk, obj.version - 1) for obj, values in zip(objects, zip(*by_column, strict=True), strict=True)]
            changes = ", ".join(f'"{name}" = %s' for name in names)
            self.execute(f'UPDATE "{model._meta.db_table}" SET {changes} WHERE id = %s AND version = %s', rows, each=True)

    def execute(self, statement: str, rows: Rows, *, each: bool = False) -> None:
        """A statement once for every row of parameters; `each` demands that every one of them meets a record."""
        if rows:
            self._steps.append(Each(statement, rows, each))

    def store(self) -> None:
        """Write everything, in one transaction: the caller's, if there is one."""
        with transaction.atomic(savepoint=False), connection.cursor() as cursor:
            for step in self._steps:
                step(cursor)


@lru_cache
def _fields(model: Any) -> Mapping[str, Any]:
    by_name = {one.name: one for one in model._meta.concrete_fields}
    return by_name | {one.attname: one for one in model._meta.concrete_fields}


def adapted(field: Any, values: Sequence[Any]) -> Sequence[Any]:
    """Values of one column as the database driver takes them."""
    if isinstance(field, models.JSONField):
        kinds = set(map(type, values))
        if len(kinds) == 1 and not any(values):  # the usual default, made for each row of its own
            return [_json(values[0], field)] * len(values)
        # as plain texts, which pass through a socket and into SQLite in half the time of others
        return list(map(str, values)) if kinds == {Json} else [str(one) if type(one) is Json else _json(one, field) for one in values]
    convert = next((convert for kind, convert in _CONVERTED if isinstance(field, kind)), None)
    if convert is None:
        return values
    known = {value: convert(value) for value in set(values)}
    return list(map(known.__getitem__, values))


def _json(value: Any, field: Any) -> str | None:
    if not value and isinstance(value, (dict, list)):
        return "[]" if isinstance(value, list) else "{}"
    return None if value is None else json.dumps(value, cls=field.encoder)


@lru_cache(maxsize=50_000)
def _instant(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


@lru_cache(maxsize=50_000)
def _day(value: Any) -> Any:
    return connection.ops.adapt_datefield_value(value)


def _uuid(value: Any) -> Any:
    return value if value is None or connection.features.has_native_uuid_field else value.hex


# What single values go through; drivers take all others as they are. An instant is a date to Django, so it comes first.
_CONVERTED = ((models.DateTimeField, _instant), (models.DateField, _day), (models.UUIDField, _uuid))


def reserve(model: Any, count: int) -> Iterable[int]:
    """Ids that nobody else will be given; those that are not used in the end are gaps."""
    if not count:
        return ()
    if len(_stock[model]) >= count:
        mine, _stock[model] = _stock[model][:count], _stock[model][count:]
        return mine
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
            return [pk for (pk,) in cursor.fetchall()]
        last = _advance(cursor, table, count)
    return range(last - count + 1, last + 1)


def stock(model: Any, ids: Iterable[int]) -> None:
    """Take these ids, which somebody else reserved, before any other."""
    _stock[model].extend(ids)


_stock: dict[Any, list[int]] = defaultdict(list)


def _advance(cursor: Any, table: str, count: int) -> int:
    forward = "UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s RETURNING seq"
    cursor.execute(forward, [count, table])
    rows = cursor.fetchall()  # of Django's cursor, not of what its `execute` returns: errors come here, and are to be Django's
    if not rows:  # the first row ever
        cursor.execute(
            f'INSERT INTO sqlite_sequence (name, seq) SELECT %s, coalesce(max(id), 0) FROM "{table}"'
            " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = %s)",
            [table, table],
        )
        cursor.execute(forward, [count, table])
        rows = cursor.fetchall()
    return int(rows[0][0])
