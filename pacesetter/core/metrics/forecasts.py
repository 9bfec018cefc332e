"""How right forecasts were: people's calls, and what the models said."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pacesetter.core.labels import mark
from pacesetter.core.metrics.aggregates import quotient, ratio
from pacesetter.core.metrics.engine import days_later
from pacesetter.core.metrics.quotas import credited
from pacesetter.core.metrics.shape import Meaning, Rows, metric, reason, rows
from pacesetter.core.metrics.values import PLAN_RATE, of_kind, without_value

if TYPE_CHECKING:
    from pacesetter.core.metrics.at import At

Week = Literal["3", "1", "2", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13"]
Category = Literal["commit", "best_case", "most_likely", "pipeline", "closed"]
TOLERANCE = {"within_5": 0.05, "within_10": 0.10}
RECENT = 10  # days; what a model said longer ago does not stand any more
CELL = ("cell_since", "cell_until", "cell_who")


def _score(t: Any, variants: Mapping[str, str]) -> dict[str, Any]:
    """A period's forecast against what came: netted first, so that one rep's luck covers another's only where a company is scored."""
    import ibis

    call, actual, scored = t.num, t.den, t.num.notnull() & (t.den > 0).fill_null(False)
    error = (call - actual).abs()
    tolerance = TOLERANCE.get(variants["score"])
    right = (
        actual - error
        if tolerance is None
        else (error.cast("float64") <= actual.cast("float64") * tolerance).ifelse(ibis.literal(1, "int64"), 0)
    )
    of = actual if tolerance is None else ibis.literal(1, "int64")
    return {
        "num": scored.ifelse(right, None),
        "den": scored.ifelse(of, None),
        "missed": scored.ifelse(call - actual, None),
        "actual": scored.ifelse(actual, None),
        "reason": reason(("no_call", call.isnull()), ("no_actual", ~scored)),
    }


@metric(
    "forecast_accuracy",
    mark("Forecast accuracy"),
    mark("How close was the forecast to what came?"),
    of=(mark("actual − |forecast − actual|"), mark("actual")),
    unit="share",
    higher_is_better=True,
    aggregate=ratio,
    each=CELL,
    then=_score,
    beside={"bias": quotient("missed", "actual")},
    means=Meaning(
        population=mark(
            "Calls for periods that are over, against bookings of new business and expansion. The company's call by default; by person every call counts on its own, managers' not. The model is scored on quarters, by what its newest run said then. A period without forecast or without bookings is not scored but counted."
        ),
        date=mark(
            "The forecast standing at the end of the third week of its period; other weeks are variants. Periods count on their last day."
        ),
        currency=PLAN_RATE,
        nothing=mark("No period with a forecast has ended: no accuracy is shown."),
    ),
)
def forecast_accuracy(
    at: "At",
    *,
    said: Literal["people", "model"] = "people",
    level: Literal["company", "rep"] = "company",
    week: Week = "3",
    score: Literal["accuracy", "within_5", "within_10"] = "accuracy",
    category: Category = "commit",
) -> list[Rows]:
    f, noun = (_called(at, level, week, category), "forecast_call") if said == "people" else (_modelled(at, level, week), "forecast")
    unit: Any = "money" if score == "accuracy" else "count"
    return [_said_rows(at.valued(f, "amount", on=f.since), noun, unit), _actual_rows(at, f, level, unit)]


def _called(at: "At", level: str, week: str, category: str) -> Any:
    """For each caller and period that is over, the last call of that category by the end of the week."""
    import ibis

    f = at.forecasts
    f = f.filter(f.category == category, _last_day(f.until) <= at.as_of, f.submitted_on < days_later(f.since, 7 * int(week)))
    f = f.filter(f.owner.isnull() if level == "company" else f.owner.notnull() & ~f.manager)
    newest = ibis.row_number().over(group_by=[f.owner, f.since, f.until], order_by=[f.submitted_on.desc(), f.id.desc()])
    return f.mutate(rank=newest).filter(lambda t: t["rank"] == 0).drop("rank")


def _modelled(at: "At", level: str, week: str) -> Any:
    """For each quarter that is over, what the newest run said by the end of the week of the company, or of each person."""
    import ibis

    runs = at.model_runs
    end = ibis.least(days_later(runs.since, 7 * int(week)), runs.until)
    runs = runs.filter(_last_day(runs.until) <= at.as_of, runs.known_on < end, runs.known_on >= days_later(end, -RECENT))
    newest = ibis.row_number().over(group_by=[runs.since, runs.until], order_by=[runs.known_on.desc(), runs.id.desc()])
    runs = runs.mutate(rank=newest).filter(lambda t: t["rank"] == 0)
    f = at.model_forecasts
    f = f.filter(f.owner.isnull() if level == "company" else f.owner.notnull())
    return f.semi_join(runs, ["id", "since", "until"]).mutate(id=f.row)


def _cell(t: Any, since: Any, until: Any, who: Any) -> dict[str, Any]:
    return {"cell_since": since, "cell_until": until, "cell_who": who}


def _last_day(until: Any) -> Any:
    return days_later(until, -1)


def _said_rows(f: Any, noun: str, unit: Any) -> Rows:
    return rows(
        f,
        noun=noun,
        id=f.id,
        on=_last_day(f.until),
        who=f.owner,
        num=f.amount,
        out=reason(("no_rate", f.unrated)),
        cells=_cell(f, f.since, f.until, f.owner),
        unit=unit,
    )


def _actual_rows(at: "At", f: Any, level: str, unit: Any) -> Rows:
    """Bookings of every period with a forecast: the company's, or those credited to the people of whom it is."""
    import ibis

    nobody = ibis.null("int64")
    if level == "company":
        b = of_kind(at.bookings, "new_and_expansion")
        b = at.valued(b, "annual", on=b.on).mutate(caller=nobody, out=reason())
    else:
        b = credited(at, "owner").table
        b = b.mutate(annual=b.num, caller=b.who)
    spans = f.select(call_since="since", call_until="until", call_by="owner").distinct()
    same = [] if level == "company" else [b.caller == spans.call_by]
    d = b.inner_join(spans, [b.on >= spans.call_since, b.on < spans.call_until, *same])
    out = reason(*without_value(d)) if level == "company" else d.reason
    return rows(
        d,
        noun="deal",
        id=d.id,
        on=_last_day(d.call_until),
        who=d.caller,
        num=nobody,
        den=d.annual,
        out=out,
        cells=_cell(d, d.call_since, d.call_until, d.caller),
        unit=unit,
    )
