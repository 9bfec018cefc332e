"""Verbs on activities: what was done and said, and the tasks still to do."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction

from pacesetter.base import clock, fields
from pacesetter.base.models import Dirty
from pacesetter.base.writes import Writes, adapted
from pacesetter.core.errors import Invalid, Refused, add_sentences
from pacesetter.core.labels import mark
from pacesetter.crm import leads as lead_verbs
from pacesetter.crm import references
from pacesetter.crm.births import Columns, Prepared
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
TOUCH = "UPDATE crm_deal SET last_activity_at = %s WHERE id = %s AND (last_activity_at IS NULL OR last_activity_at < %s)"
ABOUT = ("deal", "lead", "contact", "account")


def prepare_many(
    rows: Iterable[Mapping[str, Any]], *, by: "Actor", facts: bool = False, batch: uuid.UUID | None = None
) -> Prepared[Activity]:
    """New activities, ready to be stored; they touch their deals."""
    prepared = SHELF.prepare([{"user": by.user_id, **row} for row in rows], by=by, batch=batch, defaults=_complete)
    columns = prepared.columns
    touches = zip(columns["deal_id"], columns["kind"], columns["happened_at"], strict=True)
    touch(prepared.writes, [(deal, at) for deal, kind, at in touches if deal and kind != "task"])
    return prepared


@transaction.atomic
def log_many(rows: Iterable[Mapping[str, Any]], *, by: "Actor", facts: bool = False, batch: uuid.UUID | None = None) -> list[Activity]:
    """Store activities; unless they are facts of another system, they stop the response clock of their leads."""
    activities = prepare_many(rows, by=by, facts=facts, batch=batch).store()
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


def _complete(columns: Columns) -> None:
    now = clock.now()
    columns["created_at"] = [now] * len(columns["id"])
    columns["happened_at"] = [at or now for at in columns["happened_at"]]
    accounts = dict(Deal.objects.filter(pk__in=set(filter(None, columns["deal_id"]))).values_list("pk", "account_id"))
    columns["account_id"] = [account or accounts.get(deal) for account, deal in zip(columns["account_id"], columns["deal_id"], strict=True)]
    if any(kind == "task" and not subject for kind, subject in zip(columns["kind"], columns["subject"], strict=True)):
        raise Invalid("required", field="subject")


def touch(writes: Writes, touches: Iterable[tuple[int, dt.datetime]]) -> None:
    """Remember on each deal when it was last touched."""
    latest: dict[int, dt.datetime] = {}
    for deal, at in touches:
        latest[deal] = max(latest.get(deal, at), at)
    instants = adapted(Deal._meta.get_field("last_activity_at"), list(latest.values()))
    writes.execute(TOUCH, [(at, pk, at) for pk, at in zip(latest, instants, strict=True)])
    writes.insert(Dirty, {"noun": ["deal"] * len(latest), "object_id": list(latest)})


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
    writes = SHELF.changed(fresh, per_row, "activity.done" if done else "activity.reopened", by=by, batch=batch)
    touch(writes, [(task.deal_id, task.happened_at) for task in fresh if done and task.deal_id])
    writes.store()
    return fresh


@transaction.atomic
def edit(activity: Activity, *, by: "Actor", **changes: Any) -> Activity:
    """Correct an activity or move a task."""
    fresh = SHELF.locked([activity])
    by.require("activity.log")
    _own(fresh, by)
    known = fields.of("activity")
    wanted = {key: fields.one("activity", key).clean(value) for key, value in changes.items()}
    references.demand_changes([(fresh[0], wanted)], known, by=by)
    per_row: dict[int, Changes] = {fresh[0].pk: put(fresh[0], wanted, known)}
    return refreshed(activity, SHELF.store(fresh, per_row, "activity.edited", by=by)[0])


def _own(activities: Sequence[Activity], by: "Actor") -> None:
    """One's own activities, or those of people in one's scope."""
    inside = set(Activity.objects.editable_by(by).filter(pk__in=[a.pk for a in activities]).values_list("pk", flat=True))
    if any(a.pk not in inside for a in activities):
        raise Refused("not_yours", noun="activity")
