"""Quotas and forecast calls."""

import datetime as dt
from functools import partial
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status

from pacesetter.analytics import moves
from pacesetter.analytics.numbers import Reader
from pacesetter.api.auth import actor_of
from pacesetter.api.records import person
from pacesetter.api.shapes import major
from pacesetter.base import clock, find, settings
from pacesetter.base.models import User
from pacesetter.base.scope import scope_of
from pacesetter.core import periods
from pacesetter.core.errors import Invalid, NotFound
from pacesetter.core.forecasting.moves import Measure
from pacesetter.core.money import to_minor
from pacesetter.planning import calls, quotas
from pacesetter.planning.models import ForecastCall, Quota

router = Router()


class QuotaIn(Schema):
    user: int
    since: dt.date
    until: dt.date
    amount: float
    currency: str = ""


class CallIn(Schema):
    """`company` true is the company's call; else one's own, or that of a report.

    `reason` is deal, timing, amount, new_business, caution or other; a commit far from the model needs one.
    """

    period: str = "this_quarter"
    amount: float
    user: int | None = None
    company: bool = False
    category: str = "commit"
    currency: str = ""
    reason: str = ""
    note: str = ""


def _quota(row: Quota) -> dict[str, Any]:
    return {
        "id": row.pk,
        "user": row.user_id,
        "since": row.since,
        "until": row.until,
        "amount": major(row.amount, row.currency),
        "currency": row.currency,
    }


@router.get("/quotas", response=list[dict[str, Any]], summary="Quotas inside one's scope")
def all_quotas(request: HttpRequest) -> Any:
    return [_quota(row) for row in find.within(Quota, actor_of(request))]


@router.put("/quotas", response=dict[str, Any], summary="Set a quota")
def put_quota(request: HttpRequest, body: QuotaIn) -> Any:
    currency = body.currency or settings.get("company.currency")
    return _quota(
        quotas.put(
            find.one(User, body.user),
            since=body.since,
            until=body.until,
            amount=to_minor(str(body.amount), currency),
            currency=currency,
            by=actor_of(request),
        )
    )


@router.delete("/quotas/{int:pk}", response={204: None}, summary="Take a quota away")
def remove_quota(request: HttpRequest, pk: int) -> Any:
    by = actor_of(request)
    by.require("quota.set")
    quota = find.within(Quota, by, pk=pk).first()
    if quota is None:
        raise NotFound("not_found", noun="quota", id=pk)
    quotas.remove(quota, by=by)
    return Status(204, None)


def _call(row: ForecastCall) -> dict[str, Any]:
    keys = ("id", "since", "until", "category", "currency", "reason", "note", "submitted_at")
    who = {"user": row.user_id, "submitted_by": row.submitted_by_id}
    return {key: getattr(row, key) for key in keys} | who | {"amount": major(row.amount, row.currency)}


@router.get("/calls", response=list[dict[str, Any]], summary="Forecast calls inside one's scope, newest first; user null is the company's")
def all_calls(request: HttpRequest, size: int = 200) -> Any:
    return [_call(row) for row in find.within(ForecastCall, actor_of(request))[: max(1, min(size, 1000))]]


@router.post("/calls", response={201: dict[str, Any]}, summary="Submit a call")
def submit(request: HttpRequest, body: CallIn) -> Any:
    known = settings.many("company.currency", "company.fiscal_start")
    period = periods.parse(body.period, clock.today(), known["company.fiscal_start"])
    currency = body.currency or known["company.currency"]
    amount = to_minor(str(body.amount), currency)
    call = calls.submit(
        period=period,
        amount=amount,
        user=person(body.user),
        company=body.company,
        category=body.category,
        currency=currency,
        reason=body.reason,
        note=body.note,
        by=actor_of(request),
    )
    return Status(201, _call(call))


@router.get("/forecast/moves", response=dict[str, Any], summary="What moved the forecast between two days, deal by deal")
def moved(
    request: HttpRequest,
    since: dt.date,
    until: dt.date | None = None,
    period: str = "this_quarter",
    measure: str = "commit",
    rollup: str = "cumulative",
    owner: int | None = None,
) -> Any:
    """From the end of the day `since` to the end of `until` (default: now); `owner` narrows it to what was theirs on each day."""
    by = actor_of(request)
    if owner is not None and not scope_of(by, "deal").allows(owner):
        raise NotFound("not_found", noun="user", id=owner)
    reader = Reader(by)
    last, asked = until or reader.today, reader.period(period)
    if last < since:
        raise Invalid("bad_interval", since=since, until=last)
    found = moves.moved(reader, asked, since, last, Measure.of(measure, rollup), None if owner is None else [owner])
    said = partial(major, currency=reader.currency)
    return {
        "period": asked.label,
        "since": since,
        "until": min(last, reader.today),
        "currency": reader.currency,
        "start": said(found.start),
        "end": said(found.end),
        "bars": [{"kind": bar.kind, "amount": said(bar.amount), "deals": bar.deals} for bar in found.bars],
        "deals": [
            {"deal": step.deal, "kind": step.kind, "before": said(step.before), "after": said(step.after), "amount": said(step.amount)}
            for step in found.steps
        ],
    }
