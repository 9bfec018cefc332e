"""Text tables: comma, semicolon, tab and their relatives."""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from pacesetter.intake.readers import dialect as dialects
from pacesetter.intake.readers import layout as layouts
from pacesetter.intake.readers.dialect import Dialect
from pacesetter.intake.readers.layout import Line
from pacesetter.intake.readers.tables import BATCH_ROWS, Batch, Fault

# A cell longer than this, or a row over more lines, is a quote that was never closed.
CELL_CHARS = 1 << 20
ROW_LINES = 200
csv.field_size_limit(CELL_CHARS)


class CsvTable:
    """A text file read through its dialect."""

    format = "csv"

    def __init__(self, path: Path, dialect: Dialect | None = None) -> None:
        self.path = path
        self.dialect = dialect or dialects.guess(path)
        head = [item for item in islice(self._lines(width=0), layouts.LOOK) if not isinstance(item, Fault)]
        self.layout = layouts.find(head)

    def facts(self) -> dict[str, Any]:
        one = self.dialect
        return {
            "format": self.format,
            "encoding": one.encoding,
            "delimiter": one.delimiter,
            "quote": one.quote,
            "newline": one.newline,
            "escape": one.escape,
            "header_line": self.layout.header_line,
        }

    def batches(self, *, after: int = 0, size: int = BATCH_ROWS) -> Iterator[Batch]:
        return layouts.batches(self._lines(len(self.layout.names)), self.layout, after, size)

    def _lines(self, width: int) -> Iterator[Line | Fault]:
        with self.path.open(encoding=self.dialect.encoding, errors="replace", newline="") as file:
            yield from _records(_Tape(file), self.dialect, width)


class _Tape:
    """The file's lines, remembering those of the current record so that they can be read again."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines = lines
        self.taken: list[str] = []
        self.again: list[str] = []

    def __iter__(self) -> "_Tape":
        return self

    def __next__(self) -> str:
        line = self.again.pop() if self.again else next(self.lines)
        self.taken.append(line)
        return line

    def rewind(self) -> str:
        """Give back all lines of the record but the first, which is returned."""
        first, *rest = self.taken
        self.again.extend(reversed(rest))
        self.taken.clear()
        return first


def _records(tape: _Tape, dialect: Dialect, width: int) -> Iterator[Line | Fault]:
    reader, number = _reader(tape, dialect), 1
    while True:
        try:
            cells = next(reader)
            broken = len(tape.taken) > ROW_LINES and len(cells) != width
        except StopIteration:
            return
        except csv.Error:
            cells, broken = [], True
        if broken:
            yield Fault(number, [tape.rewind().rstrip("\r\n")], "quote_open")
            reader = _reader(tape, dialect)
            number += 1
            continue
        yield number, list(map(str.strip, cells))
        number += len(tape.taken)
        tape.taken.clear()


def _reader(tape: _Tape, dialect: Dialect) -> Iterator[list[str]]:
    return dialects.read(tape, dialect.delimiter, dialect.quote, dialect.escape)
