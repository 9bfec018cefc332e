"""Loading: accepted repairs first, then each file in chunks that may be repeated, then links between its own rows.

Each chunk is read, matched, checked and encoded first; one short transaction then writes its rows, their ids and the line
it came to together, so that a killed load goes on where it stopped and people at work hardly notice.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import replace
from functools import partial

from django.db.models import F

from pacesetter.base import clock, indexes, jobs, loaders
from pacesetter.base.actor import Actor
from pacesetter.base.models import ExternalId
from pacesetter.base.writes import Stale, Writes
from pacesetter.intake.check import Matcher, Step, differences, refusal
from pacesetter.intake.models import Import, ImportFile, Refusal, Repair
from pacesetter.intake.pace import Pace, checkpoints_apart, nobody_waits, uncollected
from pacesetter.intake.resolve import MADE, Resolver
from pacesetter.intake.rows import Plan, Row

REFUSAL = ("file_id", "line", "column", "value", "key", "code", "params", "cells")
TRIES = 5
FLOOD = 20_000  # rows from which on it pays to take indexes off


@uncollected()
def run(batch: Import, *, by: Actor, alone: bool, step: Step = lambda done, total: None, hold: Callable[[], None] = nobody_waits) -> None:
    """Load every file; `alone` says that nobody else is at work, so that chunks may be large."""
    with nullcontext() if alone else checkpoints_apart():
        _load(batch, by, Pace(alone, hold), step)
    hold()
    Import.objects.filter(pk=batch.pk).update(state="done", loaded_at=clock.now())
    batch.refresh_from_db()


def _load(batch: Import, by: Actor, pace: Pace, step: Step) -> None:
    _make(batch, by, pace)
    resolver = Resolver(batch, dry=False)
    files = [file for file in batch.files.all() if file.target]
    done, total = 0, sum(file.rows for file in files)
    for file in files:
        for count in Loading(file, resolver, by, replace(pace)).run():
            done += count
            step(done, total)


def _make(batch: Import, by: Actor, pace: Pace) -> None:
    """Add the people, choices and records that accepted repairs ask for; those made before a kill are found again."""
    for repair in Repair.objects.filter(file__batch=batch, kind__in=MADE, decision="accepted").select_related("file"):
        slot = next(cell.slot for cell in Plan(repair.file, Resolver(batch, dry=True)).cells if cell.slot.key == repair.field)
        lookup = loaders.lookup(slot.lookup)
        texts = [one["from"] for one in repair.values]
        found = lookup.find(texts, batch.source)
        for missing in pace.pieces([text for text in texts if text not in found]):
            pace.store(lookup.prepare(list(missing), by=by))


class Loading:
    """One file on its way into the tables."""

    def __init__(self, file: ImportFile, resolver: Resolver, by: Actor, pace: Pace) -> None:
        self.file = file
        self.by = by
        self.pace = pace
        self.plan = Plan(file, resolver)
        self.loader = self.plan.loader
        self.matcher = Matcher(self.plan)
        self.same: loaders.Values = {"currency": file.batch.currency} if "currency" in self.plan.slots else {}

    def run(self) -> Iterator[int]:
        """Load the rows not yet loaded; yields how many lines each step took."""
        flooded = self.loader.tables() if self.pace.alone and self.file.rows >= FLOOD else ()
        keep = indexes.LOOKED_UP if self.matcher.strangers else frozenset()
        with indexes.off([model for model in flooded if model.objects.count() < self.file.rows], keep=keep):
            yield from self._rows()
        self._link()

    def _rows(self) -> Iterator[int]:
        if not self.file.loaded_line:
            self.pace.store(self._start_over)
        for batch in self.plan.batches():
            self.plan.resolve(batch, links=False)
            ids = self.matcher.match(batch)
            for rows in self.pace.pieces(batch):
                if rows[-1].line > self.file.loaded_line:
                    self._load([row for row in rows if row.line > self.file.loaded_line], ids)
                yield len(rows)

    def _start_over(self) -> None:
        """The check's refusals give way to the load's own, which see what is there by now."""
        if ImportFile.objects.filter(pk=self.file.pk, loaded_line=0).update(new=0, updates=0, same=0, refused=0):
            self.file.refusals.all().delete()

    def _load(self, rows: list[Row], ids: Mapping[int, int]) -> None:
        self.repeated(lambda: Chunk(self, rows, ids).store)
        self.file.loaded_line = rows[-1].line

    def repeated(self, prepare: Callable[[], Callable[[], None]]) -> None:
        """Prepare, then write; once more where somebody changed a record in between."""
        for _ in range(TRIES):
            try:
                return self.pace.store(prepare())
            except Stale:
                continue
        raise Stale

    def change(self, values: Mapping[int, loaders.Values]) -> list[tuple[int, loaders.Values]]:
        """What differs from the stored values, by record."""
        stored = self.loader.stored(values.keys()) if values else {}
        return [(pk, different) for pk, one in values.items() if (different := differences(self.loader, one, stored[pk]))]

    def _link(self) -> None:
        """Fill the fields that point at rows of the same file, now that all of them are there."""
        links = [key for key in self.loader.links if key in self.plan.columns]
        if not links:
            return
        for key in links:
            self.plan.resolver.forget(next(cell.slot.lookup for cell in self.plan.cells if cell.slot.key == key))
        matcher = Matcher(self.plan)
        for batch in self.plan.batches():
            self.plan.resolve(batch)
            ids = matcher.match(batch)
            wanted = {ids[row.line]: {key: row.values[key] for key in links if key in row.values} for row in batch if row.line in ids}
            for some in self.pace.pieces(list(wanted.items())):
                self.repeated(partial(self._linking, dict(some)))

    def _linking(self, wanted: Mapping[int, loaders.Values]) -> Callable[[], None]:
        changes = self.change(wanted)
        return self.loader.prepare_update(changes, by=self.by) if changes else _nothing


class Chunk:
    """Some rows of a file: everything about them that can be done before others have to wait is done here at once."""

    def __init__(self, loading: Loading, rows: list[Row], ids: Mapping[int, int]) -> None:
        self.loading, self.file, self.by = loading, loading.file, loading.by
        self.last = rows[-1].line
        refused = [row for row in rows if row.refused]
        self.new = [row for row in rows if not row.refused and row.line not in ids]
        old = {ids[row.line]: row for row in rows if not row.refused and row.line in ids}
        changes = loading.change({pk: row.values for pk, row in old.items()})
        self.create = loading.loader.prepare([loading.same | row.values for row in self.new], by=self.by) if self.new else list
        self.update = loading.loader.prepare_update(changes, by=self.by) if changes else _nothing
        self.writes = Writes()
        self._name(self.writes, {pk: row for pk, row in old.items() if row.key}, unless_there=True)
        told = [refusal(self.file, row) for row in refused]
        self.writes.insert(Refusal, {name: [getattr(one, name) for one in told] for name in REFUSAL})
        self.counts = {"new": len(self.new), "updates": len(changes), "same": len(old) - len(changes), "refused": len(refused)}

    def _name(self, writes: Writes, rows: Mapping[int, Row], *, unless_there: bool) -> None:
        """Remember under which id the source knows each record."""
        same = {"source": [self.file.batch.source] * len(rows), "noun": [self.loading.loader.noun] * len(rows)}
        names = same | {"value": [row.key for row in rows.values()], "object_id": list(rows)}
        writes.insert(ExternalId, names, unless_there=unless_there)

    def store(self) -> None:
        """What is left: to write."""
        self._advance()
        named = {pk: row for pk, row in zip(self.create(), self.new, strict=True) if row.key}
        self._name(self.writes, named, unless_there=False)
        self.update()
        self.writes.store()
        self.loading.matcher.own(named)

    def _advance(self) -> None:
        """Note how far the load came, unless another worker took over and was here before: then nothing of this chunk stays."""
        mine = ImportFile.objects.filter(pk=self.file.pk, loaded_line=self.file.loaded_line)
        if not mine.update(loaded_line=self.last, **{name: F(name) + count for name, count in self.counts.items()}):
            raise jobs.LeaseLost


def _nothing() -> None:
    """Nothing differs."""
