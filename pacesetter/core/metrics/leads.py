"""How fast inbound requests are answered, and how many never are."""

from typing import TYPE_CHECKING, Literal

from pacesetter.core.labels import mark
from pacesetter.core.metrics.aggregates import median_of_rows, p90_of_rows, share
from pacesetter.core.metrics.shape import Meaning, Rows, metric, reason, rows
from pacesetter.core.metrics.values import NO_CURRENCY

if TYPE_CHECKING:
    from pacesetter.core.metrics.at import At


@metric(
    "lead_response",
    mark("Lead response time"),
    mark("How long does somebody who asks wait for a person?"),
    of=(mark("working minutes to the first answer"),),
    unit="minutes",
    higher_is_better=False,
    aggregate=median_of_rows,
    beside={"within": share("within"), "never": share("never")},
    means=Meaning(
        population=mark(
            "Inbound requests older than the promise; younger ones are left out and counted. Requests still waiting count as waiting for ever, so the median cannot hide them. Automatic replies are no answer."
        ),
        date=mark(
            "The day the request came in. Working time of the receiving team's calendar, regional holidays out; calendar time is a variant."
        ),
        currency=NO_CURRENCY,
        nothing=mark("No request came in, or none is old enough: no time is shown. “Waiting” means that at least half have no answer."),
    ),
)
def lead_response(
    at: "At",
    *,
    clock: Literal["working", "calendar"] = "working",
    start: Literal["received", "assigned"] = "received",
    answer: Literal["first", "two_way"] = "first",
    figure: Literal["median", "p90"] = "median",
) -> Rows:
    import ibis

    d = at.leads.filter(lambda t: t.inbound)
    d = d.left_join(at.clocks, d.calendar == at.clocks.clock_of)
    end, suffix = "answered" if answer == "first" else "two_way", "" if clock == "working" else "_at"
    began, ended = d[f"{start}{suffix}"], d[f"{end}{suffix}"]
    now = d.worked_now.coalesce(0) if clock == "working" else at.instant
    done = (d[f"{end}_at"] <= at.instant).fill_null(False)
    taken = ibis.greatest(ended - began, 0)
    unassigned = [("unassigned", began.isnull() | (d.assigned_at > at.instant))] if start == "assigned" else []
    return rows(
        d,
        noun="lead",
        id=d.id,
        on=d.received_on,
        who=d.owner,
        team=d.team_id,
        num=done.ifelse(taken.cast("float64") / 60, float("inf")),
        out=reason(*unassigned, ("open", now - began < at.promise)),
        beside={"within": done & (taken <= at.promise), "never": ~done},
        figure=p90_of_rows if figure == "p90" else None,
    )
