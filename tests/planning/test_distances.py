"""How right forecasts were by how far ahead they looked: which runs count, what stood, and who may see it."""

import datetime as dt

import pytest

from pacesetter.base import warehouse
from pacesetter.core.periods import parse
from pacesetter.planning import distances, histories
from pacesetter.planning.distances import STANDING
from pacesetter.planning.models import COMBINED, DEALS, SERIES, ForecastRow, ForecastRun
from tests.planning.past import TODAY, D, live

pytestmark = pytest.mark.django_db
Q3 = parse("2026-Q3", TODAY)


@pytest.fixture(autouse=True)
def company(cast, system, settings, tmp_path):
    settings.PACESETTER_DATA = tmp_path
    live(cast, system)
    return cast


def said(as_of, period, **means):
    """A run that said so of a period, by method; the band is a fifth either side."""
    run = ForecastRun.objects.create(as_of=as_of, made_at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC), version="1")
    for method, mean in means.items():
        money = {"mean": mean, "p10": mean * 4 // 5, "p50": mean, "p90": mean * 6 // 5, "won": 0, "open": 0, "new": mean}
        ForecastRow.objects.create(run=run, since=period.since, until=period.until, method=method, currency="USD", **money)
    return run


def booked(period):
    found = histories.booked(warehouse.current())
    return int(found.amount[found.inside(period)].sum())


def test_every_method_is_scored_at_its_distance_and_what_stood_once_more(system):
    said(D(2026, 7, 5), Q3, deals=100, series=200)
    said(D(2026, 1, 4), Q3, deals=300, series=400, combined=350)
    found = {(one.ahead, one.method): one for one in distances.looked("quarter", by=system)}
    assert {key: one.said for key, one in found.items()} == {
        (0, DEALS): 100, (0, SERIES): 200, (0, STANDING): 100, (2, DEALS): 300, (2, SERIES): 400, (2, COMBINED): 350, (2, STANDING): 350,
    }  # fmt: skip
    assert {one.actual for one in found.values()} == {booked(Q3)} and booked(Q3) > 0
    assert (found[0, DEALS].low, found[0, DEALS].high) == (80, 120)


def test_of_a_month_the_first_run_counts_and_what_is_not_over_does_not(system):
    for day, mean in ((D(2026, 8, 2), 1), (D(2026, 8, 5), 2), (D(2026, 8, 20), 3)):
        said(day, Q3, deals=mean)
    said(D(2026, 10, 4), parse("2026-Q4", TODAY), deals=4)
    assert {one.said for one in distances.looked("quarter", by=system)} == {1}
    assert not distances.looked("month", by=system)


def test_the_days_just_after_are_scored_when_they_are_over(system):
    def window(as_of, days):
        return parse(f"{as_of + dt.timedelta(days=1)}..{as_of + dt.timedelta(days=days)}", TODAY)

    days = [D(2026, 6, 1), D(2026, 6, 8), D(2026, 6, 15), D(2026, 11, 15)]
    for number, day in enumerate(days):
        said(day, window(day, 14), deals=number)
    said(D(2026, 6, 1), window(D(2026, 6, 8), 14), deals=99)  # not just after
    found = distances.windows(by=system)
    assert [one.said for one in found[14]] == [0, 1, 2] and found[28] == []
    assert [one.actual for one in found[14]] == [booked(window(day, 14)) for day in days[:3]]
    assert distances.apart(found[14]) == 2


def test_only_who_sees_everybody_sees_the_company(company):
    said(D(2026, 7, 5), Q3, deals=100)
    for who, sees in (("chiara", True), ("daniel", False), ("ines", False), ("nobody", False)):
        assert bool(distances.looked("quarter", by=company.actor(who))) is sees
        assert bool(distances.windows(by=company.actor(who))) is sees
