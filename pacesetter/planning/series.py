"""Bookings by month and quarter as series, company and teams, two years ahead.

Teams add up to the team above them and to the company, months to quarters. Bookings belong to the team in which their owner was on the day.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pacesetter.base import settings
from pacesetter.base.models import Team
from pacesetter.base.teams import members_on
from pacesetter.core.errors import Refused
from pacesetter.core.forecasting.histories import day_number, day_of
from pacesetter.core.periods import Grain, Period, containing
from pacesetter.planning import histories, market_effects, reach
from pacesetter.planning.histories import Booked
from pacesetter.planning.models import SERIES, ForecastRow, ForecastRun

NOBODY, NOWHERE = "0", ""  # owners without a team; below the last team of a branch
KINDS: dict[Grain, tuple[str, int]] = {"month": ("M", reach.MONTHS), "quarter": ("Q", reach.QUARTERS)}
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Said:
    """Of one team (None is the company) and period, in minor units: the mean with its band, and what is booked in it already."""

    team: int | None
    period: Period
    won: int
    mean: int
    p10: int
    p90: int

    def moved(self, mean: int) -> "Said":
        """The same band around another mean."""
        by = mean - self.mean
        return replace(self, mean=mean, p10=min(max(self.p10 + by, self.won), mean), p90=max(self.p90 + by, mean))

    def row(self, run: ForecastRun) -> ForecastRow:
        return ForecastRow(
            run_id=run.key, team_id=self.team, since=self.period.since, until=self.period.until, method=SERIES, currency=settings.get("company.currency"),
            mean=self.mean, p10=self.p10, p50=self.mean, p90=self.p90, won=self.won, open=0, new=self.mean - self.won,
        )  # fmt: skip


def rows(run: ForecastRun, booked: Booked) -> Iterator[ForecastRow]:
    """What series say of the company and its teams, of each month and quarter ahead; nothing where they know too little for a band.

    The mean of a quarter is that of its months, its band that of quarters.
    """
    months = {(one.team, one.period.since): one for one in _said(run, booked, "month")}
    yield from (one.row(run) for one in months.values())
    if (int(settings.get("company.fiscal_start")) - 1) % 3:
        return  # quarters of another kind than the calendar's
    for one in _said(run, booked, "quarter"):
        inside = [months.get((one.team, month.since)) for month in one.period.parts("month") if month.until > run.as_of + reach.DAY]
        if all(inside):
            yield one.moved(one.won + sum(month.mean - month.won for month in inside if month)).row(run)


def _said(run: ForecastRun, booked: Booked, grain: Grain) -> Iterator[Said]:
    known = booked.day < histories.end_of(run.as_of)
    try:
        yield from _of_grain(run, booked, known, grain) if known.any() else ()
    except Refused as refusal:
        log.info("series by %s say nothing: %s", grain, refusal.code)


def _of_grain(run: ForecastRun, booked: Booked, known: Any, grain: Grain) -> Iterator[Said]:
    from pacesetter.core.forecasting.series import forecasts, panels

    paths = _paths()
    depths = tuple(str(n) for n in range(max(1, *(len(path) - 1 for path in paths.values()))))
    freq, horizon = KINDS[grain]
    panel = panels.read(_table(booked, known, grain, paths, depths), freq, hierarchy=depths, as_of=run.as_of, add_up=True)
    found = forecasts.forecast(panel, horizon, levels=(80,), names=depths)
    moved = market_effects.moved(run, panel, found) if grain == "month" else {}  # a quarter is the sum of its months
    members = members_on(run.as_of)
    for one in found.table().to_pylist():
        if one["lo-80"] is not None and _is_whole(one["level"], one["unique_id"], paths, len(depths)):
            team = None if one["level"] == "total" else int(one["unique_id"].rsplit("/", 1)[-1])
            said = _read(one, team, containing(one["ds"], grain), booked, run, members[team][0] if team else None)
            mean = moved.get((one["level"], one["unique_id"], one["ds"]))
            yield said if mean is None else said.moved(max(round(mean), said.won))


def _paths() -> dict[int, list[int]]:
    """The teams from the topmost one down to each."""
    parent = dict(Team.objects.values_list("pk", "parent"))

    def path(pk: int) -> list[int]:
        above = parent[pk]
        return [*(path(above) if above else ()), pk]

    return {0: [], **{pk: path(pk) for pk in parent}}


def _table(booked: Booked, known: Any, grain: Grain, paths: dict[int, list[int]], depths: tuple[str, ...]) -> Any:
    """One row per team and day, with the teams above it as of today. The first period with bookings may have begun before them: it is left out."""
    import pyarrow as pa

    first = containing(day_of(booked.day[known].min()), grain)
    known = known & (booked.day >= day_number(first.until))
    team = booked.team[known]
    above = {pk: [str(one) for one in path] + [NOWHERE] * len(depths) for pk, path in paths.items()} | {0: [NOBODY] * len(depths)}
    columns = {
        "unique_id": pa.array([str(pk) for pk in team.tolist()], pa.string()),
        "ds": pa.array((booked.day[known]).astype(np.int32)).cast(pa.date32()),
        "y": pa.array(booked.amount[known].astype(float)),
    }
    return pa.table(columns | {name: pa.array([above[pk][n] for pk in team.tolist()], pa.string()) for n, name in enumerate(depths)})


def _is_whole(level: str, name: str, paths: dict[int, list[int]], depths: int) -> bool:
    """Whether a node is the company or a team with all below it: not owners without a team, nor people beside the teams below theirs."""
    last = name.rsplit("/", 1)[-1]
    return level == "total" or (last.isdecimal() and last != NOBODY and (level != "series" or len(paths[int(last)]) > depths))


def _read(said: dict[str, Any], team: int | None, period: Period, booked: Booked, run: ForecastRun, teams: set[int] | None) -> Said:
    """A period that has begun brings at least what is booked in it."""
    mine = np.ones(len(booked.day), dtype=bool) if teams is None else np.isin(booked.team, list(teams))
    won = int(booked.amount[booked.inside(period, histories.end_of(run.as_of)) & mine].sum())
    low, mean, high = (max(round(said[name]), won) for name in ("lo-80", "mean", "hi-80"))
    return Said(team, period, won, mean, min(low, mean), max(high, mean))
