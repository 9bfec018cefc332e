"""The long view: bookings by month and quarter as series, company and teams, as far as eighteen months and eight quarters ahead.

Teams add up to their top team and to the company. Bookings belong to the team in which their owner was on the day.
"""

import datetime as dt
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db.models import Exists, OuterRef

from pacesetter.base import clock, settings, warehouse
from pacesetter.base.models import Team
from pacesetter.base.scope import scope_of
from pacesetter.core.errors import Refused
from pacesetter.core.forecasting.histories import EPOCH, day_number
from pacesetter.core.periods import MONTHS, Grain, Period, add_months, containing
from pacesetter.planning import histories
from pacesetter.planning.forecasts import members_on
from pacesetter.planning.histories import Booked
from pacesetter.planning.models import ForecastRow, ForecastRun

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

METHOD = "series"
NOBODY = "0"  # the series of owners without a team
HORIZONS: dict[Grain, tuple[str, int]] = {"month": ("M", 18), "quarter": ("Q", 8)}
log = logging.getLogger(__name__)


def rows(run: ForecastRun, booked: Booked) -> Iterator[ForecastRow]:
    """What series say of the company and its teams, of each month and quarter ahead; nothing where they know too little for a band."""
    for grain in HORIZONS:
        if grain == "quarter" and (int(settings.get("company.fiscal_start")) - 1) % 3:
            continue  # quarters of another kind than the calendar's
        try:
            yield from _rows(run, booked, grain)
        except Refused as refusal:
            log.info("series by %s say nothing: %s", grain, refusal.code)


def _rows(run: ForecastRun, booked: Booked, grain: Grain) -> Iterator[ForecastRow]:
    from pacesetter.core.forecasting.series import forecasts, panels

    known = booked.day < histories.end_of(run.as_of)
    if not known.any():
        return
    freq, horizon = HORIZONS[grain]
    panel = panels.read(_table(booked, known, grain), freq, hierarchy=("top",), as_of=run.as_of, add_up=True)
    found = forecasts.forecast(panel, horizon, levels=(80,), names=("top",)).table()
    tops, members = _tops(), members_on(run.as_of)
    for one in found.to_pylist():
        whose = _whose(one["level"], one["unique_id"], tops)
        if one["lo-80"] is not None and whose is not None:
            teams = members[whose["team_id"]][0] if whose else None
            yield _row(run, booked, containing(one["ds"], grain), one, whose, teams)


def _table(booked: Booked, known: Any, grain: Grain) -> Any:
    """One row per team and day; a team's top team as of today. The first period with bookings may have begun before them: it is left out."""
    import pyarrow as pa

    tops = _tops()
    first = containing(EPOCH + dt.timedelta(days=int(booked.day[known].min())), grain)
    known = known & (booked.day >= day_number(first.until))
    team = booked.team[known]
    return pa.table(
        {
            "unique_id": pa.array([str(pk) for pk in team.tolist()], pa.string()),
            "ds": pa.array((booked.day[known]).astype(np.int32)).cast(pa.date32()),
            "y": pa.array(booked.amount[known].astype(float)),
            "top": pa.array([str(tops.get(pk, NOBODY)) for pk in team.tolist()], pa.string()),
        }
    )


def _tops() -> dict[int, int]:
    """The topmost team above each team."""
    parent = dict(Team.objects.values_list("pk", "parent"))

    def top(pk: int) -> int:
        above = parent[pk]
        return pk if above is None else top(above)

    return {pk: top(pk) for pk in parent}


def _whose(level: str, name: str, tops: dict[int, int]) -> dict[str, int] | None:
    """Company, top team, or a team below one; none for owners without a team, and for a team that is its own top."""
    if level == "total":
        return {}
    if name == NOBODY or (level == "series" and tops.get(int(name)) == int(name)):
        return None
    return {"team_id": int(name)}


def _row(
    run: ForecastRun, booked: Booked, period: Period, said: dict[str, Any], whose: dict[str, int], teams: set[int] | None
) -> ForecastRow:
    """A period that has begun brings at least what is booked in it."""
    mine = np.ones(len(booked.day), dtype=bool) if teams is None else np.isin(booked.team, list(teams))
    won = int(booked.amount[booked.inside(period, histories.end_of(run.as_of)) & mine].sum())
    low, mean, high = (max(round(said[name]), won) for name in ("lo-80", "mean", "hi-80"))
    return ForecastRow(
        run_id=run.key, since=period.since, until=period.until, method=METHOD, currency=settings.get("company.currency"),
        mean=mean, p10=min(low, mean), p50=mean, p90=max(high, mean), won=won, open=0, new=mean - won, **whose,
    )  # fmt: skip


# asking -----------------------------------------------------------------------------------------------
def said(grain: Grain, *, by: "Actor", team: int | None = None) -> list[ForecastRow]:
    """What series say of the company, or of a team, oldest first, as the newest run with series has it; for those who see all of it."""
    run = _newest() if sees(by, team) else None
    found = ForecastRow.objects.filter(run=run, method=METHOD, user=None, team=team).select_related("run").order_by("since") if run else ()
    return [row for row in found if add_months(row.since, MONTHS[grain]) == row.until]


def _newest() -> ForecastRun | None:
    series = ForecastRow.objects.filter(run=OuterRef("key"), method=METHOD)
    return ForecastRun.objects.filter(Exists(series)).order_by("-as_of", "-pk").first()


def sees(by: "Actor", team: int | None) -> bool:
    """Whether somebody sees all that the company, or a team, brings."""
    keep = scope_of(by, ForecastRow.NOUN).owners
    if keep is None:
        return True
    members = members_on(clock.today()).get(team, (set(), []))[1] if team is not None else []
    return bool(members) and keep.issuperset(members)


def teams(by: "Actor") -> list[Team]:
    """The teams of which series say something, and somebody sees everybody."""
    run = _newest()
    told = set(ForecastRow.objects.filter(run=run, method=METHOD).values_list("team", flat=True)) if run else set()
    return [team for team in Team.objects.filter(pk__in=told - {None}) if sees(by, team.pk)]


def booked_before(grain: Grain, count: int, first: dt.date, *, team: int | None = None) -> list[tuple[Period, int]]:
    """What was booked in the `count` periods before a day, oldest first."""
    found = histories.booked(warehouse.current() or warehouse.refresh())
    teams = None if team is None else members_on(first)[team][0]
    mine = np.ones(len(found.day), dtype=bool) if teams is None else np.isin(found.team, list(teams))
    start = containing(first, grain)
    periods = [start.shifted(-back) for back in range(count, 0, -1)]
    return [(period, int(found.amount[found.inside(period) & mine].sum())) for period in periods]
