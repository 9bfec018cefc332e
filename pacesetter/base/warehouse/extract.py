"""Reading sources column by column and writing them as Parquet; no transaction is held meanwhile.

Rows go past the ORM: the database's own text becomes columns at once. Large tables of a SQLite file are read by processes beside.
"""

import contextlib
import errno
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Max
from django.db.models.expressions import RawSQL

import pacesetter
from pacesetter.base import columns
from pacesetter.base.sqlite_reader import FULL
from pacesetter.base.warehouse.sources import Source
from pacesetter.core.metrics.tables import FLAG, INSTANT, INT, REAL

CHUNK = 50_000
LARGE = 200_000  # rows from which a process of its own pays
READERS = 2
IDS_PER_QUERY = 5_000


def write_whole(files: Mapping[str, tuple[Source, Path]]) -> dict[str, int]:
    """Write all rows of some sources, by name, each into its file; returns how many there are of each."""
    large = {name: rows for name, (source, _) in files.items() if (rows := _about(source)) >= LARGE}
    readers = [
        _reader({name: files[name] for name in share})
        for share in _shares({name: rows * len(files[name][0].kinds) for name, rows in large.items()})
    ]
    try:
        found = {name: write(source, file) for name, (source, file) in files.items() if name not in large}
        for reader in readers:
            found |= _told(reader)
    finally:
        for reader in readers:
            reader.kill()  # who is done does not mind; any other would write on for nobody
            reader.wait()
    return found


def _shares(values: Mapping[str, int]) -> list[list[str]]:
    """The tables for each reader, so that all have about as many values to read: the largest first, each to who has the least."""
    shares: list[tuple[int, list[str]]] = [(0, []) for _ in range(READERS)]
    for name in sorted(values, key=lambda name: (values[name], name), reverse=True):
        least = min(range(READERS), key=lambda at: shares[at][0])
        shares[least] = shares[least][0] + values[name], [*shares[least][1], name]
    return [names for _, names in shares if names]


def _told(reader: "subprocess.Popen[str]") -> dict[str, int]:
    """How many rows a reader wrote; a full disk there is a full disk here."""
    told, _ = reader.communicate()
    if reader.returncode == FULL:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if reader.returncode:
        raise RuntimeError(f"the reader of large tables ended with {reader.returncode}")
    return dict(json.loads(told))


def write(source: Source, file: Path, ids: Sequence[int] | None = None) -> int:
    """Write the rows of a source, all of them or those of some ids; returns how many."""
    import pyarrow.parquet as pq

    fields, count = columns.schema(source.kinds), 0
    with pq.ParquetWriter(file, fields, compression="zstd") as out:
        for chunk in _read(source, _query(source, ids)):
            out.write_table(columns.typed(chunk, fields))
            count += len(chunk[0])
    return count


def write_ids(ids: Iterable[int], file: Path) -> None:
    """The ids that a delta replaces."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"unit": pa.array(ids, type=pa.int64())}), file)


def _query(source: Source, ids: Sequence[int] | None) -> Any:
    """All rows, or those of some ids: one parameter, because the ORM takes longer over a thousand than the database."""
    rows = source.rows().order_by()
    if ids is None:
        return rows
    given = "SELECT unnest(%s::bigint[])" if connection.vendor == "postgresql" else "SELECT value FROM json_each(%s)"
    listed = list(ids) if connection.vendor == "postgresql" else json.dumps(list(ids))
    return rows.filter(**{f"{source.unit_path}__in": RawSQL(given, [listed])})


def _read(source: Source, rows: Any) -> Iterator[list[Any]]:
    """The rows' columns as plain Arrow arrays, chunk by chunk."""
    try:
        sql, params = rows.values_list(*source.paths).query.sql_with_params()
    except EmptyResultSet:
        return
    yield from (_copied if connection.vendor == "postgresql" else _fetched)(source, sql, params)


def _selecting(source: Source, sql: str, plain: str, instant: str) -> str:
    """The query with its columns made plain: in the two templates `{}` is a column."""
    kinds = source.kinds.values()
    names = [f"c{index}" for index in range(len(kinds))]
    shown = ", ".join((instant if kind == INSTANT else plain).format(name) for name, kind in zip(names, kinds, strict=True))
    return f"SELECT {shown} FROM (WITH found({', '.join(names)}) AS ({sql}) SELECT * FROM found) AS plain"


# SQLite --------------------------------------------------------------------------------------------
_PLAIN = "+{}"  # a column behind a plus has no declared type, so its text comes as it is stored


def _fetched(source: Source, sql: str, params: Sequence[Any]) -> Iterator[list[Any]]:
    import pyarrow as pa

    kinds = [columns.plain(kind) for kind in source.kinds.values()]
    with connection.cursor() as cursor:
        cursor.execute(_selecting(source, sql, _PLAIN, _PLAIN), params)
        while chunk := cursor.fetchmany(CHUNK):
            yield [pa.array(column, kind) for column, kind in zip(zip(*chunk, strict=True), kinds, strict=True)]


def _about(source: Source) -> int:
    """How many rows a source of a SQLite file has at most, as far as its newest id tells; those of others are read here."""
    if connection.vendor != "sqlite" or connection.is_in_memory_db():  # type: ignore[attr-defined]
        return 0
    return int(source.rows().model.objects.order_by().aggregate(newest=Max("pk"))["newest"] or 0)


def _reader(files: Mapping[str, tuple[Source, Path]]) -> "subprocess.Popen[str]":
    """A process that reads some tables; it prints how many rows they have."""
    asked = {"database": quote(str(connection.settings_dict["NAME"])), "tables": {name: _asked(*pair) for name, pair in files.items()}}
    environment = os.environ | {"PYTHONPATH": str(Path(pacesetter.__file__).parent.parent)}
    call = [sys.executable, "-m", "pacesetter.base.sqlite_reader"]
    reader = subprocess.Popen(call, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    assert reader.stdin
    with contextlib.suppress(BrokenPipeError), reader.stdin as out:  # how it ended is asked when it has
        json.dump(asked, out, default=str)
    reader.stdin = None
    return reader


def _asked(source: Source, file: Path) -> dict[str, Any]:
    sql, params = source.rows().order_by().values_list(*source.paths).query.sql_with_params()
    marked = _selecting(source, sql, _PLAIN, _PLAIN) % (("?",) * len(params))
    return {"sql": marked, "params": params, "kinds": source.kinds, "file": str(file)}


# PostgreSQL: COPY gives CSV, which Arrow parses ----------------------------------------------------
_UTC = "{} AT TIME ZONE 'UTC'"


def _copied(source: Source, sql: str, params: Sequence[Any]) -> Iterator[list[Any]]:
    with connection.cursor() as cursor, cursor.copy(f"COPY ({_selecting(source, sql, '{}', _UTC)}) TO STDOUT (FORMAT csv)", params) as copy:
        while lines := b"".join(map(bytes, itertools.islice(copy, CHUNK))):
            yield _parsed(source, lines)


def _parsed(source: Source, lines: bytes) -> list[Any]:
    import pyarrow as pa
    from pyarrow import csv

    kinds = {
        name: pa.int64() if kind == INT else pa.bool_() if kind == FLAG else pa.float64() if kind == REAL else pa.string()
        for name, kind in source.kinds.items()
    }
    table = csv.read_csv(
        pa.BufferReader(lines),
        csv.ReadOptions(column_names=list(kinds), block_size=1 << 26),
        csv.ParseOptions(newlines_in_values=True),
        csv.ConvertOptions(
            column_types=kinds,
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    return list(table.columns)
