"""How far deals get."""

from typing import TYPE_CHECKING, Any, Literal

from pacesetter.core.labels import mark
from pacesetter.core.metrics.aggregates import ratio
from pacesetter.core.metrics.shape import Meaning, Rows, metric, reason, rows
from pacesetter.core.metrics.values import Kind, of_kind, one, without_value

if TYPE_CHECKING:
    from pacesetter.core.metrics.at import At
    from pacesetter.core.metrics.cells import Cell


def _provisional(cell: "Cell") -> str | None:
    running = cell.until is not None and cell.as_of is not None and cell.until > cell.as_of
    return "provisional" if running and cell.value is not None and cell.variants["method"] == "cohort" else None


@metric(
    "stage_conversion",
    mark("Stage conversion"),
    mark("Of the deals that entered a stage, how many went further?"),
    of=(mark("went further"), mark("entered")),
    unit="share",
    higher_is_better=True,
    aggregate=ratio,
    says=_provisional,
    means=Meaning(
        population=mark(
            "Deals that entered the stage for the first time and either went further, ended, or have been there longer than nine in ten stays; younger ones are left out and counted. Skipped stages count as passed. The running period is provisional."
        ),
        date=mark("The day the stage was first entered. “Flow” is the snapshot ratio: passings in the period over entries in the period."),
        currency=mark("None by count. By amount: annual value on the day of entry, at the plan rate of its fiscal year."),
        nothing=mark("No deal entered, or none is old enough: no rate is shown."),
    ),
)
def stage_conversion(
    at: "At",
    *,
    to: Literal["next", "won"] = "next",
    weigh: Literal["count", "amount"] = "count",
    method: Literal["cohort", "flow"] = "cohort",
    deals: Kind = "new_and_expansion",
) -> Rows | list[Rows]:
    s = of_kind(at.deal_stages, deals)
    s = at.valued(s, "annual", on=s.entered_on) if weigh == "amount" else s
    s = s.mutate(
        weight=s.annual if weigh == "amount" else one(s),
        further=((s.passed_on if to == "next" else s.won_on) <= at.as_of).fill_null(False),
        further_on=s.passed_on if to == "next" else s.won_on,
        ended=(s.closed_on <= at.as_of).fill_null(False),
    )
    left_out = [("never_real", s.never_real & ~s.further & s.ended), *(without_value(s) if weigh == "amount" else [])]
    unit = "money" if weigh == "amount" else "count"
    return _flow(at, s, left_out, unit) if method == "flow" else _cohort(at, s, to, left_out, unit)


def _cohort(at: "At", s: Any, to: str, left_out: list[tuple[str, Any]], unit: Any) -> Rows:
    stays = s.passed_on.isnull() | (s.passed_on > at.as_of)
    old = (at.as_of.delta(s.entered_on, unit="day") > s.stay_p90).fill_null(False)
    settled = s.further | s.ended | (old & stays)
    return rows(
        s,
        noun="deal",
        id=s.id,
        on=s.entered_on,
        who=s.owner,
        num=s.further.ifelse(s.weight, 0),
        den=s.weight,
        out=reason(("open", ~settled), *left_out),
        unit=unit,
    )


def _flow(at: "At", s: Any, left_out: list[tuple[str, Any]], unit: Any) -> list[Rows]:
    import ibis

    out, nothing = reason(*left_out), ibis.null("int64")
    entries = rows(s, noun="deal", id=s.id, on=s.entered_on, who=s.owner, num=nothing, den=s.weight, out=out, unit=unit)
    passes = rows(s, noun="deal", id=s.id, on=s.further.ifelse(s.further_on, None), who=s.owner, num=s.weight, out=out, unit=unit)
    return [entries, passes]
