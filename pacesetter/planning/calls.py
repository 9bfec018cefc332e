"""Verbs on forecast calls: what a person says a period will bring. A call is never changed; a newer one stands beside it."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from pacesetter.base import clock, history, settings
from pacesetter.base.models import User
from pacesetter.base.scope import scope_of
from pacesetter.core.errors import Invalid, NotAllowed, add_sentences
from pacesetter.core.labels import mark
from pacesetter.core.money import exponent
from pacesetter.core.periods import Period
from pacesetter.planning.models import ForecastCall

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

CATEGORIES = ("commit", "best_case", "most_likely", "pipeline")
add_sentences({"period_over": mark("{period} is over; a call on it would not be a forecast.")})


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
    note: str = "",
) -> ForecastCall:
    """Submit a call in minor units: one's own, a report's, or (with `company`) the company's."""
    by.require("call.company" if company else "call.submit")
    caller = None if company else (user or by.user)
    if not company and (caller is None or not scope_of(by, "forecast_call", to="edit").allows(caller.pk)):
        raise NotAllowed("not_yours", noun="forecast call")
    if category not in CATEGORIES:
        raise Invalid("unknown_choice", field="category", value=category, known=", ".join(CATEGORIES))
    if amount < 0:
        raise Invalid("negative", field="amount")
    if period.until <= clock.today():
        raise Invalid("period_over", field="period", period=period.label)
    currency = currency or settings.get("company.currency")
    exponent(currency)
    call = ForecastCall.objects.create(
        user=caller,
        since=period.since,
        until=period.until,
        category=category,
        amount=amount,
        currency=currency,
        note=note,
        submitted_at=clock.now(),
        submitted_by_id=by.user_id,
    )
    history.record(
        call,
        "call.submitted",
        by=by,
        data={"user": caller and caller.pk, "period": period.label, "category": category, "amount": amount, "currency": currency},
    )
    return call


def standing(
    user: User | None, since: dt.date, until: dt.date, category: str = "commit", at: dt.datetime | None = None
) -> ForecastCall | None:
    """The call that stood at an instant (default: now)."""
    rows = ForecastCall.objects.filter(user=user, since=since, until=until, category=category, submitted_at__lte=at or clock.now())
    return rows.order_by("-submitted_at", "-id").first()
