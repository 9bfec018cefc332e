"""The long view: what the company and its teams will book in each month and quarter, as far as two years ahead.

This and the next quarter are what open deals and new business bring, as on the forecast board. For the two quarters after, deals and
series are combined, each by how wrong it was at that distance; beyond them series speak alone.
"""

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
from django.db.models import Q

from pacesetter.base import settings, warehouse
from pacesetter.base.models import Team
from pacesetter.base.scope import scope_of
from pacesetter.base.teams import members_on
from pacesetter.core.periods import MONTHS, Grain, Period, add_months, containing
from pacesetter.planning import forecasts, histories
from pacesetter.planning.models import SERIES, ForecastRow

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

GRAINS: tuple[Grain, ...] = ("month", "quarter")


def said(grain: Grain, *, by: "Actor", team: int | None = None) -> list[ForecastRow]:
    """What the newest run says of the company, or of a team, oldest period first; for those who see all of it."""
    run = forecasts.newest() if sees(by, team) else None
    if run is None:
        return []
    rows = ForecastRow.objects.filter(Q(team=None) | Q(team=team), run=run, user=None)
    whole = [
        row
        for row in rows.select_related("run").order_by("since")
        if row.since.day == 1 and add_months(row.since, MONTHS[grain]) == row.until
    ]
    return [row for row in forecasts.chosen(whole) if row.team_id == team]


def period_at(day: dt.date, grain: Grain) -> Period:
    """The month, or the company's quarter, of a day."""
    return containing(day, grain, int(settings.get("company.fiscal_start")))


def sees(by: "Actor", team: int | None) -> bool:
    """Whether somebody sees all that the company, or a team, brings."""
    return scope_of(by, ForecastRow.NOUN).owners is None or team in by.teams


def teams(by: "Actor") -> list[Team]:
    """The teams of which series say something, and somebody sees everybody."""
    run = forecasts.newest()
    told = set(ForecastRow.objects.filter(run=run, method=SERIES).values_list("team", flat=True)) if run else set()
    return [team for team in Team.objects.filter(pk__in=told - {None}) if sees(by, team.pk)]


def booked_before(grain: Grain, count: int, first: dt.date, *, team: int | None = None) -> list[tuple[Period, int]]:
    """What was booked in the `count` periods before a day, oldest first."""
    found = histories.booked(warehouse.current() or warehouse.refresh())
    teams = None if team is None else members_on(first)[team][0]
    mine = np.ones(len(found.day), dtype=bool) if teams is None else np.isin(found.team, list(teams))
    start = period_at(first, grain)
    periods = [start.shifted(-back) for back in range(count, 0, -1)]
    return [(period, int(found.amount[found.inside(period) & mine].sum())) for period in periods]
