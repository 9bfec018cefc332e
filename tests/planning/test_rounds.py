"""Rounds of calls: one closes each week, and whatever comes later counts for the next."""

import datetime as dt

import pytest

from pacesetter.base import settings
from pacesetter.core.errors import Invalid
from pacesetter.planning import rounds

pytestmark = pytest.mark.django_db
D = dt.date


def at(day, hour, minute=0):
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=dt.UTC)


def test_a_round_lasts_from_one_call_to_the_next(stopped_clock):
    found = rounds.now()  # a Friday
    assert (found.day, found.day_before, found.next_day) == (D(2026, 11, 16), D(2026, 11, 9), D(2026, 11, 23))
    assert (found.since, found.until) == (at(9, 12), at(16, 12))
    assert found.is_open(at(16, 12)) and not found.is_open(at(16, 12, 1))


def test_on_its_day_the_round_is_the_new_one():
    assert rounds.on(D(2026, 11, 15)).day == D(2026, 11, 9)
    assert rounds.on(D(2026, 11, 16)).day == D(2026, 11, 16)


def test_day_and_time_are_the_companys_choice_in_its_own_zone(system):
    for key, value in (("forecast.call_day", "thursday"), ("forecast.call_time", "09:30"), ("company.time_zone", "America/New_York")):
        settings.put(key, value, by=system)
    found = rounds.on(D(2026, 11, 20))
    assert found.day == D(2026, 11, 19) and found.until.astimezone(dt.UTC) == at(19, 14, 30)


@pytest.mark.parametrize(("key", "value"), [("forecast.call_day", "payday"), ("forecast.call_time", "noon"), ("forecast.rollup", "both")])
def test_what_is_no_day_or_time_is_refused(system, key, value):
    with pytest.raises(Invalid):
        settings.put(key, value, by=system)
