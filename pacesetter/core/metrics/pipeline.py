"""The open pipeline: how much there is, what it is worth, where it came from, and how much of it moves out."""

from typing import TYPE_CHECKING, Any, Literal

from pacesetter.core.labels import mark
from pacesetter.core.metrics.aggregates import ratio, sum_of, total
from pacesetter.core.metrics.engine import share_of
from pacesetter.core.metrics.shape import Meaning, Rows, metric, reason, rows
from pacesetter.core.metrics.values import PLAN_RATE, Kind, Value, of_kind, one, without_value

if TYPE_CHECKING:
    from pacesetter.core.metrics.at import At
    from pacesetter.core.metrics.cells import Cell

Span = Literal["period", "all_open"]
NOTHING_OPEN = mark("No open deal is dated in the period: 0.")


def open_deals(at: "At", d: Any, value: str) -> Any:
    """Open deals valued at the rate of their close date; those without one, of the day asked for."""
    d = d.filter(d.status == "open")
    return at.valued(d, value, on=d.close_date.coalesce(at.as_of))


def _open_rows(at: "At", span: str, value: str, deals: str, weighted: bool) -> Rows:
    d = open_deals(at, of_kind(at.deals, deals), value)
    amount = share_of(d[value], d.probability) if weighted else d[value]
    overdue = [("overdue", d.close_date < at.as_of)] if span == "period" else []
    return rows(
        d,
        noun="deal",
        id=d.id,
        on=d.close_date if span == "period" else at.since,
        team_on=at.as_of,
        who=d.owner,
        num=amount,
        out=reason(*without_value(d, value), *overdue),
        apart={"overdue": (d.close_date < at.as_of).ifelse(amount, None)},
    )


@metric(
    "open_pipeline",
    mark("Open pipeline"),
    mark("How much could still be won in this period?"),
    of=(mark("value of open deals"),),
    unit="money",
    higher_is_better=True,
    aggregate=total,
    beside={"overdue": sum_of("overdue")},
    trend="opening",
    means=Meaning(
        population=mark(
            "Open new business and expansion deals, annual value. Deals whose close date has passed stand apart as overdue; deals without an amount are left out and counted."
        ),
        date=mark("The expected close date lies in the period. All open: whatever the close date."),
        currency=PLAN_RATE,
        nothing=NOTHING_OPEN,
    ),
)
def open_pipeline(at: "At", *, span: Span = "period", value: Value = "annual", deals: Kind = "new_and_expansion") -> Rows:
    return _open_rows(at, span, value, deals, weighted=False)


@metric(
    "weighted_pipeline",
    mark("Weighted pipeline"),
    mark("What is the open pipeline worth at the probability of its stages?"),
    of=(mark("value of open deals × stage probability"),),
    unit="money",
    higher_is_better=True,
    aggregate=total,
    beside={"overdue": sum_of("overdue")},
    trend="opening",
    means=Meaning(
        population=mark(
            "Open new business and expansion deals, annual value times the probability of the stage, each rounded to the cent. Overdue deals stand apart."
        ),
        date=mark("The expected close date lies in the period. All open: whatever the close date."),
        currency=PLAN_RATE,
        nothing=NOTHING_OPEN,
    ),
)
def weighted_pipeline(at: "At", *, span: Span = "period", value: Value = "annual", deals: Kind = "new_and_expansion") -> Rows:
    return _open_rows(at, span, value, deals, weighted=True)


