"""The one pipeline that check and load share: from a file's lines to rows of values with remarks."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import repeat
from typing import Any

from pacesetter.base import loaders
from pacesetter.base.fields import Minor
from pacesetter.base.loaders import BEFORE, DELETED, ID, LOADERS, MERGED, Remark, Slot, Values
from pacesetter.core.errors import Invalid, add_sentences
from pacesetter.core.labels import mark
from pacesetter.core.money import to_minor
from pacesetter.core.text import bare_cell
from pacesetter.intake import profiles
from pacesetter.intake.convert import Convert, Manner, converter
from pacesetter.intake.files import table_of
from pacesetter.intake.headers import squash
from pacesetter.intake.joins import Joins, several
from pacesetter.intake.models import ImportFile
from pacesetter.intake.readers.tables import Batch
from pacesetter.intake.resolve import Resolver


@dataclass(slots=True)
class Row:
    """One line of a file on its way: `texts` are the lookups' texts, `remarks` what was noticed, per column; `gone` in the source.

    `pivot` is the field that a row of a long table tells of.
    """

    line: int
    cells: list[str]
    key: str = ""
    values: Values = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    remarks: list[tuple[str, str, Remark]] = field(default_factory=list)
    gone: bool = False
    pivot: str = ""

    @property
    def refused(self) -> bool:
        return bool(self.remarks) and any(remark.refuse for _, _, remark in self.remarks)

    def remark(self, column: str, text: str, code: str, *, refuse: bool = True, **params: Any) -> None:
        self.remarks.append((column, text, Remark(code, params=params, refuse=refuse)))


add_sentences(
    {
        "deleted_in_source": mark("The record was deleted in the other system."),
        "merged_away": mark("The record was merged into {into}, which is loaded instead."),
        "property_untracked": mark("Changes of {property} are not kept here."),
        "first_of_several": mark("The cell names several records; the first is taken."),
        "not_an_email": mark("{value} is no e-mail address; the field is left empty."),
    }
)


@dataclass(frozen=True)
class Cell:
    """One mapped column; `of` is the field it stands for in rows that tell of that field only."""

    index: int
    column: str
    slot: Slot
    convert: Convert
    of: str = ""
    known: dict[str, Any] = field(default_factory=dict)

    def value(self, text: str) -> Any:
        """The value of a text that was not remembered."""
        return self.remembered(text, self.convert(text))

    def remembered(self, text: str, value: Any) -> Any:
        """Remember what a text stands for: the same ones come again and again."""
        if len(self.known) >= REMEMBERED:
            self.known.clear()
        self.known[text] = value
        return value


class Plan:
    """How the rows of one file become values of its target."""

    def __init__(self, file: ImportFile, resolver: Resolver) -> None:
        self.file = file
        self.resolver = resolver
        self.loader = LOADERS[file.target]()
        self.currency = file.batch.currency
        self.fixes: dict[int, dict[str, str]] = dict(file.fixes.values_list("line", "cells"))
        self.slots = {slot.key: slot for slot in self.loader.slots()}
        self.profile = profiles.of_source(file.batch.source)
        self.joins = Joins(file, self.ids)
        self.cells = [*self._cells(), *self._joined()]
        self.taken = self.cells
        self.pivot = next((cell for cell in self.cells if self.loader.pivot and cell.slot.key == self.loader.pivot_name), None)
        self.amounts = [cell.slot.key for cell in self.cells if cell.slot.type == "money"]
        self.columns = {cell.slot.key: cell.column for cell in self.cells}
        self.gaps: Counter[str] = Counter()
        self.untracked: Counter[str] = Counter()
        self.estimated = set(file.repairs.filter(kind="estimate", decision="accepted").values_list("field", flat=True))
        self.unescape = any(column["name"] == REASON for column in file.columns)
        self.fixed: dict[str, Any] = file.facts.get("fixed", {})
        self.merged = self.joins.merged | self._merged()
        resolver.merge(self.loader.noun, self.merged)

    def _cells(self) -> Iterator[Cell]:
        for index, column in enumerate(self.file.columns):
            key, manner = column.get("field", ""), Manner.of(column, self.file.batch.time_zone)
            if slot := self.slots.get(key):
                yield Cell(index, column["name"], slot, converter(slot, manner))
            if key in self.loader.pivot_values:
                yield from self._pivoted(index, column["name"], BEFORE if key.endswith("_before") else "", manner)

    def _joined(self) -> Iterator[Cell]:
        """Fields that only other files fill stand beyond the row's own cells."""
        mapped = {column.get("field") for column in self.file.columns}
        for key, name in self.joins.names.items():
            if key in self.slots and key not in mapped:
                yield Cell(BEYOND, name, self.slots[key], str)

    def _pivoted(self, index: int, column: str, prefix: str, manner: Manner) -> Iterator[Cell]:
        """A column whose meaning another column tells row by row stands for all the fields it may fill."""
        for key in dict.fromkeys(self.loader.pivot.values()):
            slot = replace(self.slots[key], key=f"{prefix}{key}", required=False)
            yield Cell(index, column, slot, converter(slot, manner), of=key)

    def _merged(self) -> dict[str, str]:
        """Ids of records that were merged into others, by a column that lists them."""
        cell = next((cell for cell in self.cells if cell.slot.key == MERGED), None)
        own = next((cell for cell in self.cells if cell.slot.key == ID), None)
        if cell is None or own is None or not self.file.columns[cell.index].get("filled"):
            return {}
        rows = (row for batch in table_of(self.file).batches() for row in batch.rows)
        pairs = ((self.ids(row[own.index]), row[cell.index]) for row in rows if row[cell.index])
        return {self.ids(one): into for into, text in pairs for one in several(text) if self.ids(one) != into}

    def ids(self, text: str) -> str:
        """An id in the form in which the source's ids are kept."""
        return self.profile.ids(text) if self.profile else text

    def batches(self, *, only_texts: bool = False) -> Iterator[list[Row]]:
        """All rows of the file, in order; lookups are not yet resolved. `only_texts` leaves out all values but theirs."""
        self.untracked.clear()
        self.taken = [cell for cell in self.cells if not only_texts or cell.slot.lookup or cell.slot.key == ID]
        for batch in table_of(self.file).batches():
            yield sorted(self._rows(batch), key=lambda row: row.line)

    def _rows(self, batch: Batch) -> Iterator[Row]:
        for fault in batch.faults:
            row = Row(fault.line, fault.cells)
            row.remark("", "", fault.code, **fault.params)
            yield row
        told = map(self._told, batch.lines, batch.rows) if self.unescape or self.fixes or self.pivot else map(Row, batch.lines, batch.rows)
        rows = [row for row in told if row]
        for cell in self.taken:
            if cell.index != BEYOND:
                self._fill(cell, [row for row in rows if row.pivot == cell.of] if cell.of else rows)
        self._complete(rows)
        yield from rows

    def _told(self, line: int, cells: list[str]) -> Row | None:
        """One row as it was meant; None when it tells of something that is not kept here."""
        if self.unescape:
            cells = [cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA else cell for cell in cells]
        if line in self.fixes:
            fixed = self.fixes[line]
            cells = [fixed.get(column["name"], cell) for column, cell in zip(self.file.columns, cells, strict=True)]
        pivot = self._tracked(cells)
        return None if pivot is None else Row(line, cells, pivot=pivot)

    def _fill(self, cell: Cell, rows: list[Row]) -> None:
        """One column of rows: what a text stands for is found out once."""
        key, index, refers = cell.slot.key, cell.index, bool(cell.slot.lookup)
        texts = [row.cells[index] for row in rows]
        for row, text, value in zip(rows, texts, map(cell.known.get, texts, repeat(UNKNOWN)), strict=True):
            if value is UNKNOWN:
                self._take(row, cell, text)
            elif value is not NOTHING:
                (row.texts if refers else row.values)[key] = value

    def _tracked(self, cells: list[str]) -> str | None:
        """The field that a row of a long table tells of; "" for other tables, None for fields that are not kept."""
        if self.pivot is None:
            return ""
        known = self.loader.pivot.get(squash(cells[self.pivot.index]))
        if known is None:
            self.untracked[cells[self.pivot.index]] += 1
        return known

    def _take(self, row: Row, cell: Cell, text: str) -> None:
        slot, text = cell.slot, bare_cell(text)
        if not text or (self.profile and text in self.profile.blanks):
            self._take_nothing(row, cell, text)
        elif slot.key == ID:
            row.key = self.ids(text)
        elif slot.lookup:
            row.texts[slot.key] = self._referred(row, cell, text)
        elif slot.type == "email" and "@" not in text:
            row.remark(cell.column, text, "not_an_email", refuse=False, value=text)
        else:
            try:
                row.values[slot.key] = cell.value(text)
            except Invalid as refusal:
                row.remark(cell.column, text, refusal.code, **refusal.params)

    def _referred(self, row: Row, cell: Cell, text: str) -> str:
        """What a cell refers to. A field holds one record; where the source joins several ids, the first, which is the main one."""
        if ";" not in text or not SEVERAL.fullmatch(text):
            return str(cell.remembered(text, self.ids(text)))
        row.remark(cell.column, text, "first_of_several", refuse=False)
        return self.ids(several(text)[0])

    def _take_nothing(self, row: Row, cell: Cell, text: str) -> None:
        slot = cell.slot
        if (slot.required and slot.key not in self.fixed) or slot.key == ID:
            row.remark(cell.column, "", "required", field=slot.key)
        elif slot.type == "boolean" and self.profile and self.profile.blank_is_no:
            row.values[slot.key] = False
        elif cell.of:
            row.values[slot.key] = None
        else:
            cell.remembered(text, NOTHING)

    def _complete(self, rows: list[Row]) -> None:
        """What does not stand in the rows themselves: joined tables, fixed values, the currency, and what was merged or deleted."""
        if self.joins.fields:
            for row in rows:
                row.texts = self.joins.texts(row.key) | row.texts
        for key, value in self.fixed.items():
            for row in rows:
                row.values.setdefault(key, value)
        for key in self.amounts:
            self._money(key, rows)
        if self.merged or self.columns.keys() & {MERGED, DELETED}:
            for row in rows:
                self._end(row)

    def _end(self, row: Row) -> None:
        """Rows that the source merged into others, or deleted, stay out."""
        row.values.pop(MERGED, None)
        if row.values.pop(DELETED, False):
            row.gone = True
            row.remark(self.columns[DELETED], "", "deleted_in_source")
        elif row.key in self.merged:
            row.remark(self.columns.get(ID, ""), row.key, "merged_away", into=self.merged[row.key])

    def _money(self, key: str, rows: list[Row]) -> None:
        """Amounts in minor units of their row's currency, else of the import's."""
        priced, usual = "currency" in self.slots, self.currency.upper()
        for row in rows:
            amount = row.values.get(key)
            if amount is not None:
                told = row.texts.get("currency")
                if priced:
                    row.values.setdefault("currency", self.currency)
                try:
                    row.values[key] = Minor(to_minor(amount, told.upper() if told else usual))
                except Invalid:
                    del row.values[key]  # the currency itself is refused as a lookup

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
        key, texts = slot.key, {row.texts.get(slot.key) for row in rows} - {None}
        found = self.resolver.resolve(self.file.pk, cell.column, slot.lookup, texts)
        for row in rows:
            text = row.texts.get(key)
            if text in found:
                row.values[key] = found[text]
            elif text:
                row.remark(cell.column, text, lookup.unknown if slot.strict else "left_empty", refuse=slot.strict, value=text)


BEYOND = -1
UNKNOWN, NOTHING = object(), object()  # of texts: not met yet, empty
REMEMBERED = 20_000
SEVERAL = re.compile(r"\d+(\s*;\s*\d+)+")
LINE, REASON = "pacesetter_line", "pacesetter_reason"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
