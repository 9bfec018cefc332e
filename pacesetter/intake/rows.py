"""The one pipeline that check and load share: from a file's lines to rows of values with remarks."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from pacesetter.base import loaders
from pacesetter.base.fields import Minor
from pacesetter.base.loaders import ID, LOADERS, Remark, Slot, Values
from pacesetter.core.errors import Invalid
from pacesetter.core.money import to_minor
from pacesetter.intake.convert import Convert, Manner, converter
from pacesetter.intake.models import Import, ImportFile
from pacesetter.intake.readers.dialect import Dialect
from pacesetter.intake.readers.formats import open_table
from pacesetter.intake.readers.tables import Batch, Table
from pacesetter.intake.resolve import Resolver


@dataclass
class Row:
    """One line of a file on its way: `texts` are the lookups' texts, `remarks` what was noticed, per column."""

    line: int
    cells: list[str]
    key: str = ""
    values: Values = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    remarks: list[tuple[str, str, Remark]] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        return any(remark.refuse for _, _, remark in self.remarks)

    def remark(self, column: str, text: str, code: str, *, refuse: bool = True, **params: Any) -> None:
        self.remarks.append((column, text, Remark(code, params=params, refuse=refuse)))


def folder(batch: Import) -> Path:
    """Where the files of an import are kept."""
    return Path(settings.PACESETTER_DATA) / "uploads" / str(batch.batch)


def table_of(file: ImportFile) -> Table:
    """The file, read in the way that was shown when it was uploaded."""
    path = folder(file.batch) / file.path
    facts = file.facts
    dialect = (
        Dialect(**{key: facts[key] for key in ("encoding", "delimiter", "quote", "escape", "newline")})
        if facts.get("format") == "csv"
        else None
    )
    return open_table(path, dialect)


@dataclass(frozen=True)
class Cell:
    """One mapped column."""

    index: int
    column: str
    slot: Slot
    convert: Convert


class Plan:
    """How the rows of one file become values of its target."""

    def __init__(self, file: ImportFile, resolver: Resolver) -> None:
        self.file = file
        self.resolver = resolver
        self.loader = LOADERS[file.target]()
        self.currency = file.batch.currency
        self.fixes: dict[int, dict[str, str]] = dict(file.fixes.values_list("line", "cells"))
        self.slots = {slot.key: slot for slot in self.loader.slots()}
        self.cells = list(self._cells())
        self.columns = {cell.slot.key: cell.column for cell in self.cells}
        self.gaps: Counter[str] = Counter()
        self.estimated = set(file.repairs.filter(kind="estimate", decision="accepted").values_list("field", flat=True))
        self.unescape = any(column["name"] == REASON for column in file.columns)

    def _cells(self) -> Iterator[Cell]:
        for index, column in enumerate(self.file.columns):
            if slot := self.slots.get(column.get("field", "")):
                yield Cell(index, column["name"], slot, converter(slot, Manner.of(column, self.file.batch.time_zone)))

    def batches(self) -> Iterator[list[Row]]:
        """All rows of the file, in order; lookups are not yet resolved."""
        for batch in table_of(self.file).batches():
            yield sorted(self._rows(batch), key=lambda row: row.line)

    def _rows(self, batch: Batch) -> Iterator[Row]:
        for fault in batch.faults:
            row = Row(fault.line, fault.cells)
            row.remark("", "", fault.code, **fault.params)
            yield row
        for line, cells in zip(batch.lines, batch.rows, strict=True):
            yield self._row(line, cells)

    def _row(self, line: int, cells: list[str]) -> Row:
        if self.unescape:
            cells = [cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA else cell for cell in cells]
        if line in self.fixes:
            fixed = self.fixes[line]
            cells = [fixed.get(column["name"], cell) for column, cell in zip(self.file.columns, cells, strict=True)]
        row = Row(line, cells)
        for cell in self.cells:
            self._take(row, cell, cells[cell.index])
        self._money(row)
        return row

    def _take(self, row: Row, cell: Cell, text: str) -> None:
        slot = cell.slot
        if not text:
            if slot.required or slot.key == ID:
                row.remark(cell.column, "", "required", field=slot.key)
        elif slot.key == ID:
            row.key = text
        elif slot.lookup:
            row.texts[slot.key] = text
        else:
            try:
                row.values[slot.key] = cell.convert(text)
            except Invalid as refusal:
                row.remark(cell.column, text, refusal.code, **refusal.params)

    def _money(self, row: Row) -> None:
        currency = row.texts.get("currency", self.currency).upper()
        for cell in self.cells:
            if cell.slot.type == "money" and cell.slot.key in row.values:
                row.values.setdefault("currency", self.currency)
                try:
                    row.values[cell.slot.key] = Minor(to_minor(row.values[cell.slot.key], currency))
                except Invalid:
                    del row.values[cell.slot.key]  # the currency itself is refused as a lookup

    def resolve(self, rows: list[Row], *, links: bool = True) -> None:
        """Put ids in the place of texts, and let the loader judge each row as a whole."""
        for cell in self.cells:
            if cell.slot.lookup and (links or cell.slot.key not in self.loader.links):
                self._resolve(cell, rows)
        for row in rows:
            if not row.refused:
                self.loader.settle(row.values)
                self._estimate(row)
                for remark in self.loader.judge(row.values):
                    row.remarks.append((self.columns.get(remark.field, ""), "", remark))

    def _estimate(self, row: Row) -> None:
        """Fill a gap from our own records where that was accepted, else only count it."""
        if guess := self.loader.estimate(row.values):
            key, value = guess
            self.gaps[key] += 1
            if key in self.estimated and value is not None:
                row.values[key] = value

    def _resolve(self, cell: Cell, rows: list[Row]) -> None:
        slot, lookup = cell.slot, loaders.lookup(cell.slot.lookup)
        texts = {row.texts[slot.key] for row in rows if slot.key in row.texts}
        found = self.resolver.resolve(self.file.pk, cell.column, slot.lookup, texts)
        for row in rows:
            text = row.texts.get(slot.key)
            if text in found:
                row.values[slot.key] = found[text]
            elif text:
                row.remark(cell.column, text, lookup.unknown if slot.strict else "left_empty", refuse=slot.strict, value=text)


LINE, REASON = "pacesetter_line", "pacesetter_reason"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
