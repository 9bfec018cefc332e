"""Attainment and coverage: what was asked for, and whether there is enough pipeline for the rest."""

from typing import TYPE_CHECKING, Any, Literal

from pacesetter.core.labels import mark
from pacesetter.core.metrics.aggregates import ratio, sum_of
from pacesetter.core.metrics.engine import functions, part_of, share_of
from pacesetter.core.metrics.pipeline import open_deals
from pacesetter.core.metrics.shape import Meaning, Rows, metric, reason, rows
from pacesetter.core.metrics.values import PLAN_RATE, of_kind, without_value

if TYPE_CHECKING:
    from pacesetter.core.metrics.at import At
    from pacesetter.core.metrics.cells import Cell

SHARES = 10_000  # a whole in basis points
NEW = "new_and_expansion"


def _quota_rows(at: "At", *, prorated: bool, beside: bool = False) -> Rows:
    """Pieces of quota as denominators; quotas for single products stand apart."""
    import ibis

    q = at.quota_pieces
    q = at.valued(q.filter(q.quota_product.isnull()), "amount", on=q.on)
    piece = part_of(q.amount, q.lower, q.upper, q.whole)
    amount = functions().half_even(piece * q.weight, q.days * SHARES) if prorated else piece
    extra = {"beside": {"quota": amount}} if beside else {}
    return rows(
        q, noun="quota", id=q.id, on=q.on, who=q.owner, num=ibis.null("int64"), den=amount, out=reason(("no_rate", q.unrated)), **extra
    )


def _no_quota(cell: "Cell") -> str | None:
    return "no_quota" if not cell.den and cell.num else None


@metric(
    "attainment",
    mark("Quota attainment"),
    mark("How much of the quota was reached?"),
    of=(mark("bookings credited"), mark("quota")),
    unit="share",
    higher_is_better=True,
    aggregate=ratio,
    says=_no_quota,
    means=Meaning(
        population=mark(
            "Bookings of new business and expansion, by the owner's share of the credit; specialists' and sourcing credits are variants and never added. Quota prorated for joining, leaving, leave and ramp."
        ),
        date=mark("Bookings on the closing day, quota by the days it covers, both inside the period."),
        currency=PLAN_RATE,
        nothing=mark("No quota in the period: no share is shown."),
    ),
)
def attainment(
    at: "At", *, quota: Literal["prorated", "unprorated"] = "prorated", credit: Literal["owner", "overlay", "sdr"] = "owner"
) -> list[Rows]:
    return [credited(at, credit), _quota_rows(at, prorated=quota == "prorated")]


def credited(at: "At", credit: str) -> Rows:
    """Bookings as credited to people; shares of one deal add up to the last cent."""
    c = of_kind(at.credits, NEW)
    c = at.valued(c.filter(c.credit == credit), "annual", on=c.on)
    part = part_of(c.annual, c.lower, c.upper, SHARES)
    return rows(c, noun="deal", id=c.id, on=c.on, who=c.owner, num=part, out=reason(*without_value(c)), unit="money", distinct=True)


def _coverage_word(cell: "Cell") -> str | None:
    if not cell.beside["quota"]:
        return "no_quota"
    return "met" if (cell.den or 0) <= 0 else None


@metric(
    "coverage",
    mark("Pipeline coverage"),
    mark("Is there enough pipeline for what is still missing?"),
    of=(mark("open pipeline"), mark("quota − won so far")),
    unit="ratio",
    higher_is_better=True,
    aggregate=ratio,
    beside={"quota": sum_of("quota"), "won": sum_of("won"), "overdue": sum_of("overdue")},
    finish=lambda cell: cell.value if _coverage_word(cell) is None else None,
    says=_coverage_word,
    trend="opening",
    means=Meaning(
        population=mark(
            "Open new business and expansion deals dated in the period, overdue ones out, over the quota not yet won. Opening: what was open when the period began over the full quota."
        ),
        date=mark("The expected close date; bookings on the closing day; quota by the days it covers."),
        currency=PLAN_RATE,
        nothing=mark("No quota: no coverage is shown. Quota reached: “met”."),
    ),
)
def coverage(
    at: "At",
    *,
    moment: Literal["now", "opening"] = "now",
    weigh: Literal["full", "weighted"] = "full",
    against: Literal["quota", "plan"] = "quota",
) -> list[Rows]:
    asked = _plan_rows(at) if against == "plan" else _quota_rows(at, prorated=True, beside=True)
    won = [_won_rows(at)] if moment == "now" else []
    return [_pipeline_rows(at, moment, weigh), asked, *won]


def _pipeline_rows(at: "At", moment: str, weigh: str) -> Rows:
    import ibis

    day = at.as_of if moment == "now" else at.since
    d = open_deals(at, of_kind(at.deals if moment == "now" else at.opening, NEW), "annual")
    amount = d.annual if weigh == "full" else share_of(d.annual, d.probability)
    late = d.close_date < day
    out = reason(*without_value(d), ("overdue", late))
    apart = {"overdue": late.ifelse(amount, None), "won": ibis.null("int64")}
    return rows(d, noun="deal", id=d.id, on=d.close_date, team_on=day, who=d.owner, num=amount, out=out, apart=apart, unit="money")


def _won_rows(at: "At") -> Rows:
    import ibis

    b = of_kind(at.bookings, NEW)
    b = at.valued(b, "annual", on=b.on)
    return rows(
        b,
        noun="deal",
        id=b.id,
        on=b.on,
        who=b.owner,
        num=ibis.null("int64"),
        den=-b.annual,
        out=reason(*without_value(b)),
        beside={"won": b.annual},
    )


def _plan_rows(at: "At") -> Rows:
    """Targets set for bookings that lie wholly in the period; they are the company's, nobody's in particular."""
    import ibis

    p: Any = at.plans
    p = at.valued(p.filter(p.since >= at.since, p.until <= at.until), "amount", on=p.since)
    nobody = ibis.null("int64")
    return rows(
        p,
        noun="target",
        id=p.id,
        on=p.since,
        who=nobody,
        num=nobody,
        den=p.amount,
        out=reason(("no_rate", p.unrated)),
        beside={"quota": p.amount},
    )
