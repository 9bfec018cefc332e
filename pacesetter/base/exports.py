"""Lists as files: all rows of a view, page by page, as CSV, XLSX or Parquet; long ones become a job that keeps the file."""

import datetime as dt
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings as conf
from django.db.models import prefetch_related_objects
from django.utils import translation

from pacesetter.base import fields, history, jobs, settings
from pacesetter.base.listings import LISTINGS, Column, Query, View
from pacesetter.base.models import Job, User
from pacesetter.base.writers import WRITERS, Cell, csv_lines
from pacesetter.core.errors import Invalid, NotFound, add_sentences
from pacesetter.core.labels import in_language, mark
from pacesetter.core.money import to_major

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

add_sentences(
    {
        "unknown_format": mark("{format} is not a format that lists are exported in. Choose csv, xlsx or parquet."),
        "too_many_rows": mark("A workbook holds {limit} rows; this list has {count}. Export it as CSV, or filter it."),
    }
)
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
DIRECTLY = 5_000  # rows that are sent at once; more become a job
PAGE = 500
SHEET_ROWS = 1_048_575  # what a workbook holds below its header


@dataclass(frozen=True)
class Export:
    """A list about to be written: its view and its format."""

    view: View
    form: str
    count: int

    @property
    def file_name(self) -> str:
        return f"{self.view.listing.noun}s.{self.form}"

    @property
    def headers(self) -> dict[str, str]:
        """What a door says about the file."""
        name = f'attachment; filename="{self.file_name}"'
        return {"Content-Type": TYPES[self.form], "Content-Disposition": name, "Cache-Control": "no-store"}

    @property
    def is_long(self) -> bool:
        return self.count > DIRECTLY

    def chunks(self) -> Iterator[bytes]:
        """The file piece by piece, for a door that streams it."""
        table = Table(self.view)
        if self.form == "csv":
            yield from (line.encode() for line in csv_lines(table.rows()))
        else:
            buffer = io.BytesIO()
            self._write(table, buffer)
            yield buffer.getvalue()

    def write(self, path: Path, step: Callable[[int, int], None]) -> None:
        """The whole file, saying after each page how far it came."""
        self._write(Table(self.view, lambda done: step(done, self.count)), path)

    def _write(self, table: "Table", out: IO[bytes] | Path) -> None:
        with WRITERS[self.form](out, table.heads, False) as put:
            for page in table.pages():
                put(page)


def prepare(noun: str, query: Query, form: str, *, by: "Actor") -> Export:
    """What an export would hold; writes the one history entry that says who took what."""
    by.require("record.export")
    if form not in TYPES:
        raise Invalid("unknown_format", format=form)
    view = View(LISTINGS[noun], replace(query, cursor="", size=PAGE), by)
    count, _ = view.count(), view.sort  # what cannot be read is refused before anything is sent
    if form == "xlsx" and count > SHEET_ROWS:
        raise Invalid("too_many_rows", limit=SHEET_ROWS, count=count)
    asked = {"noun": noun, "where": query.where, "search": query.search, "format": form, "count": count}
    history.record_plain("export", by.user_id or 0, "export.made", by=by, data=asked)
    return Export(view, form, count)


def begin(export: Export, *, by: "Actor") -> Job:
    """Queue a long export; its file is kept for the one who asked."""
    query = export.view.query
    same = ("where", "search", "sort", "archived", "preset")
    asked = {key: getattr(query, key) for key in same} | {"columns": list(query.columns), "ids": query.ids and list(query.ids)}
    return jobs.start(
        "record.export", by=by, noun=export.view.listing.noun, form=export.form, asked=asked, language=translation.get_language()
    )


@jobs.job("record.export", mark("Export a list"))
def _run(running: jobs.Running, noun: str, form: str, asked: dict[str, Any], language: str) -> None:
    running.by.require("record.export")
    query = Query(**asked | {key: asked[key] and tuple(asked[key]) for key in ("columns", "ids")}, size=PAGE)
    with translation.override(language):
        view = View(LISTINGS[noun], query, running.by)
        export = Export(view, form, view.count())
        path = _folder() / f"{running.job.pk}.{form}"
        with _draft(path, running.job.attempts) as draft:
            export.write(draft, running.step)
            with running.final({"file": path.name, "name": export.file_name, "count": export.count}):
                draft.replace(path)


