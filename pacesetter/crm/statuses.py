"""Verbs on lead statuses: a company's own labels over the fixed types."""

from typing import TYPE_CHECKING, Any

from django.db import transaction

from pacesetter.base import clock, fields, history
from pacesetter.core.errors import Invalid, Refused
from pacesetter.core.labels import in_language
from pacesetter.crm import pipelines
from pacesetter.crm.models import Lead, LeadStatus
from pacesetter.crm.models.leads import TYPES

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

EDITABLE = {"label", "position"}


@transaction.atomic
def create(label: dict[str, str], *, type: str, by: "Actor") -> LeadStatus:
    """Add a status of one of the fixed types; its key and type never change."""
    by.require("process.manage")
    name = in_language(label, "en").strip()
    if not name:
        raise Invalid("required", field="label")
    if type not in dict(TYPES):
        raise Invalid("unknown_choice", field="type", value=type, known=", ".join(dict(TYPES)))
    taken = set(LeadStatus.objects.values_list("key", flat=True))
    status = LeadStatus.objects.create(key=fields.key_for(name, taken), label=label, type=type, position=len(taken))
    history.record_plain("lead_status", status.pk, "lead_status.created", by=by, changes={"name": [None, name]})
    return status


@transaction.atomic
def edit(status: LeadStatus, *, by: "Actor", **changes: Any) -> LeadStatus:
    """Change a status's label or place."""
    return pipelines.edit_row(status, "lead_status", EDITABLE, by, changes)


@transaction.atomic
def archive(status: LeadStatus, *, by: "Actor") -> LeadStatus:
    """Take a status out of the choices; refused while leads stand in it, or when it is the last of its type."""
    by.require("process.manage")
    held = Lead.objects.filter(status=status, archived_at__isnull=True).count()
    others = LeadStatus.objects.filter(type=status.type, archived_on__isnull=True).exclude(pk=status.pk)
    if held or not others.exists():
        raise Refused("in_use", name=in_language(status.label, "en"), count=held)
    status.archived_on = clock.today()
    status.save()
    history.record_plain("lead_status", status.pk, "lead_status.archived", by=by)
    return status
