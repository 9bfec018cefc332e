"""What happened to a record and to its parts: roles in deals and campaign memberships have entries of their own."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max

from pacesetter.base import history
from pacesetter.base.models import HistoryEntry
from pacesetter.crm.models import CampaignMember, DealChange, DealContact


@dataclass(frozen=True)
class Part:
    """A noun whose entries belong to other records too: the column for each of these, and what a part is named after."""

    model: Any
    columns: Mapping[str, str]
    named: str


PARTS = {
    "deal_contact": Part(DealContact, {"deal": "deal"}, "contact"),
    "campaign_member": Part(CampaignMember, {"lead": "lead", "contact": "contact"}, "campaign"),
}


def entries(noun: str, pk: int, limit: int) -> list[HistoryEntry]:
    """The newest entries of a record and of its parts, in one query."""
    parts = [_of_part(key, part.columns[noun], pk) for key, part in PARTS.items() if noun in part.columns]
    return list(history.of(noun, pk).order_by().union(*parts, all=True).order_by("-at", "-id")[:limit])


def _of_part(key: str, column: str, pk: int) -> Any:
    there = PARTS[key].model.objects.filter(**{column: pk}).order_by()
    return HistoryEntry.objects.filter(noun=key, object_id__in=there.values("pk")).order_by()


def names(key: str, ids: Collection[int]) -> dict[int, str]:
    """What parts are called on the page of the record they belong to."""
    part = PARTS[key]
    rows = part.model.objects.select_related(part.named).in_bulk(ids) if ids else {}
    return {pk: str(getattr(row, part.named)) for pk, row in rows.items()}


def told(deal: int) -> list[tuple[dt.datetime, int]]:
    """When imports brought what another system remembers of a deal, and how many changes."""
    changes = DealChange.objects.filter(deal_id=deal, origin="told").order_by().values("pk")
    kinds = HistoryEntry.objects.filter(noun="deal_history", object_id__in=changes).order_by()
    return list(kinds.values("batch").annotate(last=Max("at"), count=Count("id")).values_list("last", "count"))
