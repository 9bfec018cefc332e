"""What stands to be warned of, as far as somebody sees it, and how often warnings of each kind were right."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from pacesetter.base import settings
from pacesetter.base.scope import scope_of
from pacesetter.core.forecasting.warnings import Record
from pacesetter.core.labels import mark
from pacesetter.crm.models import Deal
from pacesetter.planning.models import EarlyWarning, StandingWarning, WarningOutcome, WarningReview

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

KINDS = {
    "quarter": mark("Quarter at risk"),
    "rep": mark("Sellers drifting from plan"),
    "deal": mark("Deals likely to slip"),
    "leads": mark("Drop in lead flow"),
    "model": mark("Model drift"),
}
settings.define(
    "forecast.warn_plan_below",
    10,
    mark("Warn of a plan below a chance of"),
    mark("Per cent; a company, team or person less likely to reach its plan is at risk."),
)
settings.define(
    "forecast.warn_deal_below",
    30,
    mark("Warn of a deal below a chance of"),
    mark("Per cent to be won in the quarter it is dated in; it also needs a sign that something is wrong."),
)


@dataclass(frozen=True)
class Measured:
    """How a kind did in all periods that are over; `days` is how long before it was clear half of the right warnings came, at least."""

    record: Record
    days: int | None


def standing(*, by: "Actor") -> QuerySet[StandingWarning]:
    """What the newest run warns of: of the company for those who see all, of teams inside a scope, of its people and open deals."""
    rows = StandingWarning.objects.select_related("run", "warning__user", "warning__team")
    keep = scope_of(by, EarlyWarning.NOUN).owners
    deals = Q(warning__deal_id__in=Deal.objects.visible_to(by).filter(status="open", archived_at=None).values("pk"))
    if keep is None:
        return rows.filter(Q(warning__deal_id=None) | deals)
    return rows.filter(Q(warning__user__in=keep) | Q(warning__team__in=by.teams) | deals)


def of_deal(deal_id: int) -> StandingWarning | None:
    """What is warned of a deal; whoever asks has found the deal in their scope."""
    return StandingWarning.objects.select_related("warning", "run").filter(warning__deal_id=deal_id).first()


def deals_of(rows: Iterable[StandingWarning], *, by: "Actor") -> dict[int, Deal]:
    """The deals that are warned of."""
    wanted = [row.warning.deal_id for row in rows if row.warning.deal_id]
    return Deal.objects.visible_to(by).select_related("account", "owner").in_bulk(wanted)


def measured() -> dict[str, Measured]:
    """Each kind's own measure, over the whole company; none where no period is over yet."""
    records: dict[str, Record] = {}
    for row in WarningReview.objects.all():
        records[row.kind] = records.get(row.kind, Record()) + Record(row.cases, row.came, row.raised, row.right)
    return {kind: Measured(record, _middle(kind)) for kind, record in records.items()}


def _middle(kind: str) -> int | None:
    days = WarningOutcome.objects.filter(warning__kind=kind, came=True).order_by("days").values_list("days", flat=True)
    count = len(days)
    return days[count // 2] if count else None
