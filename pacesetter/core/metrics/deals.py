"""Win rate, sales cycle and deal size: what closed deals say."""

from typing import TYPE_CHECKING, Any, Literal

from pacesetter.core.labels import mark
from pacesetter.core.metrics.aggregates import mean, median, p80, ratio
from pacesetter.core.metrics.shape import Meaning, Rows, StageKey, metric, reason, rows
from pacesetter.core.metrics.values import NO_CURRENCY, PLAN_RATE, Kind, Value, of_kind, one, without_value

if TYPE_CHECKING:
    from pacesetter.core.metrics.at import At
    from pacesetter.core.metrics.cells import Cell

RESOLVED = 0.8  # a cohort is shown once this share of it is won or lost


def _passing(at: "At", d: Any, stage: str) -> Any:
    """The deals that reached a stage by then."""
    if stage == "any":
        return d
    s = at.deal_stages
    s = s.filter(s.stage_key == stage).select(passing="id")
    return d.semi_join(s, d.id == s.passing)


def _immature(cell: "Cell") -> bool:
    still_open = cell.left_out.get("open", 0)
    return cell.variants["month"] == "created" and cell.n < RESOLVED * (cell.n + still_open)


@metric(
    "win_rate",
    mark("Win rate"),
    mark("Of the deals that ended, how many did we win?"),
    of=(mark("won"), mark("won + lost")),
    unit="share",
    higher_is_better=True,
    aggregate=ratio,
    finish=lambda cell: None if _immature(cell) else cell.value,
    says=lambda cell: "too_early" if _immature(cell) else None,
    means=Meaning(
        population=mark("New business and expansion; renewals have their own rate. Losses marked “never a real deal” are left out and counted beside. By creation month, a month is shown once 80 % of its deals have ended."),
        date=mark("The day of the last closure; a reopened deal counts once, when it closes again. By creation month: the day it was created."),
        currency=mark("None by count. By amount: annual value at the plan rate of the fiscal year of the closing day."),
        nothing=mark("Nothing closed in the period: no rate is shown, never 0 %."),
    ),
)
def win_rate(
    at: "At",
    *,
    weigh: Literal["count", "amount"] = "count",
    month: Literal["closed", "created"] = "closed",
    deals: Kind = "new_and_expansion",
    rivals: Literal["all", "competitive"] = "all",
    stage: StageKey = StageKey("any"),
) -> Rows:
    d = _passing(at, of_kind(at.deals, deals), stage)
    d = d.filter(d.competitor.notnull()) if rivals == "competitive" else d
    d = d if month == "created" else d.filter(d.status != "open")
    d = at.valued(d, "annual", on=d.closed_on) if weigh == "amount" else d
    weight = d.annual if weigh == "amount" else one(d)
    return rows(
        d,
        noun="deal",
        id=d.id,
        on=d.created_on if month == "created" else d.closed_on,
        team_on=d.closed_on.coalesce(at.as_of),
        who=d.owner,
        num=(d.status == "won").ifelse(weight, 0),
        den=weight,
        out=reason(("open", d.status == "open"), ("never_real", (d.status == "lost") & d.never_real), *(without_value(d) if weigh == "amount" else [])),
        unit="money" if weigh == "amount" else "count",
    )

