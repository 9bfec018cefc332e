"""The long view: series of bookings by month and quarter, teams and months that add up, and who sees them."""

import datetime as dt

import numpy as np
import pytest

from pacesetter.base.models import Team
from pacesetter.core.forecasting.histories import day_number
from pacesetter.core.periods import containing
from pacesetter.planning import ahead, series
from pacesetter.planning.histories import Booked
from pacesetter.planning.models import ForecastRow, ForecastRun
from tests.planning.past import TODAY, D

pytestmark = pytest.mark.django_db
AS_OF = TODAY - dt.timedelta(days=1)


def years(cast, months=36):
    """Bookings of three years on the fifth of each month, South twice as much as North, more in each last month of a quarter."""
    first = containing(AS_OF, "month").shifted(-months + 1)
    days = [first.shifted(n).since + dt.timedelta(days=4) for n in range(months)]
    size = np.asarray([3_000_00 if day.month % 3 == 0 else 1_000_00 for day in days]) + np.random.default_rng(7).integers(0, 200_00, months)
    team = np.repeat([cast.south.pk, cast.north.pk], months)
    owner = np.repeat([cast.ines.pk, cast.hugo.pk], months)
    day = np.asarray([day_number(one) for one in days])
    return Booked(np.tile(day, 2), owner, team, np.concatenate([2 * size, size]))


@pytest.fixture
def rows(cast):
    run = ForecastRun.objects.create(as_of=AS_OF, made_at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC), version="1")
    found = list(series.rows(run, years(cast)))
    ForecastRow.objects.bulk_create(found)
    return found


def test_teams_add_up_to_the_company_in_every_month_and_quarter(cast, rows):
    sums: dict = {}
    for row in rows:
        sums.setdefault((row.since, row.until), {})[row.team_id] = row.mean
    assert len(sums) == 24 + 8
    for told in sums.values():
        assert set(told) == {None, cast.south.pk, cast.north.pk}
        assert told[None] == pytest.approx(told[cast.south.pk] + told[cast.north.pk], abs=2)
    for row in rows:
        assert row.p10 <= row.mean <= row.p90 and row.mean == row.won + row.new and row.won >= 0


def test_months_add_up_to_their_quarters(cast, rows):
    told = {(row.since, row.until, row.team_id): row for row in rows}
    quarters = [row for row in rows if row.until - row.since > dt.timedelta(days=40)]
    assert len(quarters) == 3 * 8
    for quarter in quarters:
        months = [told.get((month.since, month.until, quarter.team_id)) for month in containing(quarter.since, "quarter").parts("month")]
        assert quarter.mean - quarter.won == sum(month.mean - month.won for month in months if month)


def test_a_team_between_two_others_counts_with_those_below(cast, system):
    """North leads West, which leads Coast; South stands beside them."""
    west = Team.objects.create(name="West", parent=cast.north)
    coast = Team.objects.create(name="Coast", parent=west)
    booked = years(cast)
    twice = [np.concatenate([part, part]) for part in (booked.day, booked.owner, booked.team, booked.amount)]
    here = np.concatenate([booked.team, np.repeat([coast.pk, west.pk], len(booked.team) // 2)])
    run = ForecastRun(as_of=AS_OF)
    found = {(row.since, row.until, row.team_id): row.mean for row in series.rows(run, Booked(twice[0], twice[1], here, twice[3]))}
    assert {team for _, _, team in found} == {None, cast.north.pk, cast.south.pk, west.pk, coast.pk}
    for (since, until, team), mean in found.items():
        if team is None:
            north, south, inner, outer = (found[since, until, one] for one in (cast.north.pk, cast.south.pk, west.pk, coast.pk))
            assert mean == pytest.approx(north + south, abs=2) and north >= inner - 1 and inner >= outer - 1
            assert inner > 1.2 * outer, "with its own people"


def test_the_season_is_seen_and_a_month_that_has_begun_keeps_what_is_booked(cast, rows, system):
    months = ahead.said("month", by=system)
    assert [row.since for row in months[:2]] == [D(2026, 11, 1), D(2026, 12, 1)]
    assert months[0].mean >= months[0].won > 3 * 1_000_00
    december, january = months[1].mean, months[2].mean
    assert december > 1.5 * january
    assert [row.since for row in ahead.said("quarter", by=system)[:2]] == [D(2026, 10, 1), D(2027, 1, 1)]


def test_who_sees_all_of_it(cast, rows):
    sees = {
        who: (bool(ahead.said("month", by=cast.actor(who))), [team.pk for team in ahead.teams(cast.actor(who))])
        for who in ("chiara", "daniel", "ines", "nobody")
    }
    assert sees == {
        "chiara": (True, [cast.north.pk, cast.south.pk]), "daniel": (False, [cast.south.pk]), "ines": (False, []), "nobody": (False, []),
    }  # fmt: skip
    assert ahead.said("month", by=cast.actor("daniel"), team=cast.south.pk)
    assert not ahead.said("month", by=cast.actor("daniel"), team=cast.north.pk)


def test_a_company_with_little_behind_it_says_nothing(cast):
    run = ForecastRun(as_of=AS_OF)
    nothing = Booked(*(np.empty(0) for _ in range(4)))
    assert list(series.rows(run, nothing)) == []
    two = years(cast, 2)
    assert list(series.rows(run, two)) == []
