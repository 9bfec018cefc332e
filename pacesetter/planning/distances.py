"""How right forecasts of the company were by how far ahead they looked, model by model, and in the days just after they were made."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pacesetter.base import clock, settings, warehouse
from pacesetter.base.scope import scope_of
from pacesetter.core.forecasting.histories import day_number
from pacesetter.core.periods import MONTHS, Grain, Period, containing
from pacesetter.planning import forecasts, histories, reach
from pacesetter.planning.models import DEALS, ForecastRow, ForecastRun

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from pacesetter.base.actor import Actor

STANDING = "standing"  # whichever method stood
REACH: dict[Grain, int] = {"month": reach.MONTHS, "quarter": reach.QUARTERS}
YEARS = dt.timedelta(days=2 * 365)


@dataclass(frozen=True)
class Looked:
    """What a method had said of a period that is over now, `ahead` periods before it (0: in it), in minor units; with its band of 80 %."""

    period: Period
    ahead: int
    method: str
    said: int
    actual: int
    low: int
    high: int


def looked(grain: Grain, *, by: "Actor") -> list[Looked]:
    """All of the last two years, one run for each month; for those who see everybody."""
    if scope_of(by, ForecastRow.NOUN).owners is not None:
        return []
    start, booked = int(settings.get("company.fiscal_start")), _booked()
    now = containing(clock.today(), grain, start)
    closed = {(one.since, one.until): one for one in (now.shifted(-back) for back in range(1, REACH[grain] + 1))}
    found = []
    for run, rows in _monthly().items():
        inside = [row for row in rows if (row.since, row.until) in closed]
        first = containing(run.as_of + reach.DAY, grain, start)
        stands = [(STANDING, row) for row in forecasts.chosen(inside)]
        for method, row in [*stands, *((row.method, row) for row in inside)]:
            period = closed[row.since, row.until]
            found.append(Looked(period, _apart(first, period), method, row.mean, booked(period), row.p10, row.p90))
    return found


def windows(*, by: "Actor") -> dict[int, list[Looked]]:
    """By their length in days, what had been said of the days just after each run, where they are over; for those who see everybody."""
    if scope_of(by, ForecastRow.NOUN).owners is not None:
        return {}
    booked, today = _booked(), clock.today()
    rows = _whole().filter(method=DEALS, until__lte=today, since__gte=today - YEARS).select_related("run")
    found: dict[int, list[Looked]] = {days: [] for days in reach.WINDOWS}
    for row in rows.order_by("since", "run__pk"):
        if row.since == row.run.as_of + reach.DAY and (days := (row.until - row.since).days) in found:
            period = Period(row.since, row.until, "")
            found[days].append(Looked(period, 0, row.method, row.mean, booked(period), row.p10, row.p90))
    return found


def apart(found: list[Looked]) -> int:
    """How many of these spans do not overlap: the size of the sample."""
    count, until = 0, dt.date.min
    for one in sorted(found, key=lambda one: one.period.until):
        if one.period.since >= until:
            count, until = count + 1, one.period.until
    return count


def _apart(first: Period, later: Period) -> int:
    months = 12 * (later.since.year - first.since.year) + later.since.month - first.since.month
    return months // MONTHS[first.grain]


def _whole() -> "QuerySet[ForecastRow]":
    return ForecastRow.objects.filter(user=None, team=None)


def _monthly() -> dict[ForecastRun, list[ForecastRow]]:
    """The first run of each month that looks far, with its rows of the company."""
    runs = ForecastRun.objects.filter(as_of__gte=clock.today() - YEARS - YEARS, as_of__day__lte=reach.MONTHLY).order_by("-as_of", "pk")
    chosen = {(run.as_of.year, run.as_of.month): run for run in runs}
    by_key = {run.key: run for run in chosen.values()}
    found: dict[ForecastRun, list[ForecastRow]] = {run: [] for run in chosen.values()}
    for row in _whole().filter(run_id__in=list(by_key)):
        found[by_key[row.run_id]].append(row)
    return found


def _booked() -> Callable[[Period], int]:
    """What was booked in a period, from sums by day."""
    found = histories.booked(warehouse.current() or warehouse.refresh())
    order = np.argsort(found.day, kind="stable")
    days, sums = found.day[order], np.concatenate([[0], np.cumsum(found.amount[order])])

    def booked(period: Period) -> int:
        since, until = np.searchsorted(days, [day_number(period.since), day_number(period.until)])
        return int(sums[until] - sums[since])

    return booked
