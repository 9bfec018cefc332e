"""Rows on their way into the tables: gathered and encoded outside a transaction, stored by one that only writes.

SQLite has one writer. Whoever brings a flood of rows makes, checks and encodes them while others may write, and then
holds the lock for the bare inserts. Single verbs take the same way with one row.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Generic, TypeVar

from django.db import connection, models, transaction
from django.db.models.base import ModelState

Row = TypeVar("Row")
Rows = Sequence[tuple[Any, ...]]


class Stale(Exception):
    """A record was changed by somebody else after it was read; read it again and repeat."""


class Json(str):
    """A JSON text that is encoded already."""


class Writes:
    """Statements with their rows, in the order in which they are stored."""

    def __init__(self) -> None:
        self._steps: list[Callable[[Any], None]] = []

    def insert(
        self, model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]], *, unless_there: bool = False
    ) -> None:
        """New rows of a model, as values by attribute name; `unless_there` skips what a unique constraint knows already."""
        if rows:
            self._insert(model, columns, list(zip(*rows, strict=True)), unless_there)

    def insert_objects(self, objects: Sequence[Any]) -> None:
        """New instances made by `blank`, which carry their ids."""
        if objects:
            columns = [one.attname for one in objects[0]._meta.concrete_fields]
            values = [obj.__dict__ for obj in objects]
            self._insert(type(objects[0]), columns, [[one[name] for one in values] for name in columns], False)

    def _insert(self, model: type[models.Model], columns: Sequence[str], by_column: Sequence[Sequence[Any]], unless_there: bool) -> None:
        fields = _fields(model)
        names = [fields[name].column for name in columns]
        rows = list(zip(*(adapted(fields[name], values) for name, values in zip(columns, by_column, strict=True)), strict=True))
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
        """Write everything, in one transaction."""
        with transaction.atomic(), connection.cursor() as cursor:
            for step in self._steps:
                step(cursor)


class Prepared(Generic[Row]):
    """New records with everything that must be written for them."""

    def __init__(self, made: list[Row], writes: Writes) -> None:
        self.made = made
        self.writes = writes

    def store(self) -> list[Row]:
        """Write them; from now on they are there."""
        self.writes.store()
        for obj in self.made:
            obj._state.adding, obj._state.db = False, connection.alias  # type: ignore[attr-defined]
        return self.made


def _many(statement: str, rows: Rows, each: bool = False) -> Callable[[Any], None]:
    def step(cursor: Any) -> None:
        cursor.executemany(statement, rows)
        if each and cursor.rowcount != len(rows):
            raise Stale

    return step


def _copy(table: str, names: Sequence[str], rows: Rows) -> Callable[[Any], None]:
    columns = ", ".join(f'"{name}"' for name in names)

    def step(cursor: Any) -> None:
        with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
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
        return [value if isinstance(value, Json) else json.dumps(value, cls=field.encoder) for value in values]
    if isinstance(field, (models.DateField, models.UUIDField)):
        known = {value: None if value is None else field.get_db_prep_value(value, connection) for value in set(values)}
        return [known[value] for value in values]
    return values


def blank(model: Any, count: int) -> list[Any]:
    """New instances with default values and ids reserved for them; a hundredth of the work of calling the class."""
    plain, made = _defaults(model)
    fresh = []
    for pk in reserve(model, count):
        obj = model.__new__(model)
        obj.__dict__.update(plain, _state=ModelState(), id=pk, **{name: make() for name, make in made})
        fresh.append(obj)
    return fresh


@lru_cache
def _defaults(model: Any) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    fields = [one for one in model._meta.concrete_fields if not one.primary_key]
    made = [(one.attname, one.default) for one in fields if one.has_default() and callable(one.default)]
    return {one.attname: one.get_default() for one in fields}, made


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
    rows = cursor.execute(forward, [count, table]).fetchall()
    if not rows:  # the first row ever
        cursor.execute(
            f'INSERT INTO sqlite_sequence (name, seq) SELECT %s, coalesce(max(id), 0) FROM "{table}"'
            " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = %s)",
            [table, table],
        )
        rows = cursor.execute(forward, [count, table]).fetchall()
    return int(rows[0][0])
