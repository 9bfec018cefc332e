"""Whether people use the technology they were given."""

from typing import TYPE_CHECKING, Literal

from pacesetter.core.labels import mark
from pacesetter.core.metrics.aggregates import ratio
from pacesetter.core.metrics.engine import days_later
from pacesetter.core.metrics.shape import Meaning, Rows, metric, reason, rows
from pacesetter.core.metrics.values import NO_CURRENCY, one

if TYPE_CHECKING:
    from pacesetter.core.metrics.at import At


@metric(
    "tool_usage",
    mark("Technology usage rate"),
    mark("Do people use the tools they have?"),
    of=(mark("person-weeks with use"), mark("person-weeks")),
    unit="share",
    higher_is_better=True,
    aggregate=ratio,
    means=Meaning(
        population=mark(
            "Person-weeks of everyone licensed, employed and not on leave. Used: at least one core act of the tool in the week; signing in is a variant. Weeks for which a tool reported nothing are left out and counted."
        ),
        date=mark("Weeks that have ended, by their Monday."),
        currency=NO_CURRENCY,
        nothing=mark("Nobody held a licence in the period: no rate is shown."),
    ),
)
def tool_usage(at: "At", *, use: Literal["core_act", "signed_in"] = "core_act") -> Rows:
    w = at.person_weeks
    w = w.filter(days_later(w.week, 6) <= at.as_of)
    used = w.core_acts > 0 if use == "core_act" else w.signed_in
    return rows(
        w, noun="user", id=w.id, on=w.week, who=w.owner, num=used.ifelse(one(w), 0), den=one(w), out=reason(("not_reported", ~w.reported))
    )
