"""The models' forecasts: what they say of a period, how right they were, and asking them anew."""

import datetime as dt
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status

from pacesetter.api.auth import actor_of
from pacesetter.api.jobs import shown as job_shown
from pacesetter.api.shapes import major
from pacesetter.base import clock, jobs, settings
from pacesetter.core import periods
from pacesetter.core.errors import Invalid
from pacesetter.core.forecasting.warnings import Record
from pacesetter.core.periods import Period
from pacesetter.planning import accuracy, ahead, forecasts, warnings
from pacesetter.planning.models import ForecastRow, StandingWarning

router = Router()
MONEY = ("mean", "p10", "p50", "p90", "won", "open", "new")


class RunIn(Schema):
    """The last day that is known; by default yesterday. With `weeks` so many past weeks are asked instead."""

    as_of: dt.date | None = None
    weeks: int | None = None


def _period(text: str) -> Period:
    return periods.parse(text, clock.today(), int(settings.get("company.fiscal_start")))


def _row(row: ForecastRow) -> dict[str, Any]:
    plain = {"user": row.user_id, "team": row.team_id, "method": row.method, "currency": row.currency, "as_of": row.run.as_of}
    return plain | {name: major(getattr(row, name), row.currency) for name in MONEY}


@router.get(
    "/forecast",
    response=list[dict[str, Any]],
    summary="What the models expect of a period, by person, team and company; P10 to P90 is the band of 80 %",
)
def standing(request: HttpRequest, period: str = "this_quarter", at: dt.date | None = None) -> Any:
    return [_row(row) for row in forecasts.visible(_period(period), by=actor_of(request), at=at)]


@router.get(
    "/forecast/ahead",
    response=list[dict[str, Any]],
    summary="The long view: months or quarters ahead of the company, or of a team of which one sees everybody; `method` says who speaks",
)
def long_view(request: HttpRequest, grain: str = "month", team: int | None = None) -> Any:
    if grain not in ahead.GRAINS:
        raise Invalid("unknown_choice", field="grain", value=grain, known=", ".join(ahead.GRAINS))
    rows = ahead.said(grain, by=actor_of(request), team=team)  # type: ignore[arg-type]
    return [_row(row) | {"since": row.since, "until": row.until} for row in rows]


@router.get(
    "/forecast/accuracy",
    response=list[dict[str, Any]],
    summary="Forecasts of closed periods as they stood at the end of a week, models and calls",
)
def scores(request: HttpRequest, week: int = accuracy.WEEK, grain: str = "quarter", count: int = 8) -> Any:
    if grain not in accuracy.WEEKS:
        raise Invalid("unknown_choice", field="grain", value=grain, known=", ".join(accuracy.WEEKS))
    found = accuracy.scores(accuracy.closed(grain, max(1, min(count, 40))), [max(1, min(week, 13))], by=actor_of(request))  # type: ignore[arg-type]
    currency = settings.get("company.currency")
    return [
        {"since": one.period.since, "until": one.period.until, "week": one.week, "user": one.user_id, "method": one.method, "currency": currency}
        | {name: None if (value := getattr(one, name)) is None else major(value, currency) for name in ("said", "actual", "low", "high")}
        for one in found
    ]  # fmt: skip


@router.get(
    "/forecast/warnings",
    response=list[dict[str, Any]],
    summary="What the newest run warns of: a plan at risk, a seller drifting from it, a deal likely to slip, with the arithmetic",
)
def standing_warnings(request: HttpRequest) -> Any:
    return [_warning(row) for row in warnings.standing(by=actor_of(request))]


def _warning(row: StandingWarning) -> dict[str, Any]:
    one = row.warning
    whose = {"kind": one.kind, "user": one.user_id, "team": one.team_id, "deal": one.deal_id, "since": one.since, "until": one.until}
    money = {name: major(row.facts[name], one.currency) for name in (*MONEY, "plan", "amount") if name in row.facts}
    return whose | {
        "raised_on": one.raised_on, "as_of": row.run.as_of, "currency": one.currency, "stake": major(row.stake, one.currency), "facts": row.facts | money,
    }  # fmt: skip


@router.get(
    "/forecast/warnings/kinds",
    response=list[dict[str, Any]],
    summary="How often warnings of each kind were right, and how many days ahead; shares are null where fewer than ten have come out",
)
def warning_kinds(request: HttpRequest) -> Any:
    measured, counted = warnings.measured(), actor_of(request).level == "all"
    return [{"kind": kind} | _measured(measured.get(kind), counted) for kind in warnings.KINDS]


def _measured(found: warnings.Measured | None, counted: bool) -> dict[str, Any]:
    """Counts are for those who see the whole company."""
    record = found.record if found else Record()
    shares = {name: getattr(record, name) for name in ("precision", "base", "recall")}
    days = found.days if found and record.is_measured else None
    return (
        shares | {"days_ahead": days} | ({name: getattr(record, name) for name in ("cases", "came", "raised", "right")} if counted else {})
    )


@router.post("/forecast/runs", response={202: dict[str, Any]}, summary="Ask the models, as of a past day or of past weeks; a job")
def ask(request: HttpRequest, body: RunIn) -> Any:
    by = actor_of(request)
    by.require("target.set")
    if body.weeks is not None:
        return Status(202, job_shown(jobs.start("forecast.past", by=by, weeks=max(1, min(body.weeks, 520)))))
    as_of = body.as_of or clock.today() - dt.timedelta(days=1)
    return Status(202, job_shown(jobs.start("forecast", by=by, as_of=as_of.isoformat())))
