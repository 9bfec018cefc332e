"""The same change for many records: previewed with its effect, done as one batch, undone as one."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

from django.db import transaction

from pacesetter.base.listings import LISTINGS
from pacesetter.base.models import HistoryEntry, User
from pacesetter.core.errors import Invalid, NotFound
from pacesetter.crm import accounts, contacts, deals, leads
from pacesetter.crm.models import Stage

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

VERBS: dict[str, ModuleType] = {"account": accounts, "contact": contacts, "lead": leads, "deal": deals}
SAMPLE = 5


@dataclass(frozen=True)
class Preview:
    """What a bulk change would do: how many rows, some of them, and whose they are."""

    count: int
    missing: int
    sample: Sequence[Any]
    owners: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Change:
    """What a bulk change did; `batch` undoes it."""

    count: int
    batch: uuid.UUID


def preview(noun: str, ids: Sequence[int], *, by: "Actor") -> Preview:
    """The rows a change would touch, inside the actor's scope; ids outside it count as missing."""
    by.require("record.bulk")
    rows = _rows(noun, ids, by)
    owners = Counter(row.owner.name if row.owner else "" for row in rows)
    return Preview(len(rows), len(set(ids)) - len(rows), rows[:SAMPLE], owners.most_common())


def edit(noun: str, ids: Sequence[int], changes: Mapping[str, Any], *, by: "Actor") -> Change:
    """Change many records; all of them or, when one is refused, none.

    `owner` and `stage` go through their own verbs, so that their rules hold; other keys are plain fields.
    """
    by.require("record.bulk")
    rows = _rows(noun, ids, by)
    if len(rows) < len(set(ids)):
        raise NotFound("not_found", noun=noun, id=min(set(ids) - {row.pk for row in rows}))
    batch, plain = uuid.uuid4(), dict(changes)
    with transaction.atomic():
        if "owner" in plain:
            VERBS[noun].assign_many(rows, to=_user(plain.pop("owner")), by=by, batch=batch)
        if noun == "deal" and "stage" in plain:
            deals.move_stage_many(rows, to=_stage(plain.pop("stage")), by=by, batch=batch)
        if plain:
            VERBS[noun].edit_many(rows, by=by, batch=batch, **plain)
    return Change(_changed(batch), batch)


def archive(noun: str, ids: Sequence[int], *, by: "Actor") -> Change:
    """Archive many records."""
    by.require("record.bulk")
    rows, batch = _rows(noun, ids, by), uuid.uuid4()
    VERBS[noun].archive_many(rows, by=by, batch=batch)
    return Change(_changed(batch), batch)


def _changed(batch: uuid.UUID) -> int:
    """How many records a batch really changed; those that were so already leave no entry."""
    return HistoryEntry.objects.filter(batch=batch).values("object_id").distinct().count()


def _rows(noun: str, ids: Sequence[int], by: "Actor") -> list[Any]:
    known = LISTINGS[noun]
    found = known.model.objects.visible_to(by).select_related(*known.related).in_bulk(list(set(ids)))
    return [found[pk] for pk in dict.fromkeys(ids) if pk in found]


def _user(pk: Any) -> User | None:
    if pk in (None, ""):
        return None
    user = User.objects.filter(pk=int(pk)).first()
    if user is None:
        raise Invalid("unknown_choice", field="owner", value=pk, known="")
    return user


def _stage(pk: Any) -> Stage:
    stage = Stage.objects.filter(pk=int(pk)).select_related("pipeline").first()
    if stage is None:
        raise Invalid("unknown_choice", field="stage", value=pk, known="")
    return stage
