"""Verbs on forecast calls: what a person says a period will bring. A call is never changed; a newer one stands beside it."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from pacesetter.base import clock, history, settings, teams
from pacesetter.base.models import User
from pacesetter.base.scope import scope_of
from pacesetter.core.errors import Invalid, NotAllowed, add_sentences
from pacesetter.core.forecasting.moves import ROLLUPS
from pacesetter.core.labels import mark
from pacesetter.core.money import exponent
from pacesetter.core.periods import Period
from pacesetter.planning import forecasts
from pacesetter.planning.models import ForecastCall

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

CATEGORIES = ("commit", "most_likely", "best_case", "pipeline", "closed")
REASONS = {
    "deal": mark("A deal known better than its record"),
    "timing": mark("Deals will close earlier or later"),
    "amount": mark("Deals will be larger or smaller"),
    "new_business": mark("Business that is no deal yet"),
    "caution": mark("Caution"),
    "other": mark("Another reason"),
}
add_sentences(
    {
        "period_over": mark("{period} is over; a call on it would not be a forecast."),
        "call_far": mark("This call lies more than {percent} per cent from the model. Choose a reason."),
    }
)
settings.define(
    "forecast.reason_beyond",
    10,
    mark("A call needs a reason beyond"),
    mark("Per cent away from the model's number, where there is one."),
)
settings.define(
    "forecast.rollup",
    "cumulative",
    mark("Forecast categories add up"),
    mark("Cumulative: commit holds what is won, best case holds both. Otherwise each category stands by itself."),
    ROLLUPS,
)


@transaction.atomic
def submit(
    *,
    period: Period,
    amount: int,
    by: "Actor",
    user: User | None = None,
    company: bool = False,
    category: str = "commit",
    currency: str = "",
    reason: str = "",
    note: str = "",
) -> ForecastCall:
    """Submit a call in minor units: one's own, a report's, or (with `company`) the company's.

    A manager's call for a report stands beside the report's own, with the manager as the one who submitted it.
    """
    by.require("call.company" if company else "call.submit")
    caller = None if company else (user or by.user)
    if not company and (caller is None or not scope_of(by, "forecast_call", to="edit").allows(caller.pk)):
        raise NotAllowed("not_yours", noun="forecast call")
    if category not in CATEGORIES:
        raise Invalid("unknown_choice", field="category", value=category, known=", ".join(CATEGORIES))
    if reason and reason not in REASONS:
        raise Invalid("unknown_choice", field="reason", value=reason, known=", ".join(REASONS))
    if amount < 0:
        raise Invalid("negative", field="amount")
    if period.until <= clock.today():
        raise Invalid("period_over", field="period", period=period.label)
    currency = currency or settings.get("company.currency")
    exponent(currency)
    if category == "commit" and not reason and is_far(amount, model_of(caller, period, currency)):
        raise Invalid("call_far", field="reason", percent=settings.get("forecast.reason_beyond"))
    call = ForecastCall.objects.create(
        user=caller,
        since=period.since,
        until=period.until,
        category=category,
        amount=amount,
        currency=currency,
        reason=reason,
        note=note,
        submitted_at=clock.now(),
        submitted_by_id=by.user_id,
    )
    history.record(
        call,
        "call.submitted",
        by=by,
        data={
            "user": caller and caller.pk,
            "period": period.label,
            "category": category,
            "amount": amount,
            "currency": currency,
            "reason": reason,
        },
    )
    return call


def model_of(caller: User | None, period: Period, currency: str) -> int | None:
    """What the model expects of the company (no caller), or of somebody with everybody below them; None where it says nothing in that currency.

    A past day that was asked afterwards says nothing to a call: nobody knew it then.
    """
    standing, now = forecasts.standing(period, clock.today()), clock.now()
    rows = {pk: row.mean for pk, row in standing.items() if row.currency == currency and row.run.made_at <= now}
    if caller is None:
        return rows.get(None)
    known = [rows[pk] for pk in {caller.pk, *(teams.everyone_under(caller.pk) if rows else ())} if pk in rows]
    return sum(known) if known else None


def is_far(amount: int, model: int | None) -> bool:
    """Whether a call lies so far from the model's number that it needs a reason."""
    return model is not None and abs(amount - model) * 100 > abs(model) * settings.get("forecast.reason_beyond")


def standing(
    user: User | None, since: dt.date, until: dt.date, category: str = "commit", at: dt.datetime | None = None
) -> ForecastCall | None:
    """The call that stood at an instant (default: now)."""
    rows = ForecastCall.objects.filter(user=user, since=since, until=until, category=category, submitted_at__lte=at or clock.now())
    return rows.order_by("-submitted_at", "-id").first()
