"""Entries of history as sentences: the kinds that a record's page shows, of the record itself and of its parts."""

from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pacesetter.base.models import HistoryEntry
from pacesetter.crm import parts

LOOKS = {
    "created": ("plus", "off"), "moved": ("move-right", ""), "won": ("trophy", "pos"), "lost": ("circle-x", "neg"), "reopened": ("rotate-ccw", "warn"),
    "assigned": ("user", "off"), "undone": ("undo-2", "off"), "archived": ("archive", "off"), "restored": ("archive-restore", "off"),
    "contact": ("users", "off"), "credits": ("percent", "off"), "lines": ("list", "off"), "answered": ("timer", "pos"), "converted": ("git-branch", "pos"),
}  # fmt: skip
SENTENCES: dict[str, Callable[[], str]] = {
    "created": lambda: _("Created"), "won": lambda: _("Won"), "lost": lambda: _("Lost"), "reopened": lambda: _("Reopened"), "archived": lambda: _("Archived"),
    "restored": lambda: _("Restored"), "valued": lambda: _("Yearly potential or workload stated"), "contact": lambda: _("People changed"), "credits": lambda: _("Credits changed"), "lines": lambda: _("Line items changed"),
    "answered": lambda: _("First answer"), "converted": lambda: _("Converted"), "blanked": lambda: _("Personal data blanked in history"),
}  # fmt: skip
# their changed fields say it; where none of these is shown, the sentence here does
BY_FIELD: dict[str, Callable[[], str]] = {
    "edited": lambda: _("Changed"), "moved": lambda: _("Stage changed"), "assigned": lambda: _("Given to somebody else"), "undone": lambda: _("A change was undone"),
    "updated": lambda: _("Updated by an import"),
}  # fmt: skip
# icon, what is said of a new part, and of a changed one
PARTS: dict[str, tuple[str, Callable[[], str], Callable[[], str]]] = {
    "deal_contact": ("users", lambda: _("%(name)s takes part"), lambda: _("%(name)s has another role")),
    "campaign_member": ("megaphone", lambda: _("Reached by the campaign %(name)s"), lambda: _("Changed in the campaign %(name)s")),
}


def of_parts(entries: Iterable[HistoryEntry]) -> dict[int, tuple[str, str]]:
    """Icon and sentence of each entry that is about a part."""
    said: dict[int, tuple[str, str]] = {}
    for key, (icon, new, changed) in PARTS.items():
        mine = [entry for entry in entries if entry.noun == key]
        names = parts.names(key, {entry.object_id for entry in mine})
        for entry in mine:
            text = new() if entry.kind == f"{key}.created" else changed()
            said[entry.pk] = icon, text % {"name": names.get(entry.object_id, "–")}
    return said


def told(count: int) -> str:
    """The sentence for what one import brought of another system's memory."""
    return ngettext("%(count)s earlier change brought by an import", "%(count)s earlier changes brought by an import", count) % {
        "count": count
    }


def matched(entry: HistoryEntry | None) -> str:
    """The sentence for a placeholder that gave what it held to the person it stands for."""
    if entry is None:
        return ""
    told = {"name": entry.data["to"], "count": entry.data["records"]}
    return (
        ngettext(
            "Matched with %(name)s: %(count)s record handed over", "Matched with %(name)s: %(count)s records handed over", told["count"]
        )
        % told
    )
