"""What the large company states week by week and quarter by quarter: quotas, forecast calls, the use of tools."""

import datetime as dt
from typing import Any

import numpy as np

from pacesetter.core import periods
from pacesetter.core.money import to_minor
from pacesetter.demo import calls, cast
from pacesetter.demo.large.book import Book, dates, instants
from pacesetter.demo.large.sales import NEVER, RENEWAL, Columns, days_of
from pacesetter.demo.large.tables import write
from pacesetter.demo.plan import Plan
from pacesetter.enablement import tools
from pacesetter.enablement.models import Licence, ToolUse
from pacesetter.planning.models import ForecastCall, Quota

TOOL_WEEKS = 52
NINE = 9 * 3600


def quotas(book: Book, plan: Plan) -> None:
    """A quota per quarter for every seller beside the cast, who have theirs."""
    quarter = periods.containing(plan.since, "quarter")
    while quarter.since <= periods.add_months(plan.today, 3):
        for at, seat in enumerate(cast.SEATS):
            first, last = _terms(seat, plan)
            users = book.crowd.sellers[at, 1:]
            if len(users) and quarter.until > first and quarter.since < last:
                days = {"since": quarter.since.isoformat(), "until": quarter.until.isoformat()}
                amount = to_minor(str(cast.SEGMENTS[seat.segment].quota // 4), "USD")
                write(Quota, days | {"user_id": users, "amount": amount, "currency": "USD"})
        quarter = quarter.shifted(1)


def _terms(seat: cast.Seat, plan: Plan) -> tuple[dt.date, dt.date]:
    first = plan.since if seat.since is None else periods.add_months(plan.today, -seat.since)
    return first, dt.date.max if seat.until is None else periods.add_months(plan.today, -seat.until)


def call(deals: Columns, book: Book, plan: Plan, rng: Any) -> None:
    """Every Monday of every quarter: each seller's call and the company's, who know less of the end the farther it is."""
    worth = np.where(deals["won"] & (deals["type"] != RENEWAL), deals["value"], 0)
    place = deals["seat"] * book.crowd.sellers.shape[1] + deals["copy"]
    quarter = periods.containing(plan.since, "quarter")
    while quarter.since <= plan.today:
        begin, end = days_of(quarter.since, quarter.until)
        rows = (deals["ends"] >= begin) & (deals["ends"] < end) & (worth > 0)
        _quarter(quarter, place[rows], deals["ends"][rows], worth[rows], book, plan, rng)
        quarter = quarter.shifted(1)


def _quarter(quarter: periods.Period, place: Any, ends: Any, worth: Any, book: Book, plan: Plan, rng: Any) -> None:
    shape = book.crowd.sellers.shape
    size = shape[0] * shape[1]
    booked = np.bincount(place, worth, size).reshape(shape)
    bias = np.array([seat.bias for seat in cast.SEATS])[:, None] + rng.normal(0, calls.REP_SPREAD, shape)
    company_bias = rng.normal(0.03, calls.COMPANY_SPREAD)
    for week in range(13):
        monday = quarter.since + dt.timedelta(7 * week + (7 - quarter.since.weekday()) % 7)
        if plan.since <= monday <= plan.today and monday < quarter.until:
            day = int(days_of(monday)[0])
            won = np.bincount(place[ends < day], worth[ends < day], size).reshape(shape)
            here = np.array([first <= monday < last for first, last in (_terms(seat, plan) for seat in cast.SEATS)])
            fade = 1 - week / 14
            said = np.maximum(booked * (1 + bias * fade), won)[here].ravel()
            total = max(booked.sum() * (1 + company_bias * fade), won.sum())
            _say(quarter, day, said, book.crowd.sellers[here].ravel())
            _say(quarter, day, np.array([total]), None)


def _say(quarter: periods.Period, day: int, amounts: Any, users: Any) -> None:
    """Calls are rounded to thousands."""
    minor = (np.rint(np.maximum(amounts, 0) / 1000) * 100_000).astype(np.int64)
    same = {"since": quarter.since.isoformat(), "until": quarter.until.isoformat(), "currency": "USD"}
    who = {} if users is None else {"user_id": users, "submitted_by_id": users}
    write(ForecastCall, same | who | {"amount": minor, "submitted_at": instants(np.full(len(minor), day), NINE)})


def equip(book: Book, plan: Plan, rng: Any) -> None:
    """Tools with a licence for everybody who sells or answers, and their use in the last year."""
    sellers, hired = book.crowd.sellers, [_terms(seat, plan) for seat in cast.SEATS]
    since = np.concatenate(
        [np.repeat([days_of(first)[0] for first, _ in hired], sellers.shape[1]), np.zeros(len(book.crowd.sdrs), dtype=np.int64)]
    )
    until = np.concatenate([np.repeat([_day(last) for _, last in hired], sellers.shape[1]), np.full(len(book.crowd.sdrs), NEVER)])
    users = np.concatenate([sellers.ravel(), book.crowd.sdrs])
    monday = book.day - (book.day + 3) % 7
    for name, act, start, end in cast.TOOLS:
        tool = tools.create(name, core_act=cast.in_words(act), by=book.crew.by)
        write(Licence, {"tool_id": tool.pk, "user_id": users, "since": plan.since.isoformat(), "until": "9999-12-31"})
        for back in range(TOOL_WEEKS, 0, -1):
            week = monday - 7 * back
            here = users[(since <= week) & (week < until)]
            share = start + (end - start) * (1 - back / (plan.today - plan.since).days * 7)
            acts = np.where(rng.random(len(here)) < share, rng.integers(1, 31, len(here)), 0)
            signed_in = (acts > 0) | (rng.random(len(here)) < 0.5)
            write(
                ToolUse,
                {"tool_id": tool.pk, "user_id": here, "week": dates(np.full(len(here), week)), "signed_in": signed_in, "core_acts": acts},
            )


def _day(day: dt.date) -> int:
    return NEVER if day == dt.date.max else int(days_of(day)[0])
