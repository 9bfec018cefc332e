"""Reverting an import: what it created goes, what it changed gets its old values, what others touched since is kept and listed."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Max, ProtectedError, RestrictedError

from pacesetter.base import clock, history
from pacesetter.base.actor import Actor
from pacesetter.base.loaders import LOADERS, REMOVERS
from pacesetter.base.models import ExternalId, HistoryEntry
from pacesetter.core.errors import Refused
from pacesetter.intake.check import Step, loaders_in_order
from pacesetter.intake.models import Import
from pacesetter.intake.pace import Pace, nobody_waits

CHUNK = 200
KEPT_SHOWN = 500


def run(batch: Import, *, by: Actor, alone: bool, step: Step = lambda done, total: None, hold: Callable[[], None] = nobody_waits) -> None:
    """Take an import back. Each chunk may be repeated: what is gone already is not found again."""
    revert = Reverting(batch, by, Pace(alone, hold))
    done = 0
    for count in revert.run():
        done += count
        step(done, max(done, revert.total))
    hold()
    Import.objects.filter(pk=batch.pk).update(state="reverted", reverted_at=clock.now(), kept=revert.kept[:KEPT_SHOWN])
    batch.refresh_from_db()


@dataclass
class Preview:
    """What a revert would do: records that go and records that are kept, by noun, and how many get their old values back."""

    goes: dict[str, int]
    kept: dict[str, int]
    restored: int


def preview(batch: Import, by: Actor) -> Preview:
    """Look ahead; what hangs on a record is only found out when it is removed."""
    revert = Reverting(batch, by, Pace(alone=True))
    kept = {noun: revert.touched(noun) for noun in revert.created}
    goes = {noun: len(revert.created[noun]) - kept[noun] for noun in revert.order()}
    return Preview(
        {noun: count for noun, count in goes.items() if count}, {noun: count for noun, count in kept.items() if count}, revert.updated()
    )


class Reverting:
    """What an import did, read from its history entries, and how to take it back."""

    def __init__(self, batch: Import, by: Actor, pace: Pace) -> None:
        self.batch = batch
        self.by = by
        self.pace = pace
        self.kept: list[dict[str, Any]] = []
        self.entries = HistoryEntry.objects.filter(batch=batch.batch)
        self.total = self.entries.values("noun", "object_id").distinct().count()
        self.created: dict[str, set[int]] = defaultdict(set)
        for noun, pk in self.entries.filter(kind__endswith=".created").values_list("noun", "object_id"):
            self.created[noun].add(pk)
        for noun, ids in self.created.items():  # a revert that was killed goes on where it stopped
            ids.difference_update(HistoryEntry.objects.filter(noun=noun, kind=f"{noun}.reverted").values_list("object_id", flat=True))

    def run(self) -> Iterator[int]:
        yield from self._restore()
        for noun in self.order():
            for chunk in self.pace.pieces(sorted(self.created[noun], reverse=True)):
                self.pace.store(partial(self._remove, noun, list(chunk)))
                yield len(chunk)

    def order(self) -> list[str]:
        """Children before parents; choices and teams last."""
        loaded = list(reversed(loaders_in_order()))
        return [noun for noun in loaded if noun in self.created] + [noun for noun in self.created if noun not in loaded]

    def _restore(self) -> Iterator[int]:
        """Put back the values of records that were there before."""
        entries = self.entries.filter(noun__in=list(LOADERS)).exclude(kind__endswith=".created").order_by("-id")
        told = entries.values_list("id", "noun", "object_id")
        for some in self.pace.pieces([entry for entry, noun, pk in told if pk not in self.created[noun]]):
            self.pace.store(partial(self._put_all_back, some))
            yield len(some)

    def _put_all_back(self, entries: Sequence[int]) -> None:
        for entry in self.entries.filter(pk__in=entries).order_by("-id"):
            if not self._restored(entry):
                self._put_back(entry)

    def touched(self, noun: str) -> int:
        """How many created records of a noun somebody else changed since."""
        ids = sorted(self.created[noun])
        return sum(len(self._touched(noun, ids[start : start + CHUNK])) for start in range(0, len(ids), CHUNK))

    def updated(self) -> int:
        """How many records that were there before get their old values back."""
        entries = self.entries.filter(noun__in=list(LOADERS)).exclude(kind__endswith=".created")
        changed = entries.order_by().values_list("noun", "object_id").distinct()
        return sum(1 for noun, pk in changed.iterator() if pk not in self.created[noun])

    def _restored(self, entry: HistoryEntry) -> bool:
        return HistoryEntry.objects.filter(noun=entry.noun, object_id=entry.object_id, caused_by=entry.pk).exists()

    def _put_back(self, entry: HistoryEntry) -> None:
        try:
            LOADERS[entry.noun]().undo(entry, by=replace(self.by, caused_by=entry.pk))
        except Refused as refusal:
            self._keep(entry.noun, entry.object_id, refusal.code)

    def _remove(self, noun: str, ids: list[int]) -> None:
        touched = self._touched(noun, ids)
        for pk in touched:
            self._keep(noun, pk, "touched_since")
        free = [pk for pk in ids if pk not in touched]
        gone = self._take_away(noun, free)
        ExternalId.objects.filter(noun=noun, object_id__in=gone).delete()
        history.record_many(noun, [(pk, {}) for pk in gone], f"{noun}.reverted", by=self.by)

    def _touched(self, noun: str, ids: list[int]) -> set[int]:
        """Records with an entry by somebody else after our own last one."""
        ours = dict(self.entries.filter(noun=noun, object_id__in=ids).values_list("object_id").annotate(last=Max("id")))
        theirs = HistoryEntry.objects.filter(noun=noun, object_id__in=ids).exclude(batch=self.batch.batch)
        return {pk for pk, entry in theirs.values_list("object_id", "id") if entry > ours[pk]}

    def _take_away(self, noun: str, ids: list[int]) -> list[int]:
        """Remove a chunk, or, when something hangs on it, one by one."""
        remove = LOADERS[noun]().remove if noun in LOADERS else REMOVERS[noun]
        try:
            with transaction.atomic():
                remove(ids, by=self.by)
            return ids
        except (ProtectedError, RestrictedError, Refused):
            if len(ids) == 1:
                self._keep(noun, ids[0], "in_use_since")
                return []
        return [pk for one in ids for pk in self._take_away(noun, [one])]

    def _keep(self, noun: str, pk: int, code: str) -> None:
        self.kept.append({"noun": noun, "id": pk, "code": code})
