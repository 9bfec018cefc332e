"""The accounts of a territory plan, a page at a time: where each lies now and in the plan, most potential first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet

from pacesetter.core.errors import Invalid
from pacesetter.crm.models import Account
from pacesetter.planning.models import PlanAccount, TerritoryPlan

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

BEYOND = 2**63  # what no column holds
NOWHERE = 0  # stands for “in no territory” where a territory is asked for by its id


@dataclass(frozen=True)
class Page:
    """Some accounts, and where the next page begins; empty at the end."""

    rows: Sequence[PlanAccount]
    next: str


def of(plan: TerritoryPlan, *, by: "Actor", territory: int | None = None, moved: bool = False) -> QuerySet[PlanAccount]:
    """The accounts of a plan that one may see: of one of its territories, or those that change theirs, or all."""
    rows = plan.accounts.select_related("account", "account__owner", "current", "place")
    if by.level != "all":
        rows = rows.filter(account__in=Account.objects.visible_to(by))
    if territory is not None:
        rows = rows.filter(place=territory or None)
    if moved:
        rows = rows.exclude(Q(current=F("place")) | Q(current=None, place=None))
    return rows.order_by("-potential", "pk")


def page(rows: QuerySet[PlanAccount], *, cursor: str = "", size: int = 50) -> Page:
    """The rows behind a cursor."""
    if cursor:
        potential, pk = _place(cursor)
        rows = rows.filter(Q(potential__lt=potential) | Q(potential=potential, pk__gt=pk))
    found = list(rows[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], f"{last.potential}.{last.pk}" if last else "")


def _place(cursor: str) -> tuple[int, int]:
    potential, _, pk = cursor.partition(".")
    try:
        found = int(potential), int(pk)
    except ValueError:
        found = BEYOND, BEYOND
    if max(map(abs, found)) >= BEYOND:
        raise Invalid("bad_cursor", field="cursor")
    return found
