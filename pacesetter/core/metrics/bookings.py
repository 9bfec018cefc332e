"""Bookings: what was sold."""

from typing import TYPE_CHECKING, Any, Literal

from pacesetter.core.labels import mark
from pacesetter.core.metrics.aggregates import total
from pacesetter.core.metrics.shape import Meaning, Rows, metric, reason, rows
from pacesetter.core.metrics.values import PLAN_RATE, Kind, of_kind, without_value

if TYPE_CHECKING:
    from pacesetter.core.metrics.at import At


def ledger(at: "At", kind: str = "restated") -> Any:
    """What was booked when; restated, what stands today counts on the day of its closure."""
    if kind == "booked":
        return at.bookings
    d = at.deals
    return d.filter(d.status == "won").mutate(on=d.closed_on)


@metric(
    "bookings",
    mark("Bookings"),
    mark("How much did we sell?"),
    of=(mark("value of won deals"),),
    unit="money",
    higher_is_better=True,
    aggregate=total,
    means=Meaning(
        population=mark(
            "New business and expansion deals closed won: annual value. Renewals, total contract value and one-off value are variants. Deals without an amount are left out and counted."
        ),
        date=mark(
            "The closing day, frozen then: a reopened deal is taken back on the day it was reopened, a corrected amount counts on the day of the correction. Restated: today's values on the closing day."
        ),
        currency=PLAN_RATE,
        nothing=mark("Nothing won in the period: 0."),
    ),
)
def bookings(
    at: "At",
    *,
    value: Literal["annual", "total", "one_off"] = "annual",
    deals: Kind = "new_and_expansion",
    count: Literal["booked", "restated"] = "booked",
) -> Rows:
    b = of_kind(ledger(at, count), deals)
    b = at.valued(b, value, on=b.on)
    return rows(b, noun="deal", id=b.id, on=b.on, who=b.owner, num=b[value], out=reason(*without_value(b, value)), distinct=True)
