"""History: what happened to a record, and undoing it."""

import uuid
from typing import Any

from django.http import HttpRequest
from ninja import Router

from pacesetter.api.auth import actor_of
from pacesetter.api.records import one
from pacesetter.base import find, history, listings
from pacesetter.base.listings import LISTINGS, sees
from pacesetter.base.models import HistoryEntry
from pacesetter.core.errors import NotFound

router = Router()


def _entry(entry: HistoryEntry) -> dict[str, Any]:
    keys = ("id", "noun", "object_id", "kind", "at", "user_id", "via", "caused_by", "batch", "changes", "data")
    return {key: getattr(entry, key) for key in keys}


@router.get("/{noun}s/{int:pk}/history", response=list[dict[str, Any]], summary="What happened to a record, newest first")
def of_record(request: HttpRequest, noun: str, pk: int, before: int | None = None, size: int = 100) -> Any:
    if noun not in LISTINGS:
        raise NotFound("not_found", noun=noun, id=pk)
    one(noun, pk, actor_of(request))
    rows = history.of(noun, pk).order_by("-id")
    rows = rows.filter(pk__lt=before) if before else rows
    return [_entry(entry) for entry in rows[: max(1, min(size, 500))]]


@router.post("/history/{int:pk}/reversal", response=dict[str, Any], summary="Undo one change")
def undo(request: HttpRequest, pk: int) -> Any:
    by = actor_of(request)
    entry = find.one(HistoryEntry, pk)
    if not sees(entry.noun, entry.object_id, by):
        raise NotFound("not_found", noun=find.noun_of(HistoryEntry), id=pk)
    history.undo(entry, by=by)
    return {"undone": 1}


@router.post(
    "/batches/{uuid:batch}/reversal",
    response=dict[str, Any],
    summary="Undo a change of many records; what was changed again since is left and listed",
)
def undo_batch(request: HttpRequest, batch: uuid.UUID) -> Any:
    done, left = listings.undo_batch(batch, by=actor_of(request))
    return {"undone": done, "left": [{"noun": entry.noun, "id": entry.object_id, "code": refusal.code} for entry, refusal in left]}


@router.post("/{noun}s/{int:pk}/erasure", response=dict[str, int], summary="Blank a person's data in the history of their record")
def erase(request: HttpRequest, noun: str, pk: int) -> Any:
    if noun not in LISTINGS:
        raise NotFound("not_found", noun=noun, id=pk)
    by = actor_of(request)
    return {"blanked": history.blank(noun, one(noun, pk, by).pk, by=by)}