@contextmanager
def _draft(path: Path, attempt: int) -> Iterator[Path]:
    """Where one attempt writes: no other one's file, and nothing that stays when it breaks off."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f"{path.stem}.*.part"):  # by an attempt that was killed
        left.unlink()
    draft = path.with_suffix(f".{attempt}.part")
    try:
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _folder() -> Path:
    return Path(conf.PACESETTER_DATA) / "exports"


def file_of(job: Job, *, by: "Actor") -> tuple[Path, str]:
    """The file of a finished export and its name; only the one who asked may have it."""
    found = job.result if job.key == "record.export" and job.state == "done" else None
    path = _folder() / found["file"] if found else None
    if found is None or path is None or job.user_id != by.user_id or not path.is_file():
        raise NotFound("not_found", noun="export", id=job.pk)
    return path, found["name"]


def _kind(one: fields.Field) -> str:
    """The type of an exported column: who and what is referred to goes by name."""
    return "text" if one.type in ("user", "ref", "choice", "option") else one.type


class Table:
    """A view as rows of plain values: header first, money in major units with its currency, references by name."""

    def __init__(self, view: View, step: Callable[[int], None] = lambda done: None) -> None:
        self.view, self.step = view, step
        self.language = translation.get_language() or "en"
        self.company_currency = settings.get("company.currency")
        self.columns = list(self._columns())
        self.people: dict[int, str] = {}
        if any(column.field.type == "user" and column.field.is_custom for column in self.columns):
            self.people = dict(User.objects.values_list("pk", "name"))
        self.readers = [self._reader(column.field) for column in self.columns]
        self.heads = [("id", "number"), *((self._heading(column.field), _kind(column.field)) for column in self.columns)]

    def _columns(self) -> Iterator[Column]:
        """The shown columns; whoever shows money gets its currency beside it."""
        keys = [column.key for column in self.view.shown]
        beside = "currency" in self.view.columns and "currency" not in keys
        for column in self.view.shown:
            yield column
            if beside and column.field.type == "money":
                beside = False
                yield self.view.columns["currency"]

    def _heading(self, one: fields.Field) -> str:
        return one.label_in(self.language, translation.gettext)

    def rows(self) -> Iterator[list[Cell]]:
        """The header, then every row."""
        yield [name for name, _ in self.heads]
        for page in self.pages():
            yield from page

    def pages(self) -> Iterator[list[list[Cell]]]:
        """Every row, read a page at a time."""
        view, done = self.view, 0
        while True:
            page = view.page()
            self._load(page.rows)
            yield [[row.pk, *(read(row) for read in self.readers)] for row in page.rows]
            done += len(page.rows)
            self.step(done)
            if not page.next:
                return
            view = view.following(page.next)

    def _load(self, rows: list[Any]) -> None:
        """References of a whole page in one query each."""
        own = [c.key for c in self.columns if c.field.type in ("user", "ref") and not c.field.is_custom]
        names = [key for key in own if key not in self.view.listing.related]
        if rows and names:
            prefetch_related_objects(rows, *names)

    def _reader(self, one: fields.Field) -> Callable[[Any], Cell]:
        """How one column reads a record."""
        if one.type in ("user", "ref"):
            return self._reference(one)
        if one.type in ("choice", "option"):
            labels = {key: translation.gettext(label) for key, label in one.choices} or fields.options(one.option, self.language)
            return lambda row: labels.get(one.read(row), one.read(row)) or None
        if one.type == "money":
            return lambda row: self._money(one.read(row), row)
        return lambda row: _plain(one.read(row))

    def _reference(self, one: fields.Field) -> Callable[[Any], Cell]:
        if one.is_custom:
            return lambda row: self.people.get(int(one.read(row) or 0))
        return lambda row: self._name(getattr(row, one.key))

    def _name(self, target: Any) -> str | None:
        if target is None:
            return None
        return in_language(target.label, self.language) if hasattr(target, "label") else str(target)

    def _money(self, minor: int | None, row: Any) -> Cell:
        if minor is None:
            return None
        major = to_major(minor, getattr(row, "currency", "") or self.company_currency)
        return int(major) if major == major.to_integral_value() else float(major)


def _plain(value: Any) -> Cell:
    """Instants and yes/no as text, everything else as it is."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return value if isinstance(value, (int, float, dt.date)) else (str(value) if value not in (None, "") else None)
