"""Forecasts of the company: what a run reads and writes, whom it tells apart, what it never changes."""

import datetime as dt

import pytest

from pacesetter.analytics import numbers
from pacesetter.base import clock, jobs, settings, warehouse
from pacesetter.base.actor import Actor
from pacesetter.base.models import Job
from pacesetter.core import periods
from pacesetter.core.errors import NotAllowed, Refused
from pacesetter.core.periods import add_months
from pacesetter.crm import deals
from pacesetter.crm.models import Deal
from pacesetter.planning import forecast_jobs, forecasts, runs
from pacesetter.planning.models import DealOutlook, ForecastRow, ForecastRun
from tests.planning.past import TODAY, D, live

pytestmark = pytest.mark.django_db
Q4, Q3 = (periods.parse(f"2026-Q{number}", TODAY) for number in (4, 3))
MONEY = ("mean", "p10", "p50", "p90", "won", "open", "new")


@pytest.fixture
def company(cast, system, settings, tmp_path):
    settings.PACESETTER_DATA = tmp_path
    live(cast, system)
    return cast


def figures(row):
    return {name: getattr(row, name) for name in MONEY}


def test_a_run_tells_people_teams_and_the_company(company, system):
    run = runs.make(by=system)
    found = forecasts.standing(Q4)
    assert run.as_of == TODAY - dt.timedelta(days=1) and run.card["closed"] > 30
    assert set(found) == {None, company.ines.pk, company.hugo.pk}
    for row in ForecastRow.objects.all():
        assert row.mean == row.won + row.open + row.new and row.p10 <= row.p50 <= row.p90
    people = [figures(found[pk]) for pk in (company.ines.pk, company.hugo.pk)]
    for part in ("mean", "won", "open", "new"):
        assert figures(found[None])[part] == sum(person[part] for person in people)
    assert found[None].open > 0 and found[None].new > 0 and found[None].p10 < found[None].mean < found[None].p90
    board = {
        (D(2026, 10, 1), D(2027, 1, 1)), (D(2026, 11, 1), D(2026, 12, 1)), (D(2027, 1, 1), D(2027, 4, 1)), (D(2026, 12, 1), D(2027, 1, 1)),
    }  # fmt: skip
    assert {(row.since, row.until) for row in ForecastRow.objects.exclude(user=None)} == board
    told = {(row.since, row.until): row for row in ForecastRow.objects.filter(user=None, team=None, method="deals")}
    windows = {(TODAY, TODAY + dt.timedelta(days=14)), (TODAY, TODAY + dt.timedelta(days=28))}
    later = {(month.since, month.until) for month in periods.span(D(2027, 1, 1), D(2027, 10, 1)).parts("month")}
    assert set(told) == board | windows | later | {(D(2027, 4, 1), D(2027, 7, 1)), (D(2027, 7, 1), D(2027, 10, 1))}
    for quarter in (D(2027, 1, 1), D(2027, 4, 1), D(2027, 7, 1)):
        months = [row for (since, _until), row in told.items() if quarter <= since < add_months(quarter, 3)]
        whole = told[quarter, add_months(quarter, 3)]
        assert sum(row.mean for row in months if row is not whole) == pytest.approx(whole.mean, abs=10)


def test_what_is_won_is_what_bookings_say(company, system):
    runs.make(by=system)
    (cell,) = numbers.measure("bookings", by=system, period=Q4, as_of=TODAY - dt.timedelta(days=1))
    assert forecasts.standing(Q4)[None].won == int(cell.value * 100) > 0


def test_teams_are_their_people_and_those_of_the_teams_below(company, system):
    runs.make(by=system)
    people, teams = forecasts.standing(Q4), forecasts.of_teams(Q4)
    assert teams and all(row.user_id is None for row in teams.values())
    assert max(row.mean for row in teams.values()) <= people[None].mean


def test_every_open_deal_has_its_outlook_and_those_that_close_lose_it(company, system):
    runs.make(by=system)
    found = DealOutlook.objects.in_bulk()
    assert set(found) == set(Deal.objects.filter(status="open", created_on__lt=TODAY).values_list("pk", flat=True))
    assert all(0 <= one.win <= one.ever <= 1_000_000 and one.win + one.lose <= 1_000_001 for one in found.values())
    gone = Deal.objects.get(pk=min(found))
    with clock.set_to(dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)):
        deals.archive(gone, by=system)
    with clock.set_to(dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)):
        warehouse.refresh()
        runs.make(by=system)
    assert not DealOutlook.objects.filter(pk=gone.pk).exists()
    assert DealOutlook.objects.exists() and ForecastRun.objects.count() == 2


