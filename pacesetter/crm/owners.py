"""Placeholders: people whom an import knew by an id only, until it is said who they are."""

from typing import TYPE_CHECKING, Any

from django.db import transaction

from pacesetter.base import fields, history
from pacesetter.base.guards import redrawing
from pacesetter.base.models import ExternalId, User
from pacesetter.core.errors import Refused, add_sentences
from pacesetter.core.labels import mark
from pacesetter.crm import accounts, activities, contacts, deals, leads
from pacesetter.crm.models import DealChange, LeadChange
from pacesetter.crm.records import put

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

add_sentences({"no_placeholder": mark("{name} is a person of their own; only somebody known by an id alone can be matched.")})
CHUNK = 500
OWNED: tuple[tuple[Any, str], ...] = (
    (accounts.SHELF, "owner"),
    (contacts.SHELF, "owner"),
    (leads.SHELF, "owner"),
    (deals.SHELF, "owner"),
    (activities.SHELF, "user"),
)


def match(placeholder: User, *, to: User, by: "Actor") -> int:
    """Give everything a placeholder holds to the person it stands for, with the ids that led to it; returns how many records."""
    by.require("people.manage")
    by.require("record.assign")
    if placeholder.is_active or placeholder.email or placeholder.pk == to.pk:
        raise Refused("no_placeholder", name=placeholder.name)
    moved = sum(_hand_over(shelf, field, placeholder, to, by) for shelf, field in OWNED)
    for typed in (DealChange, LeadChange):
        _redraw(typed, placeholder, to)
    with transaction.atomic():
        ExternalId.objects.filter(noun="user", object_id=placeholder.pk).update(object_id=to.pk)
        history.record_plain("user", placeholder.pk, "user.matched", by=by, data={"to": to.name, "records": moved})
    return moved


def _redraw(typed: Any, placeholder: User, to: User) -> None:
    """Who it was is known only now; it was this person all along."""
    while rows := list(typed.objects.filter(owner_id=placeholder.pk)[:CHUNK]):
        with redrawing(typed):
            typed.objects.filter(pk__in=[row.pk for row in rows]).delete()
            for row in rows:
                row.owner_id = to.pk
            typed.objects.bulk_create(rows)


def _hand_over(shelf: Any, field: str, placeholder: User, to: User, by: "Actor") -> int:
    known, count = fields.of(shelf.noun), 0
    while rows := list(shelf.model.objects.filter(**{field: placeholder})[:CHUNK]):
        with transaction.atomic():
            per_row = {row.pk: put(row, {field: to.pk}, known) for row in rows}
            shelf.changed(rows, per_row, f"{shelf.noun}.assigned", by=by).store()
        count += len(rows)
    return count
