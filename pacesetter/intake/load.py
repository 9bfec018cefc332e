"""Loading: accepted repairs first, then each file in chunks that may be repeated, then links between its own rows.

Each chunk is read, matched, checked and encoded first; one short transaction then writes its rows, their ids and the line
it came to together, so that a killed load goes on where it stopped and people at work hardly notice.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import replace

from pacesetter.base import clock, indexes, loaders
from pacesetter.base.actor import Actor
from pacesetter.base.writes import Stale
from pacesetter.intake.ahead import Ahead, may_go_ahead
from pacesetter.intake.check import Matcher, Step
from pacesetter.intake.chunks import Chunk, Here, Making, nothing
from pacesetter.intake.models import Import, ImportFile, Repair
from pacesetter.intake.pace import Pace, checkpoints_apart, nobody_waits, uncollected, unhurried
from pacesetter.intake.resolve import MADE, Resolver
from pacesetter.intake.rows import Plan

TRIES = 5
FLOOD = 20_000  # rows from which on it pays to take indexes off, and to prepare in a process beside


@uncollected()
def run(batch: Import, *, by: Actor, alone: bool, step: Step = lambda done, total: None, hold: Callable[[], None] = nobody_waits) -> None:
    """Load every file; `alone` says that nobody else is at work, so that chunks may be large."""
    with unhurried(), nullcontext() if alone else checkpoints_apart():
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
        self.making = Making(file, resolver, by)
        self.loader = self.making.loader
        self.large = file.rows >= FLOOD

    def run(self) -> Iterator[int]:
        """Load the rows not yet loaded; yields how many lines each step took."""
        flooded = self.loader.tables() if self.pace.alone and self.large else ()
        keep = indexes.LOOKED_UP if self.making.matcher.strangers else frozenset()
        with indexes.off([model for model in flooded if model.objects.count() < self.file.rows], keep=keep):
            yield from self._rows()
        self._link()

    def _rows(self) -> Iterator[int]:
        if not self.file.loaded_line:
            self.pace.store(self._start_over)
        beside = self.large and may_go_ahead(self.loader)
        with Ahead(self.file, self.by, self.pace, self.loader) if beside else Here(self.making, self.pace) as source:
            for lines, chunk in source:
                if chunk:
                    self._store(chunk, source.again)
                yield lines

    def _start_over(self) -> None:
        """The check's refusals give way to the load's own, which see what is there by now."""
        if ImportFile.objects.filter(pk=self.file.pk, loaded_line=0).update(new=0, updates=0, same=0, refused=0):
            self.file.refusals.all().delete()

    def _store(self, chunk: Chunk, again: Callable[[Chunk], Chunk]) -> None:
        """Write a chunk; one that was prepared anew where somebody changed a record in between."""
        for _ in range(TRIES):
            try:
                return self.pace.store(chunk.store)
            except Stale:
                chunk = again(chunk)
        raise Stale

    def _link(self) -> None:
        """Fill the fields that point at rows of the same file, now that all of them are there."""
        plan = self.making.plan
        links = [key for key in self.loader.links if key in plan.columns]
        if not links:
            return
        for key in links:
            plan.resolver.forget(next(cell.slot.lookup for cell in plan.cells if cell.slot.key == key))
        matcher = Matcher(plan)
        for batch in plan.batches():
            plan.resolve(batch)
            ids = matcher.match(batch)
            wanted = {ids[row.line]: {key: row.values[key] for key in links if key in row.values} for row in batch if row.line in ids}
            for some in self.pace.pieces(list(wanted.items())):
                self._change(dict(some))

    def _change(self, wanted: Mapping[int, loaders.Values]) -> None:
        for _ in range(TRIES):
            changes = self.making.changes(wanted)
            try:
                return self.pace.store(self.loader.prepare_update(changes, by=self.by) if changes else nothing)
            except Stale:
                continue
        raise Stale
