"""Reading sources in chunks and writing them as Parquet; no transaction is held meanwhile."""

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pacesetter.base.warehouse.sources import Source
from pacesetter.core.metrics.tables import DAY, FLAG, INSTANT, INT, RAW, REAL, TEXT, TEXTS

CHUNK = 20_000
IDS_PER_QUERY = 5_000


def write(source: Source, file: Path, ids: Sequence[int] | None = None) -> int:
    """Write the rows of a source, all of them or those of some ids; returns how many."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = list(RAW[source.name].values())
    schema = pa.schema(list(zip(RAW[source.name], map(_arrow, kinds), strict=True)))
    count = 0
    with pq.ParquetWriter(file, schema, compression="zstd") as out:
        for chunk in _chunks(_rows(source, ids)):
            columns = [
                pa.array(map(_plain, column) if kind == TEXT else column, type=field.type)
                for column, kind, field in zip(zip(*chunk, strict=True), kinds, schema, strict=True)
            ]
            out.write_table(pa.table(columns, schema=schema))
            count += len(chunk)
    return count


def write_ids(ids: Iterable[int], file: Path) -> None:
    """The ids that a delta replaces."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"unit": pa.array(ids, type=pa.int64())}), file)


def _rows(source: Source, ids: Sequence[int] | None) -> Iterator[tuple[Any, ...]]:
    rows = source.rows().order_by().values_list(*source.paths)
    if ids is None:
        yield from rows.iterator(chunk_size=CHUNK)
        return
    for start in range(0, len(ids), IDS_PER_QUERY):
        yield from rows.filter(**{f"{source.unit_path}__in": ids[start : start + IDS_PER_QUERY]})


def _chunks(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    while chunk := list(itertools.islice(rows, CHUNK)):
        yield chunk


def _plain(value: Any) -> Any:
    """JSON columns travel as text."""
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _arrow(kind: str) -> Any:
    """Instants are stored as UTC without a zone: with one, every query on them is several times slower."""
    import pyarrow as pa

    known = {
        INT: pa.int64(),
        TEXT: pa.string(),
        DAY: pa.date32(),
        FLAG: pa.bool_(),
        INSTANT: pa.timestamp("us"),
        TEXTS: pa.list_(pa.string()),
        REAL: pa.float64(),
    }
    return known[kind]
