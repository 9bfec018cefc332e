"""What the models said: the run that stood on a day, and its rows by user and team."""

import datetime as dt
from collections.abc import Iterable

from pacesetter.core.periods import Period
from pacesetter.planning.models import ForecastRow, ForecastRun

METHOD = "deals"


def newest(at: dt.date | None = None) -> ForecastRun | None:
    """The run that stood at the end of a day (by default: now)."""
    rows = ForecastRun.objects.filter(as_of__lte=at) if at else ForecastRun.objects.all()
    return rows.order_by("-as_of", "-id").first()


def standing(period: Period, at: dt.date | None = None) -> dict[int | None, ForecastRow]:
    """What was forecast for a period at the end of a day (by default: now), by user; None is the company. Doors cut it to a scope."""
    return {row.user_id: row for row in _rows(period, at) if row.team_id is None}


def of_teams(period: Period, at: dt.date | None = None) -> dict[int, ForecastRow]:
    """The same by team, each with the teams below it."""
    return {row.team_id: row for row in _rows(period, at) if row.team_id is not None}


def _rows(period: Period, at: dt.date | None) -> Iterable[ForecastRow]:
    run = newest(at)
    found = ForecastRow.objects.filter(run=run, since=period.since, until=period.until, method=METHOD) if run else ()
    return [_with(row, run) for row in found]


def _with(row: ForecastRow, run: ForecastRun | None) -> ForecastRow:
    row.run = run  # type: ignore[assignment]
    return row
