"""Rows on their way into the tables: gathered and encoded outside a transaction, stored by one that only writes.

SQLite has one writer. Whoever brings a flood of rows makes, checks and encodes them while others may write, and then
holds the lock for the bare inserts. Single verbs take the same way with one row.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection, models, transaction

Rows = Sequence[tuple[Any, ...]]


class Stale(Exception):
    """A record was changed by somebody else after it was read; read it again and repeat."""


class Json(str):
    """A JSON text that is encoded already."""


class Writes:
    """Statements with their rows, in the order in which they are stored."""

    def __init__(self) -> None:
        self._steps: list[Callable[[Any], None]] = []

    def insert(self, model: Any, columns: Mapping[str, Sequence[Any]], *, unless_there: bool = False) -> None:
        """New rows of a model, by column; `unless_there` skips what a unique constraint knows already."""
        known = _fields(model)
        rows = list(zip(*(adapted(known[name], values) for name, values in columns.items()), strict=True))
        if rows:
            names = [known[name].column for name in columns]
            copied = connection.vendor == "postgresql" and not unless_there
            self._steps.append(_copy(model._meta.db_table, names, rows) if copied else _many(insertion(model, names, unless_there), rows))

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
            self._steps.append(_many(statement, rows, each))

    def store(self) -> None:
        """Write everything, in one transaction: the caller's, if there is one."""
        with transaction.atomic(savepoint=False), connection.cursor() as cursor:
            for step in self._steps:
                step(cursor)


def _many(statement: str, rows: Rows, each: bool = False) -> Callable[[Any], None]:
    def step(cursor: Any) -> None:
        cursor.executemany(statement, rows)
        if each and cursor.rowcount != len(rows):
            raise Stale

    return step


def _copy(table: str, names: Sequence[str], rows: Rows) -> Callable[[Any], None]:
    columns = ", ".join(f'"{name}"' for name in names)

    def step(cursor: Any) -> None:
        with connection.wrap_database_errors, cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)

    return step


def insertion(model: type[models.Model], names: Sequence[str], unless_there: bool) -> str:
    """The statement that inserts one row."""
    columns, places = ", ".join(f'"{name}"' for name in names), ", ".join(["%s"] * len(names))
    skip = " ON CONFLICT DO NOTHING" if unless_there else ""
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({places}){skip}'


@lru_cache
def _fields(model: Any) -> Mapping[str, Any]:
    by_name = {one.name: one for one in model._meta.concrete_fields}
    return by_name | {one.attname: one for one in model._meta.concrete_fields}


def adapted(field: Any, values: Sequence[Any]) -> Sequence[Any]:
    """Values of one column as the database driver takes them."""
    if isinstance(field, models.JSONField):
        return [value if isinstance(value, Json) else _json(value, field) for value in values]
    if isinstance(field, models.DateTimeField):
        return list(map(_instant, values))
    if isinstance(field, models.DateField):
        return list(map(_day, values))
    if isinstance(field, models.UUIDField):
        known = {value: field.get_db_prep_value(value, connection) for value in set(values)}
        return [known[value] for value in values]
    return values


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


def reserve(model: Any, count: int) -> Iterable[int]:
    """Ids that nobody else will be given; those that are not used in the end are gaps."""
    if not count:
        return ()
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
            return [pk for (pk,) in cursor.fetchall()]
        last = _advance(cursor, table, count)
    return range(last - count + 1, last + 1)


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
