"""Entries of history as sentences: the kinds that a record's page shows, of the record itself and of its parts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pacesetter.base import find, history
from pacesetter.base.models import HistoryEntry
from pacesetter.crm.models import CampaignMember, DealChange, DealContact

LOOKS = {
    "created": ("plus", "off"), "moved": ("move-right", ""), "won": ("trophy", "pos"), "lost": ("circle-x", "neg"), "reopened": ("rotate-ccw", "warn"),
    "assigned": ("user", "off"), "undone": ("undo-2", "off"), "archived": ("archive", "off"), "restored": ("archive-restore", "off"),
    "contact": ("users", "off"), "credits": ("percent", "off"), "lines": ("list", "off"), "answered": ("timer", "pos"), "converted": ("git-branch", "pos"),
}  # fmt: skip
SENTENCES: dict[str, Callable[[], str]] = {
    "created": lambda: _("Created"), "won": lambda: _("Won"), "lost": lambda: _("Lost"), "reopened": lambda: _("Reopened"), "archived": lambda: _("Archived"),
    "restored": lambda: _("Restored"), "contact": lambda: _("People changed"), "credits": lambda: _("Credits changed"), "lines": lambda: _("Line items changed"),
    "answered": lambda: _("First answer"), "converted": lambda: _("Converted"), "blanked": lambda: _("Personal data blanked in history"),
}  # fmt: skip
# their changed fields say it; where none of these is shown, the sentence here does
BY_FIELD: dict[str, Callable[[], str]] = {
    "edited": lambda: _("Changed"), "moved": lambda: _("Stage changed"), "assigned": lambda: _("Given to somebody else"), "undone": lambda: _("A change was undone"),
    "updated": lambda: _("Updated by an import"),
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """A noun whose entries stand on the pages of others: the column per noun that leads there, and what a part is named after."""

    model: Any
    columns: dict[str, str]
    named: str
    icon: str
    new: Callable[[], str]
    changed: Callable[[], str]


PARTS = {
    "deal_contact": Part(DealContact, {"deal": "deal"}, "contact", "users", lambda: _("%(name)s takes part"), lambda: _("%(name)s has another role")),
    "campaign_member": Part(
        CampaignMember, {"lead": "lead", "contact": "contact"}, "campaign", "megaphone",
        lambda: _("Reached by the campaign %(name)s"), lambda: _("Changed in the campaign %(name)s"),
    ),
}  # fmt: skip


def entries(noun: str, pk: int, limit: int) -> list[HistoryEntry]:
    """The newest entries of a record and of its parts, in one query."""
    parts = [_of_part(key, part.columns[noun], pk) for key, part in PARTS.items() if noun in part.columns]
    return list(history.of(noun, pk).order_by().union(*parts, all=True).order_by("-at", "-id")[:limit])


def _of_part(key: str, column: str, pk: int) -> Any:
    there = find.every(PARTS[key].model, **{column: pk}).order_by()
    return find.every(HistoryEntry, noun=key, object_id__in=there.values("pk")).order_by()


def of_parts(entries: Iterable[HistoryEntry]) -> dict[int, str]:
    """The sentence of each entry that is about a part."""
    said: dict[int, str] = {}
    for key, part in PARTS.items():
        mine = [entry for entry in entries if entry.noun == key]
        names = find.every(part.model).select_related(part.named).in_bulk([entry.object_id for entry in mine]) if mine else {}
        for entry in mine:
            text = part.new() if entry.kind == f"{key}.created" else part.changed()
            said[entry.pk] = text % {"name": getattr(names[entry.object_id], part.named)}
    return said


def told(deal: int) -> list[tuple[Any, str]]:
    """When imports brought what another system remembers of a deal, with how much."""
    changes = find.every(DealChange, deal_id=deal, origin="told").order_by().values("pk")
    kinds = find.every(HistoryEntry, noun="deal_history", object_id__in=changes).order_by()
    return [(row["last"], _many(row["count"])) for row in kinds.values("batch").annotate(last=Max("at"), count=Count("id"))]


def _many(count: int) -> str:
    return ngettext("%(count)s earlier change brought by an import", "%(count)s earlier changes brought by an import", count) % {
        "count": count
    }
