"""The whole company as a folder of files: in our own words, or in the shape of another system, which our own import reads back.

Layouts are those of the import, read backwards. What a shape has no place for is counted and listed beside the files.
"""

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pacesetter.base import history, loaders, settings
from pacesetter.base.leaving import LEAVING, Leaving
from pacesetter.base.loaders import ID, LOADERS, Found, Slot, Values
from pacesetter.base.models import ExternalId
from pacesetter.base.writers import WRITERS, Cell
from pacesetter.core.errors import Invalid, Refused, add_sentences
from pacesetter.core.labels import mark
from pacesetter.core.money import to_major
from pacesetter.intake import sheets
from pacesetter.intake.profiles.layouts import PROFILES, Profile
from pacesetter.intake.sheets import Sheet

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

CHUNK = 2_000
PLAIN = Profile("pacesetter", "Pacesetter", ())
NOTE = "not-carried.txt"
Step = Callable[[int, int], None]
add_sentences(
    {
        "folder_not_empty": mark("{folder} is there already and not empty. Name a new folder."),
        "no_such_shape": mark("There is no form called {shape}. Known: {known}."),
    }
)


@dataclass
class Report:
    """What was written: rows per file, and per noun and field how many values had no place."""

    rows: dict[str, int] = field(default_factory=dict)
    lost: Counter[tuple[str, str]] = field(default_factory=Counter)


def write(folder: Path, *, by: "Actor", form: str = "csv", like: str = "", step: Step = lambda done, total: None) -> Report:
    """Write everything the actor may see; the folder appears only when it is whole. `like` names a system, `form` the kind of file."""
    by.require("record.export")
    if form not in WRITERS or (like and like not in PROFILES):
        known = [*WRITERS, *(key for key, profile in PROFILES.items() if profile.files)]
        raise Invalid("no_such_shape", shape=like or form, known=", ".join(known))
    if folder.exists() and any(folder.iterdir()):
        raise Refused("folder_not_empty", folder=folder)
    draft = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    report = _Moving(draft, by, form, PROFILES[like] if like else PLAIN, step).run()
    if folder.exists():
        folder.rmdir()
    draft.replace(folder)
    asked = {"format": like or form, "count": sum(report.rows.values())}
    history.record_plain("export", by.user_id or 0, "export.made", by=by, data={"noun": "company", **asked})
    return report


