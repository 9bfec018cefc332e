"""Win rate, sales cycle and deal size: what closed deals say."""

from typing import TYPE_CHECKING, Any, Literal

from pacesetter.core.labels import mark
from pacesetter.core.metrics.aggregates import mean, median, p80, ratio
from pacesetter.core.metrics.shape import ANY_STAGE, Meaning, Rows, StageKey, metric, reason, rows
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
    return cell.variants["month"] == "created" and cell.n < RESOLVED * (cell.n + cell.left_out.get("open", 0))


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
        population=mark(
            "New business and expansion; renewals have their own rate. Losses marked “never a real deal” are left out and counted beside. By creation month, a month is shown once four in five of its deals have ended."
        ),
        date=mark(
            "The day of the last closure; a reopened deal counts once, when it closes again. By creation month: the day it was created."
        ),
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
    stage: StageKey = ANY_STAGE,
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
        out=reason(
            *([("open", d.status == "open")] if month == "created" else []),
            ("never_real", (d.status == "lost") & d.never_real),
            *(without_value(d) if weigh == "amount" else []),
        ),
        unit="money" if weigh == "amount" else "count",
    )


@metric(
    "sales_cycle",
    mark("Average sales cycle"),
    mark("How long does a deal take, from its beginning to its closure?"),
    of=(mark("days"), mark("won deals")),
    unit="days",
    higher_is_better=False,
    aggregate=mean,
    beside={"median": median(), "p80": p80()},
    target_on="median",
    means=Meaning(
        population=mark(
            "Won deals, new business and expansion. Deals whose creation date is the day they were loaded, and deals without a beginning or with one after their end, are left out and counted."
        ),
        date=mark(
            "The day of the last closure, in calendar days from creation; as a variant from the first qualified stage, the first meeting or the lead."
        ),
        currency=NO_CURRENCY,
        nothing=mark("No deal was won in the period: no length is shown."),
    ),
)
def sales_cycle(
    at: "At",
    *,
    start: Literal["created", "qualified", "meeting", "lead"] = "created",
    outcome: Literal["won", "lost"] = "won",
    deals: Kind = "new_and_expansion",
) -> Rows:
    d = of_kind(at.deals, deals)
    d = d.filter(d.status == outcome)
    began = {"created": d.created_on, "qualified": d.qualified_on, "meeting": d.met_on, "lead": d.lead_on}[start]
    days = d.closed_on.delta(began, unit="day")
    loaded = [("loaded", d.loaded)] if start == "created" else []
    out = reason(("no_start", began.isnull()), *loaded, ("negative", days < 0))
    return rows(d, noun="deal", id=d.id, on=d.closed_on, who=d.owner, num=days, den=one(d), out=out)


@metric(
    "deal_size",
    mark("Average deal size"),
    mark("What is a won deal worth?"),
    of=(mark("value of won deals"), mark("won deals")),
    unit="money",
    higher_is_better=True,
    aggregate=mean,
    beside={"median": median()},
    means=Meaning(
        population=mark("Won deals, new business and expansion; deals without an amount are left out and counted."),
        date=mark("The day of the last closure."),
        currency=PLAN_RATE,
        nothing=mark("No deal was won in the period: no size is shown."),
    ),
)
def deal_size(at: "At", *, value: Value = "annual", deals: Kind = "new_and_expansion") -> Rows:
    d = of_kind(at.deals, deals)
    d = at.valued(d.filter(d.status == "won"), value, on=d.closed_on)
    return rows(d, noun="deal", id=d.id, on=d.closed_on, who=d.owner, num=d[value], den=one(d), out=reason(*without_value(d, value)))
