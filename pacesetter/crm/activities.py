"""Verbs on activities: what was done and said, and the tasks still to do."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction

from pacesetter.base import clock, fields, history
from pacesetter.core.errors import Invalid, Refused, add_sentences
from pacesetter.core.labels import mark
from pacesetter.crm import leads as lead_verbs
from pacesetter.crm.models import Activity, Deal
from pacesetter.crm.records import Changes, Shelf, put, refreshed

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

add_sentences(
    {
        "done_already": mark("{name} is done already."),
        "about_nothing": mark("Say what this is about: an account, a contact, a lead or a deal."),
    }
)

SHELF = Shelf("activity", Activity, "activity.log")
ABOUT = ("deal", "lead", "contact", "account")


@transaction.atomic
def log_many(rows: Iterable[Mapping[str, Any]], *, by: "Actor", facts: bool = False, batch: uuid.UUID | None = None) -> list[Activity]:
    """Store activities; they touch their deals and stop the response clock of their leads."""
    activities = SHELF.create_many([{"user": by.user_id, **row} for row in rows], by=by, batch=batch, defaults=_complete)
    touch([a for a in activities if a.deal_id and a.kind != "task"])
    for activity in activities:
        if not facts and activity.lead is not None:
            lead_verbs.note_contact(activity.lead, activity, by=by)
    return activities


def log(*, by: "Actor", **values: Any) -> Activity:
    """Log one activity, or plan one task, about a record that the actor may see."""
    about = [values[key] for key in ABOUT if values.get(key) is not None]
    if not about:
        raise Invalid("about_nothing")
    by.require("activity.log")
    return log_many([values], by=by)[0]


def _complete(activity: Activity) -> None:
    activity.created_at = clock.now()
    if activity.happened_at is None:
        activity.happened_at = activity.created_at
    if activity.deal_id and activity.account_id is None and activity.deal is not None:
        activity.account_id = activity.deal.account_id
    if activity.kind == "task" and not activity.subject:
        raise Invalid("required", field="subject")


def touch(activities: Sequence[Activity]) -> None:
    """Remember on each deal when it was last touched."""
    latest: dict[int, Any] = {}
    for activity in activities:
        if activity.deal_id:
            latest[activity.deal_id] = max(latest.get(activity.deal_id, activity.happened_at), activity.happened_at)
    deals = list(Deal.objects.filter(pk__in=latest).only("pk", "last_activity_at"))
    moved = [deal for deal in deals if deal.last_activity_at is None or deal.last_activity_at < latest[deal.pk]]
    for deal in moved:
        deal.last_activity_at = latest[deal.pk]
    Deal.objects.bulk_update(moved, ["last_activity_at"], batch_size=500)
    history.mark_dirty("deal", [deal.pk for deal in moved])


def complete_many(tasks: Sequence[Activity], *, by: "Actor", batch: uuid.UUID | None = None) -> list[Activity]:
    """Tick tasks off."""
    return _set_done(tasks, True, by, batch)


def complete(task: Activity, *, by: "Actor") -> Activity:
    """Tick one task off."""
    return refreshed(task, complete_many([task], by=by)[0])


def reopen(task: Activity, *, by: "Actor") -> Activity:
    """Take a tick back."""
    return refreshed(task, _set_done([task], False, by, None)[0])


@transaction.atomic
def _set_done(tasks: Sequence[Activity], done: bool, by: "Actor", batch: uuid.UUID | None) -> list[Activity]:
    fresh = SHELF.locked(tasks)
    by.require("activity.log")
    _own(fresh, by)
    known, per_row = fields.of("activity"), {}
    for task in fresh:
        if task.kind != "task" or bool(task.done_at) == done:
            raise Refused("done_already" if done else "nothing_to_undo", name=str(task))
        per_row[task.pk] = put(task, {"done_at": clock.now() if done else None}, known)
    stored = SHELF.store(fresh, per_row, "activity.done" if done else "activity.reopened", by=by, batch=batch)
    touch([task for task in stored if done and task.deal_id])
    return stored


@transaction.atomic
def edit(activity: Activity, *, by: "Actor", **changes: Any) -> Activity:
    """Correct an activity or move a task."""
    fresh = SHELF.locked([activity])
    by.require("activity.log")
    _own(fresh, by)
    known = fields.of("activity")
    wanted = {key: fields.one("activity", key).clean(value) for key, value in changes.items()}
    per_row: dict[int, Changes] = {fresh[0].pk: put(fresh[0], wanted, known)}
    return refreshed(activity, SHELF.store(fresh, per_row, "activity.edited", by=by)[0])


def _own(activities: Sequence[Activity], by: "Actor") -> None:
    """One's own activities, or those of people in one's scope."""
    inside = set(Activity.objects.editable_by(by).filter(pk__in=[a.pk for a in activities]).values_list("pk", flat=True))
    if any(a.pk not in inside for a in activities):
        raise Refused("not_yours", noun="activity")