def test_what_happens_later_does_not_change_what_a_past_day_says(company, system):
    past = TODAY - dt.timedelta(days=60)
    first = [figures(row) | {"user": row.user_id} for row in runs.make(past, by=system).rows.all()]
    for number, deal in enumerate(Deal.objects.filter(status="open")):
        deals.edit(deal, by=system, amount=1_000_000 + number, close_date=D(2027, 5, 5))
    warehouse.refresh()
    again = [figures(row) | {"user": row.user_id} for row in runs.make(past, by=system).rows.all()]
    assert first == again and len(first) > 4


def test_a_past_day_does_not_touch_how_deals_are_seen_now(company, system):
    run = runs.make(by=system)
    runs.make(TODAY - dt.timedelta(days=30), by=system)
    assert set(DealOutlook.objects.values_list("run", flat=True)) == {run.pk}
    assert forecasts.newest() == run


def test_a_day_that_is_not_over_and_a_company_without_a_past_are_refused(company, system):
    for day, code in ((TODAY, "day_not_over"), (D(2025, 10, 1), "too_few_closed")):
        with pytest.raises(Refused) as refusal:
            runs.make(day, by=system)
        assert refusal.value.code == code
    assert not ForecastRun.objects.exists() and not ForecastRow.objects.exists()


def test_who_may_not_set_targets_may_not_ask(company):
    with pytest.raises(NotAllowed):
        runs.make(by=company.actor("ines"))


class TestJobs:
    def test_every_night_once_and_the_past_once(self, company, monkeypatch):
        monkeypatch.setattr(forecast_jobs, "WEEKS", 4)
        for _ in range(2):
            monkeypatch.setattr(forecast_jobs, "_next_look", 0.0)
            forecast_jobs.nightly()
        assert sorted(Job.objects.values_list("key", flat=True)) == ["forecast", "forecast.past"]
        for job in Job.objects.order_by("pk"):
            assert jobs.run_inline(job).state == "done", job.error
        asked = list(ForecastRun.objects.values_list("as_of", flat=True))
        assert asked[0] == D(2026, 11, 19) and D(2026, 11, 15) in asked

    def test_weeks_that_were_asked_are_not_asked_again(self, company, system):
        for made in (3, 0):
            job = jobs.run_inline(jobs.start("forecast.past", by=system, weeks=3))
            assert job.result == {"runs": made, "reviews": 0}

    def test_the_past_steps_aside_for_jobs_that_somebody_waits_for(self, company, system):
        past, other = jobs.start("forecast.past", by=system, weeks=2), jobs.start("forecast", by=system, as_of="2026-11-19")
        assert jobs.run_inline(past).result == {"runs": 0, "reviews": 0}
        again = Job.objects.get(key="forecast.past", state="queued")
        assert again.pk > other.pk and again.args == {"weeks": 2}
        jobs.run_inline(other)
        assert jobs.run_inline(again).result["runs"] == 2

    def test_nothing_is_asked_where_the_company_does_not_want_it(self, company, system, monkeypatch):
        monkeypatch.setattr(forecast_jobs, "_next_look", 0.0)
        settings.put("forecast.nightly", False, by=system)
        forecast_jobs.nightly()
        assert not Job.objects.exists()

    def test_too_little_past_is_an_answer(self, cast, settings, tmp_path):
        settings.PACESETTER_DATA = tmp_path
        warehouse.refresh()
        job = jobs.run_inline(jobs.start("forecast", by=Actor.system(), as_of="2026-11-19"))
        assert job.state == "done" and job.result["refused"] == "too_few_closed"


class TestWhole:
    """The one row that stands for everything that somebody sees."""

    def test_the_company_a_team_oneself_or_nothing(self, company, system):
        runs.make(by=system)
        found = {who: forecasts.whole(Q4, by=company.actor(who)) for who in ("chiara", "daniel", "ines", "nobody", "ana")}
        assert (found["chiara"].user_id, found["chiara"].team_id) == (None, None)
        assert found["daniel"].team_id == company.south.pk and found["ines"].user_id == company.ines.pk
        assert found["nobody"] is None and found["ana"] is None
        assert forecasts.whole(Q4, by=company.actor("chiara"), team=company.north.pk).team_id == company.north.pk
        assert forecasts.whole(Q4, by=company.actor("daniel"), team=company.north.pk) is None

    def test_a_team_is_seen_by_those_who_see_everybody_in_it(self, company, system):
        runs.make(by=system)
        assert {row.team_id or row.user_id for row in forecasts.visible(Q4, by=company.actor("daniel"))} == {
            company.south.pk,
            company.ines.pk,
        }
        assert {row.user_id for row in forecasts.visible(Q4, by=company.actor("ines"))} == {company.ines.pk}
