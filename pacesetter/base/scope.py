"""Who sees what: the same answer for rows (QuerySets) and tables (Ibis), from role level and today's reporting lines."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from django.db.models import Q, QuerySet

from pacesetter.core import scope as core

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

Rows = TypeVar("Rows", bound="QuerySet[Any]")
OPEN_NOUNS = ("account", "contact")  # readable by all while the company says so
QUEUE_NOUNS = ("lead",)  # rows without owner wait for whoever takes them


@dataclass(frozen=True)
class RowScope(core.Scope):
    """A scope that can also narrow a QuerySet."""

    def q(self, path: str = "owner_id") -> Q:
        """The condition on the owner's column `path`."""
        if self.owners is None:
            return Q()
        inside = Q(**{f"{path}__in": sorted(self.owners)})
        return inside | Q(**{f"{path}__isnull": True}) if self.queue else inside

    def queryset(self, rows: Rows, path: str = "owner_id") -> Rows:
        return rows if self.owners is None else rows.filter(self.q(path))


def scope_of(actor: "Actor", noun: str = "", to: Literal["read", "edit"] = "read") -> RowScope:
    """Whose rows of `noun` this actor may read or edit."""
    if actor.level == "all" or (to == "read" and actor.level != "none" and noun in OPEN_NOUNS and actor.accounts_open):
        return RowScope(None, True)
    if actor.level == "none":
        return RowScope(frozenset(), False)
    return RowScope(actor.owners, actor.level == "team" or noun in QUEUE_NOUNS)


def explain(actor: "Actor", owner_id: int | None, noun: str) -> tuple[str, dict[str, Any]]:
    """Why this actor can or cannot see a record of that owner: a code and its parameters, for administrators."""
    scope = scope_of(actor, noun)
    who = actor.user.name if actor.user else ""
    if actor.user and actor.user.role is None:
        return "sees_nothing_no_role", {"who": who}
    if scope.everything:
        return "sees_all", {"who": who, "role": str(actor.user.role) if actor.user else ""}
    if scope.allows(owner_id):
        return ("sees_queue" if owner_id is None else "sees_owner"), {"who": who}
    return ("hidden_queue" if owner_id is None else "hidden_owner"), {"who": who, "level": actor.level}
