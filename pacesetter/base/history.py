"""The one trace of a change: an append-only entry and a dirty row, written in the verb's own transaction."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction

from pacesetter.base import clock
from pacesetter.base.models import Dirty, HistoryEntry
from pacesetter.base.writes import Json, Writes
from pacesetter.core.errors import Refused
from pacesetter.core.registry import Registry

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

Changes = Mapping[str, list[Any]]
CHUNK = 2000

# noun -> verb(object_id, values, by=, batch=) that puts values back; raises Refused
UNDO: Registry[Callable[..., Any]] = Registry("noun with undo")


def record(
    obj: Any,
    kind: str,
    *,
    by: "Actor",
    changes: Changes | None = None,
    data: Mapping[str, Any] | None = None,
    batch: uuid.UUID | None = None,
) -> HistoryEntry:
    """Write what happened to one record."""
    return record_plain(obj.noun, obj.pk, kind, by=by, changes=changes, data=data, batch=batch)


def record_plain(
    noun: str,
    object_id: int,
    kind: str,
    *,
    by: "Actor",
    changes: Changes | None = None,
    data: Mapping[str, Any] | None = None,
    batch: uuid.UUID | None = None,
) -> HistoryEntry:
    """Write what happened to something that is not a model instance."""
    entry = _entry(noun, object_id, kind, by, changes or {}, data or {}, batch, clock.now())
    entry.save(force_insert=True)
    Dirty.objects.create(noun=noun, object_id=object_id)
    return entry


def record_many(
    noun: str,
    rows: Iterable[tuple[int, Changes]],
    kind: str,
    *,
    by: "Actor",
    batch: uuid.UUID | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Write the same kind of entry for many records: `rows` holds (id, changes)."""
    record_each(noun, [(pk, changes, data or {}) for pk, changes in rows], kind, by=by, batch=batch)


def record_each(
    noun: str, rows: Sequence[tuple[int, Changes, Mapping[str, Any]]], kind: str, *, by: "Actor", batch: uuid.UUID | None = None
) -> None:
    """Write an entry for each of many records, with its own data: `rows` holds (id, changes, data)."""
    writes = Writes()
    gather(writes, noun, rows, kind, by=by, batch=batch)
    writes.store()


def gather(
    writes: Writes,
    noun: str,
    rows: Sequence[tuple[int, Changes, Mapping[str, Any]]],
    kind: str,
    *,
    by: "Actor",
    batch: uuid.UUID | None = None,
) -> None:
    """The same entries and dirty rows, among the writes of a verb that prepares them first."""
    ids, changes, data = zip(*rows, strict=True) if rows else ((), (), ())
    gather_columns(writes, noun, ids, changes, kind, by=by, batch=batch, data=data)


def gather_columns(
    writes: Writes,
    noun: str,
    ids: Sequence[int],
    changes: Sequence[Changes | Json],
    kind: str,
    *,
    by: "Actor",
    batch: uuid.UUID | None = None,
    data: Sequence[Mapping[str, Any] | Json] | None = None,
) -> None:
    """The same by column; changes may be JSON already."""
    count, same = len(ids), {"noun": noun, "kind": kind, "at": clock.now(), "user_id": by.user_id, "via": by.via}
    same |= {"caused_by": by.caused_by, "batch": batch or by.batch}
    told = {"object_id": ids, "changes": changes, "data": data if data is not None else [Json("{}")] * count}
    writes.insert(HistoryEntry, {name: [value] * count for name, value in same.items()} | told)
    touched = list(dict.fromkeys(ids))
    writes.insert(Dirty, {"noun": [noun] * len(touched), "object_id": touched})


def mark_dirty(noun: str, ids: Iterable[int]) -> None:
    """Tell the extracts that these records changed."""
    writes = Writes()
    touched = list(ids)
    writes.insert(Dirty, {"noun": [noun] * len(touched), "object_id": touched})
    writes.store()


def _entry(
    noun: str, pk: int, kind: str, by: "Actor", changes: Changes, data: Mapping[str, Any], batch: uuid.UUID | None, at: dt.datetime
) -> HistoryEntry:
    return HistoryEntry(
        noun=noun,
        object_id=pk,
        kind=kind,
        at=at,
        user_id=by.user_id,
        via=by.via,
        caused_by=by.caused_by,
        batch=batch or by.batch,
        changes=dict(changes),
        data=dict(data),
    )


def of(noun: str, object_id: int) -> Any:
    """The entries of one record, newest first."""
    return HistoryEntry.objects.filter(noun=noun, object_id=object_id)


def entry(noun: str, pk: int) -> HistoryEntry | None:
    """One entry about a noun."""
    return HistoryEntry.objects.filter(noun=noun, pk=pk).first()


@transaction.atomic
def undo(entry: HistoryEntry, *, by: "Actor") -> None:
    """Put back the values from before one entry; refused where somebody changed them since."""
    if not entry.changes or entry.noun not in UNDO:
        raise Refused("nothing_to_undo")
    UNDO[entry.noun](entry.object_id, entry.changes, by=by.because_of(entry.pk))


PERSONAL = {
    "contact": ("first_name", "last_name", "email", "phone", "mobile", "title"),
    "lead": ("first_name", "last_name", "email", "phone", "mobile", "title", "request"),
}


@transaction.atomic
def blank(noun: str, object_id: int, *, by: "Actor") -> int:
    """Blank a person's data in the history of their record; that it was done stays. Returns how many entries changed."""
    by.require("personal.erase")
    if noun not in PERSONAL:
        raise Refused("nothing_personal", noun=noun)
    touched = []
    for entry in HistoryEntry.objects.filter(noun=noun, object_id=object_id):
        kept = {key: [None, None] if key in PERSONAL[noun] else pair for key, pair in entry.changes.items()}
        if kept != entry.changes:
            entry.changes = kept
            touched.append(entry)
    record_plain(noun, object_id, "history.blanked", by=by, data={"entries": len(touched)})  # first: the guard asks for it
    for entry in touched:
        HistoryEntry.objects.filter(pk=entry.pk).update(changes=entry.changes)
    return len(touched)
