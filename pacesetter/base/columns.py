"""Columns of raw tables as Arrow arrays, and the way from a database's text to them. No Django: a process that only reads uses this too."""

import json
from collections.abc import Mapping
from typing import Any

from pacesetter.core.metrics.tables import DAY, FLAG, INSTANT, INT, REAL, TEXT, TEXTS


def schema(kinds: Mapping[str, str]) -> Any:
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
    return pa.schema([(name, known[kind]) for name, kind in kinds.items()])


def plain(kind: str) -> Any:
    """The Arrow type in which SQLite gives a column."""
    import pyarrow as pa

    return pa.int64() if kind in (INT, FLAG) else pa.float64() if kind == REAL else pa.string()


def typed(columns: list[Any], fields: Any) -> Any:
    """A table of plain columns, with their text as days, instants and lists."""
    import pyarrow as pa

    made = [
        _lists(column) if pa.types.is_list(field.type) else column.cast(field.type) for column, field in zip(columns, fields, strict=True)
    ]
    return pa.table(made, schema=fields)


def _lists(column: Any) -> Any:
    """JSON lists of words; few of them differ."""
    import pyarrow as pa

    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    coded = whole.dictionary_encode()
    words = pa.array([json.loads(text) for text in coded.dictionary.to_pylist()], pa.list_(pa.string()))
    return words.take(coded.indices)
