"""Tables as files: CSV that no spreadsheet runs, workbooks, and typed Parquet."""

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from pacesetter.core.text import plain_cell

Cell = str | bool | int | float | Decimal | dt.date | dt.datetime | None
Columns = Sequence[tuple[str, str]]  # heads, each with the type of its field
Put = Callable[[list[list[Cell]]], None]


def csv_lines(rows: Iterable[Sequence[Cell]], blank_is_no: bool = False) -> Iterator[str]:
    """Rows as lines of CSV: dates as ISO, instants in UTC, yes and no as asked; no cell is one that a spreadsheet would run."""
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow([_text(cell, blank_is_no) for cell in row])
        yield line.getvalue()


@contextmanager
def write_csv(file: Path, columns: Columns, blank_is_no: bool = False) -> Iterator[Put]:
    """Text in UTF-8."""
    with file.open("w", encoding="utf-8", newline="") as out:
        out.writelines(csv_lines([[name for name, _ in columns]]))
        yield lambda rows: out.writelines(csv_lines(rows, blank_is_no))


def _text(cell: Cell, blank_is_no: bool) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return ("1" if cell else "") if blank_is_no else str(cell).lower()
        case dt.datetime():
            return cell.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        case dt.date():
            return cell.isoformat()
        case Decimal():
            return format(cell, "f")
        case str():
            return plain_cell(cell)
    return str(cell)


@contextmanager
def write_xlsx(file: Path | IO[bytes], columns: Columns, blank_is_no: bool = False) -> Iterator[Put]:
    """A workbook written row by row: memory does not grow with it, and no text becomes a formula or a link."""
    import xlsxwriter  # type: ignore[import-untyped]

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    with xlsxwriter.Workbook(file, {**options, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet, at = book.add_worksheet(), 0
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, [name for name, _ in columns])

        def put(rows: list[list[Cell]]) -> None:
            nonlocal at
            for row in rows:
                at += 1
                for column, cell in enumerate(row):
                    _write(sheet, at, column, cell)

        yield put


def _write(sheet: Any, row: int, column: int, cell: Cell) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, column, cell)
    elif isinstance(cell, dt.datetime):
        sheet.write_string(row, column, _text(cell, False))
    elif cell is not None:
        sheet.write(row, column, cell)


@contextmanager
def write_parquet(file: Path | IO[bytes], columns: Columns, blank_is_no: bool = False) -> Iterator[Put]:
    """Typed columns: money exact to four decimals, instants in UTC."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {
        "money": pa.decimal128(24, 4), "decimal": pa.decimal128(24, 6), "number": pa.int64(), "percent": pa.int64(),
        "boolean": pa.bool_(), "date": pa.date32(), "instant": pa.timestamp("us", "UTC"),
    }  # fmt: skip
    schema = pa.schema([(name, types.get(kind, pa.string())) for name, kind in columns])
    with pq.ParquetWriter(file, schema, compression="zstd") as out:

        def put(rows: list[list[Cell]]) -> None:
            parts = zip(*rows, strict=True) if rows else [[] for _ in schema]
            cells = [pa.array([_typed(cell, one.type) for cell in part], one.type) for part, one in zip(parts, schema, strict=True)]
            out.write_table(pa.table(cells, schema=schema))

        yield put


def _typed(cell: Cell, kind: Any) -> Any:
    """A value that the column takes: what was looked up is text, whatever the field's own type."""
    if cell is None or not str(kind).startswith(("string", "decimal")):
        return cell
    return str(cell) if str(kind) == "string" else Decimal(str(cell))


WRITERS: dict[str, Callable[[Any, Columns, bool], AbstractContextManager[Put]]] = {
    "csv": write_csv,
    "xlsx": write_xlsx,
    "parquet": write_parquet,
}
