"""Verbs on lead statuses: a company's own labels over the fixed types."""

from typing import TYPE_CHECKING, Any

from django.db import transaction

from pacesetter.base import clock, fields, history
from pacesetter.core.errors import Invalid, Refused, add_sentences
from pacesetter.core.labels import in_language, mark
from pacesetter.crm import pipelines
from pacesetter.crm.models import Lead, LeadStatus
from pacesetter.crm.models.leads import TYPES

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

add_sentences({"only_status": mark("{name} is the only status of its type, and leads need one.")})
EDITABLE = {"label", "position", "archived_on"}


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
    """Change a status's label or place, archive it or bring it back; one that leads need is not archived."""
    if changes.get("archived_on"):
        _refuse_needed(status)
    return pipelines.edit_row(status, "lead_status", EDITABLE, by, changes)


def _refuse_needed(status: LeadStatus) -> None:
    name = in_language(status.label, "en")
    held = Lead.objects.filter(status=status, archived_at__isnull=True).count()
    if held:
        raise Refused("in_use", name=name, count=held)
    if not LeadStatus.objects.filter(type=status.type, archived_on__isnull=True).exclude(pk=status.pk).exists():
        raise Refused("only_status", name=name)


def archive(status: LeadStatus, *, by: "Actor") -> LeadStatus:
    """Take a status out of the choices."""
    return edit(status, archived_on=clock.today(), by=by)
