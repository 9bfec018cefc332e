"""What the models said: the run that stood on a day, and its rows by user and team."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pacesetter.base import settings
from pacesetter.base.scope import scope_of
from pacesetter.core.periods import Period, containing
from pacesetter.planning.models import DEALS, STANDING, DealOutlook, ForecastRow, ForecastRun

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor


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


def visible(period: Period, *, by: "Actor", at: dt.date | None = None) -> list[ForecastRow]:
    """The same as far as the actor sees: people in their scope, teams of which they see everybody, and the company where they see all."""
    keep = scope_of(by, ForecastRow.NOUN).owners
    return [
        row
        for row in sorted(_rows(period, at), key=_order)
        if keep is None or (row.user_id in keep if row.user_id else row.team_id in by.teams)
    ]


def whole(period: Period, *, by: "Actor", team: int | None = None) -> ForecastRow | None:
    """The one row for everything that the actor sees, or for a team; none where no row stands for just that."""
    rows = visible(period, by=by)
    if team is not None:
        return next((row for row in rows if row.team_id == team), None)
    return widest(rows, by=by)


def widest(rows: list[ForecastRow], *, by: "Actor") -> ForecastRow | None:
    """Of what the actor sees of a period, the one row for all of it."""
    if by.level == "all":
        return next((row for row in rows if row.user_id is None and row.team_id is None), None)
    if by.level == "team":
        return max((row for row in rows if row.team_id), key=lambda row: row.mean, default=None)
    return next((row for row in rows if row.user_id == by.user_id), None)


def outlook_of(deal_id: int) -> DealOutlook | None:
    """How the newest run sees a deal that was open then; whoever asks has found the deal in their scope."""
    return DealOutlook.objects.select_related("run").filter(deal_id=deal_id).first()


def quarter_of(run: ForecastRun) -> Period:
    """The quarter in which the day after a run's last known one lies."""
    return containing(run.as_of + dt.timedelta(days=1), "quarter", int(settings.get("company.fiscal_start")))


def recent(count: int, *, by: "Actor") -> list[tuple[ForecastRun, ForecastRow | None]]:
    """The last runs with what they expected of the company's quarter, for those who see everybody."""
    if scope_of(by, ForecastRow.NOUN).owners is not None:
        return []
    runs = list(ForecastRun.objects.order_by("-as_of", "-pk")[:count])
    rows = ForecastRow.objects.filter(run_id__in=[run.key for run in runs], user=None, team=None, method=DEALS)
    said = {row.run_id: row for row in rows.order_by("-since", "until")}  # the last: what begins first, and of that the longest
    return [(run, said.get(run.key)) for run in runs]


def _order(row: ForecastRow) -> tuple[int, str]:
    """The company, then teams and people by name."""
    return (2, row.user.name_key) if row.user else (1, row.team.name_key) if row.team else (0, "")


def _rows(period: Period, at: dt.date | None) -> Iterable[ForecastRow]:
    run = newest(at)
    found = ForecastRow.objects.filter(run=run, since=period.since, until=period.until).select_related("user", "team") if run else ()
    return [_with(row, run) for row in chosen(found)]


def chosen(rows: Iterable[ForecastRow]) -> list[ForecastRow]:
    """Of each period the rows of the method that stands: the first that speaks of anybody."""
    rows = list(rows)
    speak = {(row.since, row.until, row.method) for row in rows}
    stands = {(since, until): method for method in reversed(STANDING) for since, until, one in speak if one == method}
    return [row for row in rows if stands.get((row.since, row.until)) == row.method]


def _with(row: ForecastRow, run: ForecastRun | None) -> ForecastRow:
    row.run = run  # type: ignore[assignment]
    return row
