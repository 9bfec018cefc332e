"""Columns on their way into the tables, past the verbs: for floods of made-up rows into a company that nobody uses yet.

A column is a NumPy array (masked or NaT where nothing is known), a list, or one value for all rows. What is not given
takes the model's default.
"""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import numpy as np
from django.core.management.color import no_style
from django.db import connection, models, transaction

from pacesetter.base import guards, indexes

Columns = dict[str, Any]


def write(model: Any, columns: Mapping[str, Any]) -> int:
    """Store rows; returns how many."""
    many = {name: values for name, values in columns.items() if isinstance(values, (list, np.ndarray))}
    same = _defaults(model) | {name: value for name, value in columns.items() if name not in many}
    rows = len(next(iter(many.values())))
    if rows:
        (_copy if connection.vendor == "postgresql" else _insert)(model, many, {k: v for k, v in same.items() if k not in many}, rows)
    return rows


@lru_cache
def _defaults(model: Any) -> Mapping[str, Any]:
    """What a row says where it is told nothing."""
    plain = {one.attname: one.get_default() for one in model._meta.concrete_fields if not one.primary_key}
    return {name: json.dumps(value) if isinstance(value, (dict, list)) else value for name, value in plain.items()}


def _column(model: Any, name: str) -> str:
    return f'"{model._meta.get_field(name).column}"'


def _insert(model: Any, many: Columns, same: Columns, rows: int) -> None:
    names = ", ".join(_column(model, name) for name in (*many, *same))
    values = ", ".join(["?"] * len(many) + [_literal(value) for value in same.values()])
    with transaction.atomic():
        connection.connection.executemany(
            f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({values})',
            zip(*[_plain(column) for column in many.values()], strict=True),
        )


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    return str(int(value)) if isinstance(value, (bool, int)) else "'" + str(value).replace("'", "''") + "'"


def _plain(column: Any) -> list[Any]:
    """Python values; days and instants as Django writes them."""
    import pyarrow as pa

    if isinstance(column, list):
        return column
    return pa.array(column).cast(pa.string()).to_pylist() if column.dtype.kind == "M" else column.tolist()


def _copy(model: Any, many: Columns, same: Columns, rows: int) -> None:
    import pyarrow as pa
    from pyarrow import csv

    arrays = [_arrow(column) for column in many.values()] + [pa.repeat(_scalar(value), rows) for value in same.values()]
    text = io.BytesIO()
    csv.write_csv(pa.table(arrays, names=[*many, *same]), text, csv.WriteOptions(include_header=False))
    names = ", ".join(_column(model, name) for name in (*many, *same))
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN (FORMAT csv)') as copy,
    ):
        copy.write(text.getbuffer())


def _arrow(column: Any) -> Any:
    import pyarrow as pa

    return pa.array(column.data, mask=np.ma.getmaskarray(column)) if isinstance(column, np.ma.MaskedArray) else pa.array(column)


def _scalar(value: Any) -> Any:
    import pyarrow as pa

    return pa.scalar(value, pa.string() if value is None else None)


# tables without what slows a flood down ---------------------------------------------------------
@contextmanager
def bare(flooded: Sequence[Any]) -> Iterator[None]:
    """Tables without secondary indexes, and with references that nobody checks meanwhile, for what happens inside.

    Who is interrupted begins anew, so that indexes are built only after all went well.
    """
    with _one_transaction() if connection.vendor == "postgresql" else _unchecked():
        indexes.drop(flooded)
        yield
        indexes.ensure()
        indexes.analyze(flooded)


@contextmanager
def _unchecked() -> Iterator[None]:
    """SQLite: room for sorting, and no look at references. Inside somebody's transaction neither can be had."""
    if connection.in_atomic_block:
        yield
        return
    guards.unprotect()  # they look at every row of history; a kill leaves them off until the company is made anew
    with indexes.roomy(), connection.constraint_checks_disabled():
        yield
    guards.protect()


@contextmanager
def _one_transaction() -> Iterator[None]:
    """PostgreSQL: what goes comes back in the transaction that brings the rows, or nothing happened."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # deciding takes its time
        yield


class Ids:
    """Numbers for the rows of a table that others point at; `close` tells the database which were given away."""

    def __init__(self, model: Any) -> None:
        self.model = model
        highest = model._base_manager.aggregate(last=models.Max("pk"))["last"] or 0
        self.last = highest

    def take(self, count: int) -> Any:
        """The next `count` ids."""
        first, self.last = self.last + 1, self.last + count
        return np.arange(first, self.last + 1)

    def close(self) -> None:
        for statement in connection.ops.sequence_reset_sql(no_style(), [self.model]):
            with connection.cursor() as cursor:
                cursor.execute(statement)
