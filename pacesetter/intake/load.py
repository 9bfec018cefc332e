"""Loading: accepted repairs first, then each file in chunks that may be repeated, then links between its own rows.

A chunk commits its rows, their ids and the line it came to together, so that a killed load goes on where it stopped.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from pacesetter.base import clock, jobs, loaders
from pacesetter.base.actor import Actor
from pacesetter.base.models import ExternalId
from pacesetter.intake.check import CHUNK, Matcher, Step, differences, refusal
from pacesetter.intake.models import Import, ImportFile, Refusal, Repair
from pacesetter.intake.resolve import MADE, Resolver
from pacesetter.intake.rows import Plan, Row

# Beside people at work on SQLite no transaction may keep them waiting (DESIGN §5).
TRANSACTION_SECONDS = 0.045
PAUSE_SECONDS = 0.02
FIRST_CHUNK, SMALLEST, LARGEST = 100, 20, 2_000


def run(batch: Import, *, by: Actor, alone: bool, step: Step = lambda done, total: None) -> None:
    """Load every file; `alone` says that nobody else is at work, so that chunks may be large."""
    _make(batch, by)
    resolver = Resolver(batch, dry=False)
    files = [file for file in batch.files.all() if file.target]
    done, total = 0, sum(file.rows for file in files)
    for file in files:
        for count in Loading(file, resolver, by, Pace(alone)).run():
            done += count
            step(done, total)
    Import.objects.filter(pk=batch.pk).update(state="done", loaded_at=clock.now())
    batch.refresh_from_db()


def _make(batch: Import, by: Actor) -> None:
    """Add the people, choices and records that accepted repairs ask for; those made before a kill are found again."""
    for repair in Repair.objects.filter(file__batch=batch, kind__in=MADE, decision="accepted").select_related("file"):
        slot = next(cell.slot for cell in Plan(repair.file, Resolver(batch, dry=True)).cells if cell.slot.key == repair.field)
        lookup = loaders.lookup(slot.lookup)
        texts = [one["from"] for one in repair.values]
        found = lookup.find(texts, batch.source)
        missing = [text for text in texts if text not in found]
        if missing:
            lookup.create(missing, by=by)


@dataclass
class Pace:
    """How many rows one transaction takes, so that others never wait long."""

    alone: bool
    rows: int = FIRST_CHUNK

    def __post_init__(self) -> None:
        self.brisk = self.alone or connection.vendor != "sqlite"
        if self.brisk:
            self.rows = LARGEST

    def after(self, seconds: float) -> None:
        """Adapt to the time the last chunk took, and let others write."""
        if self.brisk:
            return
        fitting = int(self.rows * TRANSACTION_SECONDS / max(seconds, 0.001))
        self.rows = max(SMALLEST, min(fitting, self.rows * 2, LARGEST))
        time.sleep(PAUSE_SECONDS)


class Loading:
    """One file on its way into the tables."""

    def __init__(self, file: ImportFile, resolver: Resolver, by: Actor, pace: Pace) -> None:
        self.file = file
        self.by = by
        self.pace = pace
        self.plan = Plan(file, resolver)
        self.loader = self.plan.loader
        self.matcher = Matcher(self.plan)

    def run(self) -> Iterator[int]:
        """Load the rows not yet loaded; yields how many lines each step took."""
        if not self.file.loaded_line:
            self._start_over()
        for rows in self._chunks():
            last = rows[-1].line
            self.plan.resolve(rows, links=False)
            ids = self.matcher.match(rows)
            if last > self.file.loaded_line:
                self._timed([row for row in rows if row.line > self.file.loaded_line], ids)
            yield len(rows)
        self._link()

    def _start_over(self) -> None:
        """The check's refusals give way to the load's own, which see what is there by now."""
        with transaction.atomic():
            if ImportFile.objects.filter(pk=self.file.pk, loaded_line=0).update(new=0, updates=0, same=0, refused=0):
                self.file.refusals.all().delete()

    def _chunks(self) -> Iterator[list[Row]]:
        for rows in self.plan.batches():
            while rows:
                chunk, rows = rows[: self.pace.rows], rows[self.pace.rows :]
                yield chunk

    def _timed(self, rows: list[Row], ids: dict[int, int]) -> None:
        begin = time.perf_counter()
        with transaction.atomic():
            self._store(rows, ids)
        self.pace.after(time.perf_counter() - begin)

    def _store(self, rows: list[Row], ids: dict[int, int]) -> None:
        refused = [row for row in rows if row.refused]
        new = [row for row in rows if not row.refused and row.line not in ids]
        old = [row for row in rows if not row.refused and row.line in ids]
        self._create(new)
        updates = self._update({ids[row.line]: row for row in old})
        self._name({ids[row.line]: row for row in old if row.key})
        Refusal.objects.bulk_create([refusal(self.file, row) for row in refused], batch_size=CHUNK)
        self._advance(rows[-1].line, {"new": len(new), "updates": updates, "same": len(old) - updates, "refused": len(refused)})

    def _advance(self, line: int, counts: dict[str, int]) -> None:
        """Note how far the load came, unless another worker took over and was here before: then nothing of this chunk stays."""
        mine = ImportFile.objects.filter(pk=self.file.pk, loaded_line=self.file.loaded_line)
        if not mine.update(loaded_line=line, **{name: F(name) + count for name, count in counts.items()}):
            raise jobs.LeaseLost
        self.file.loaded_line = line

    def _create(self, rows: list[Row]) -> None:
        if rows:
            made = self.loader.create([self._in_currency(row) for row in rows], by=self.by)
            self._name({pk: row for pk, row in zip(made, rows, strict=True) if row.key})

    def _in_currency(self, row: Row) -> dict[str, Any]:
        has_one = "currency" in self.plan.slots
        return {"currency": self.file.batch.currency, **row.values} if has_one else row.values

    def _name(self, rows: dict[int, Row]) -> None:
        """Remember under which id the source knows each record."""
        names = [ExternalId(source=self.file.batch.source, noun=self.loader.noun, value=row.key, object_id=pk) for pk, row in rows.items()]
        ExternalId.objects.bulk_create(names, batch_size=CHUNK, ignore_conflicts=True)
        self.matcher.own(rows)

    def _update(self, rows: dict[int, Row]) -> int:
        stored = self.loader.stored(rows.keys()) if rows else {}
        changes = [(pk, different) for pk, row in rows.items() if (different := differences(self.loader, row.values, stored[pk]))]
        if changes:
            self.loader.update(changes, by=self.by)
        return len(changes)

    def _link(self) -> None:
        """Fill the fields that point at rows of the same file, now that all of them are there."""
        links = [key for key in self.loader.links if key in self.plan.columns]
        if not links:
            return
        for key in links:
            self.plan.resolver.forget(next(cell.slot.lookup for cell in self.plan.cells if cell.slot.key == key))
        matcher = Matcher(self.plan)
        for rows in self.plan.batches():
            self.plan.resolve(rows)
            ids = matcher.match(rows)
            wanted = {ids[row.line]: {key: row.values[key] for key in links if key in row.values} for row in rows if row.line in ids}
            stored = self.loader.stored(wanted.keys())
            changes = [(pk, different) for pk, values in wanted.items() if (different := differences(self.loader, values, stored[pk]))]
            if changes:
                self.loader.update(changes, by=self.by)