class _Moving:
    def __init__(self, folder: Path, by: "Actor", form: str, profile: Profile, step: Step) -> None:
        self.folder, self.by, self.form, self.profile, self.step = folder, by, form, profile, step
        self.report, self.done = Report(), 0
        self.currency = settings.get("company.currency")
        self.labels: dict[str, dict[Any, str]] = {}
        self.sheets = list(sheets.plain() if profile is PLAIN else sheets.shaped(profile))

    def run(self) -> Report:
        total = sum(LEAVING[sheet.noun].rows(self.by).count() for sheet in self.sheets)
        for sheet in self.sheets:
            columns = [(header, slot.type) for header, slot in sheet.columns.items()]
            with WRITERS[self.form](self.folder / f"{sheet.name}.{self.form}", columns, self.profile.blank_is_no) as put:
                for rows in self._rows(sheet):
                    put(rows)
                    self.report.rows[sheet.name] = self.report.rows.get(sheet.name, 0) + len(rows)
                    self.step(min(self.done, total), total)
        self._count_unsaid()
        (self.folder / NOTE).write_text(_told(self.report, self.profile))
        return self.report

    def _rows(self, sheet: Sheet) -> Iterator[list[list[Cell]]]:
        """The sheet's rows, some thousand at a time, oldest first."""
        leaving = LEAVING[sheet.noun]
        ids = list(leaving.rows(self.by).order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(ids), CHUNK):
            values = leaving.values(ids[start : start + CHUNK])
            mine = {pk: row for pk, row in self._worded(leaving, values).items() if self._belongs(sheet, row)}
            self.done += len(values)
            if mine:
                yield self._cells(sheet, mine)
        if not ids:
            yield []

    def _worded(self, leaving: Leaving, values: dict[int, Values]) -> dict[int, Values]:
        """In the system's words too, unless we write our own."""
        return values if self.profile is PLAIN else {pk: {**row, **leaving.otherwise(row)} for pk, row in sorted(values.items())}

    def _belongs(self, sheet: Sheet, row: Values) -> bool:
        """A row stands in the sheet of its kind, or in the first that names kinds of its own."""
        if sheet.joins:
            return bool(row.get(sheet.joins))
        if alone := LEAVING[sheet.noun].alone:
            return bool(sheet.told) or any(row.get(slot.key) not in (None, "") for slot in sheet.columns.values() if slot.key not in alone)
        if not sheet.fixed or all(row.get(key) == value for key, value in sheet.fixed.items()):
            return True
        others = [one for one in self.sheets if one.noun == sheet.noun and one.fixed and not one.joins]
        strange = not any(all(row.get(key) == value for key, value in one.fixed.items()) for one in others)
        return strange and sheet is next((one for one in others if {slot.key for slot in one.columns.values()} & one.fixed.keys()), None)

    # cells --------------------------------------------------------------------------------------
    def _cells(self, sheet: Sheet, rows: dict[int, Values]) -> list[list[Cell]]:
        ids = self._ids(sheet.noun, rows)
        named = self._named(sheet, rows)
        if not sheet.joins:
            self._note_lost(sheet, rows)
        if sheet.told:
            return [self._line(sheet, one, ids[pk], named) for pk, row in rows.items() for one in self._by_field(sheet, row, named)]
        return [self._line(sheet, row, ids[pk], named) for pk, row in rows.items()]

    def _line(self, sheet: Sheet, row: Values, own: str, named: dict[str, dict[int, str]]) -> list[Cell]:
        return [own if slot.key == ID else self._cell(slot, row.get(slot.key), row, named) for slot in sheet.columns.values()]

    def _cell(self, slot: Slot, value: Any, row: Values, named: dict[str, dict[int, str]]) -> Cell:
        if slot.lookup == "currency":
            return value or self.currency
        if value is None or value == "":
            return None
        if isinstance(value, Found):
            return named.get(value.label, {}).get(value.id)
        if slot.lookup in self.nouns:
            return named[slot.lookup].get(value)
        if slot.lookup and slot.lookup != "country":
            return self._label(slot.lookup, value)
        if slot.type == "money":
            return to_major(int(value), row.get("currency") or self.currency)
        return value if isinstance(value, (bool, int, Decimal, dt.date, dt.datetime)) else str(value)

    def _label(self, lookup: str, value: Any) -> str | None:
        """What a choice is called; one that is no longer offered keeps its key."""
        if lookup not in self.labels:
            self.labels[lookup] = {found.id: found.label for found in loaders.lookup(lookup).all()}
        return self.labels[lookup].get(value, str(value))

    def _named(self, sheet: Sheet, rows: dict[int, Values]) -> dict[str, dict[int, str]]:
        """The ids of everything these rows refer to, by noun."""
        wanted: dict[str, set[int]] = {}
        for slot in (*sheet.columns.values(), *sheet.told.values()):
            for row in rows.values():
                value = row.get(slot.key)
                if isinstance(value, Found):
                    wanted.setdefault(value.label, set()).add(value.id)
                elif slot.lookup in self.nouns and value:
                    wanted.setdefault(slot.lookup, set()).add(value)
        return {noun: self._ids(noun, pks) for noun, pks in wanted.items()} | {noun: {} for noun in self.nouns - wanted.keys()}

    def _ids(self, noun: str, pks: Any) -> dict[int, str]:
        """What the system calls records: as it named them itself, else by ids of our making that it would accept."""
        known = ExternalId.objects.filter(source=self.profile.source, noun=noun, object_id__in=list(pks)).order_by("-value")
        return {pk: self.profile.mints(noun, pk) for pk in pks} | dict(known.values_list("object_id", "value"))

    @cached_property
    def nouns(self) -> set[str]:
        """What has ids in this shape."""
        return {sheet.noun for sheet in self.sheets if any(slot.key == ID for slot in sheet.columns.values())}

    def _by_field(self, sheet: Sheet, row: Values, named: dict[str, dict[int, str]]) -> Iterator[Values]:
        """One row for each field that a change made known."""
        for name, slot in sheet.told.items():
            if slot.key in row:
                value = self._cell(slot, row[slot.key], row, named)
                yield {**row, "property": name, "value": "" if value is None else str(value)}

    # what has no place --------------------------------------------------------------------------
    def _note_lost(self, sheet: Sheet, rows: dict[int, Values]) -> None:
        unsaid = self.unsaid[sheet.noun]
        for row in rows.values():
            self.report.lost.update((sheet.noun, key) for key in unsaid if row.get(key) not in (None, "", False, 0))

    @cached_property
    def unsaid(self) -> dict[str, set[str]]:
        """What an import could fill, and no file of this shape says."""
        said: dict[str, set[str]] = {noun: {ID} for noun in LEAVING}
        for sheet in self.sheets:
            keys = {slot.key for slot in sheet.columns.values()} | sheet.fixed.keys() | ({sheet.joins} - {""})
            keys |= {slot.key for slot in sheet.told.values()}
            said[sheet.noun] |= keys | {own for key in keys for own in LEAVING[sheet.noun].others.get(key, ())}
        slots = {noun: {slot.key for slot in LOADERS[noun]().slots()} - LEAVING[noun].others.keys() for noun in LEAVING}
        return {noun: slots[noun] - said[noun] - LEAVING[noun].implied for noun in LEAVING}

    def _count_unsaid(self) -> None:
        """Kinds of records that the shape does not know at all."""
        for noun in LEAVING:
            if noun not in {sheet.noun for sheet in self.sheets} and (count := LEAVING[noun].rows(self.by).count()):
                self.report.lost[noun, "*"] = count


def _told(report: Report, profile: Profile) -> str:
    """The note beside the files."""
    lines = [f"Written in the form of {profile.label}.", "", *(f"{name}: {count} rows" for name, count in report.rows.items())]
    lines += ["", "What this form has no place for, and is therefore not in these files:"]
    lines += [f"- {noun}, {'all' if key == '*' else key}: {count}" for (noun, key), count in sorted(report.lost.items())] or ["- nothing"]
    return "\n".join(lines) + "\n"
