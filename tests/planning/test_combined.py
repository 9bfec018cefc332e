"""Deals and series combined: who counts how much, and that everything still adds up."""

import datetime as dt

import pytest

from pacesetter.core.periods import parse
from pacesetter.planning import combined, forecasts
from pacesetter.planning.models import COMBINED, DEALS, SERIES, ForecastRow, ForecastRun
from tests.planning.past import TODAY

pytestmark = pytest.mark.django_db
QUARTER = parse("2027-Q2", TODAY)
MONTHS = list(QUARTER.parts("month"))


@pytest.fixture
def run():
    return ForecastRun.objects.create(as_of=TODAY - dt.timedelta(days=1), made_at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC), version="1")


def row(run, method, period, mean, half, team=None):
    money = {"mean": mean, "p10": max(mean - half, 0), "p50": mean, "p90": mean + half, "won": 0}
    parts = {"open": mean // 4, "new": mean - mean // 4} if method == DEALS else {"open": 0, "new": mean}
    return ForecastRow(run_id=run.key, team_id=team and team.pk, since=period.since, until=period.until, method=method, currency="USD", **money, **parts)  # fmt: skip


@pytest.fixture
def told(cast, run):
    """Deals err half as much as series; the company is two teams."""
    rows = []
    for number, period in enumerate([*MONTHS, QUARTER]):
        size = 3 if period == QUARTER else 1 + number / 10
        for team, part in ((None, 3), (cast.north, 1), (cast.south, 2)):
            rows.append(row(run, DEALS, period, round(100_001 * part * size), round(30_000 * size), team))
            rows.append(row(run, SERIES, period, round(200_003 * part * size), round(60_000 * size), team))
    return rows


def test_the_nearer_one_counts_more_and_the_card_says_how_much(run, told):
    found = {(one.since, one.until, one.team_id): one for one in combined.rows(run, told, dict.fromkeys([*MONTHS, QUARTER], True))}
    assert set(run.card["deals_count"].values()) == {0.8}
    first = found[MONTHS[0].since, MONTHS[0].until, None]
    assert first.mean == round(0.8 * 300_003 + 0.2 * 600_009) and first.mean == first.open + first.new
    assert first.p90 - first.mean == pytest.approx(0.8 * 30_000 + 0.2 * 60_000, abs=1)


def test_teams_add_up_to_the_company_and_months_to_the_quarter(run, told, cast):
    found = {(one.since, one.until, one.team_id): one.mean for one in combined.rows(run, told, dict.fromkeys([QUARTER, *MONTHS], True))}
    for period in (*MONTHS, QUARTER):
        company, *teams = (found[period.since, period.until, team] for team in (None, cast.north.pk, cast.south.pk))
        assert company == pytest.approx(sum(teams), abs=3)
    for team in (None, cast.north.pk, cast.south.pk):
        assert found[QUARTER.since, QUARTER.until, team] == sum(found[month.since, month.until, team] for month in MONTHS)


def test_deals_that_were_never_measured_do_not_count(run, told):
    found = next(combined.rows(run, told, {QUARTER: False}))
    assert found.mean == 200_003 * 3 * 3 and found.open == 0 and run.card["deals_count"] == {QUARTER.label: 0.0}


def test_where_only_one_speaks_nothing_is_combined(run, told):
    alone = [one for one in told if one.method == DEALS or one.team_id is None]
    assert {one.team_id for one in combined.rows(run, alone, {QUARTER: True})} == {None}
    assert list(combined.rows(run, [one for one in told if one.method == DEALS], {QUARTER: True})) == []


def test_what_stands_is_the_same_method_for_everybody(run, told):
    rows = [*told, *combined.rows(run, told, {QUARTER: True})]
    stands = {(one.since, one.until, one.method) for one in forecasts.chosen(rows)}
    assert stands == {(QUARTER.since, QUARTER.until, COMBINED), *((month.since, month.until, DEALS) for month in MONTHS)}