@metric(
    "pipeline_created",
    mark("Pipeline created"),
    mark("How much new pipeline did we make?"),
    of=(mark("value of new deals"),),
    unit="money",
    higher_is_better=True,
    aggregate=total,
    means=Meaning(
        population=mark("New business and expansion deals, whatever became of them, at the value they have on the day asked for."),
        date=mark("The day the deal was created; as a variant the day it first entered a qualified stage."),
        currency=PLAN_RATE,
        nothing=mark("No deal was created in the period: 0."),
    ),
)
def pipeline_created(
    at: "At",
    *,
    when: Literal["created", "qualified"] = "created",
    credit: Literal["owner", "sourced_by"] = "owner",
    value: Value = "annual",
    deals: Kind = "new_and_expansion",
) -> Rows:
    d = of_kind(at.deals, deals)
    began = d.created_on if when == "created" else d.qualified_on
    d = at.valued(d.mutate(began=began), value, on=began)
    d = d.filter(d.began <= at.as_of)
    who = d.owner if credit == "owner" else d.sourced_by
    return rows(d, noun="deal", id=d.id, on=d.began, who=who, num=d[value], out=reason(*without_value(d, value)))


@metric(
    "slip_rate",
    mark("Slip rate"),
    mark("How much of what was due in this period moved out of it?"),
    of=(mark("value moved out"), mark("value dated in the period when it began")),
    unit="share",
    higher_is_better=False,
    aggregate=ratio,
    trend="period",
    means=Meaning(
        population=mark(
            "Deals open when the period began with a close date in it. Won and lost deals did not slip, unless they closed after the period."
        ),
        date=mark("Dated as the period began; moved out as of the day asked for. An emptied close date has moved out."),
        currency=PLAN_RATE,
        nothing=mark("Nothing was dated in the period when it began: no rate is shown."),
    ),
)
def slip_rate(at: "At", *, weigh: Literal["amount", "count"] = "amount", deals: Kind = "new_and_expansion") -> Rows:
    began = open_deals(at, of_kind(at.opening, deals), "annual")
    began = began.filter(began.close_date >= at.since, began.close_date < at.until)
    now = at.deals.select(now_id="id", now_status="status", now_closed="closed_on", now_date="close_date")
    d = began.inner_join(now, began.id == now.now_id)
    still_here = (d.now_status == "open").ifelse(d.now_date < at.until, d.now_closed < at.until).fill_null(False)
    weight = d.annual if weigh == "amount" else one(d)
    out = reason(*without_value(d)) if weigh == "amount" else None
    unit = "money" if weigh == "amount" else "count"
    return rows(
        d,
        noun="deal",
        id=d.id,
        on=d.close_date,
        team_on=at.since,
        who=d.owner,
        num=still_here.ifelse(0, weight),
        den=weight,
        out=out,
        unit=unit,
    )


def _running(cell: "Cell") -> bool:
    return cell.until is not None and cell.as_of is not None and cell.until > cell.as_of


@metric(
    "pipeline_conversion",
    mark("Pipeline conversion"),
    mark("Of the pipeline dated in the period on this day, how much is won by its end?"),
    of=(mark("value won by the end"), mark("value open on the day")),
    unit="share",
    higher_is_better=True,
    aggregate=ratio,
    finish=lambda cell: None if _running(cell) else cell.value,
    says=lambda cell: "too_early" if _running(cell) else None,
    trend="period",
    means=Meaning(
        population=mark("New business and expansion deals open on the same day of the period with a close date in it, overdue ones not."),
        date=mark("The day of the period that corresponds to the day asked for; won by the end of the period."),
        currency=PLAN_RATE,
        nothing=mark("Nothing was open on that day, or the period is not over: no rate is shown."),
    ),
)
def pipeline_conversion(at: "At", *, deals: Kind = "new_and_expansion") -> Rows:
    then = open_deals(at, of_kind(at.deals_on(at.mark), deals), "annual")
    then = then.filter(then.close_date >= at.mark)
    now = at.deals.select(now_id="id", now_status="status", now_closed="closed_on")
    d = then.inner_join(now, then.id == now.now_id)
    won = ((d.now_status == "won") & (d.now_closed < at.until)).fill_null(False)
    return rows(
        d,
        noun="deal",
        id=d.id,
        on=d.close_date,
        team_on=at.mark,
        who=d.owner,
        num=won.ifelse(d.annual, 0),
        den=d.annual,
        out=reason(*without_value(d)),
        unit="money",
    )
