"""Requests over the promise: the condition of the database and the clock of each lead agree."""

import datetime as dt

import pytest

from pacesetter.base import calendars, settings, teams
from pacesetter.base.models import Calendar
from pacesetter.crm import leads, promises, statuses
from pacesetter.crm.models import Lead
from tests.conftest import NOW

SPLIT = [[[540, 780], [840, 1080]]] * 5 + [[], []]


@pytest.mark.parametrize("minutes", [1, 30, 61, 240, 600, 5000])
@pytest.mark.parametrize("at", [NOW, dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC), dt.datetime(2026, 11, 23, 8, 15, tzinfo=dt.UTC)])
def test_the_beginning_of_a_wait_is_the_last_instant_with_enough_working_time(minutes, at):
    calendar = Calendar(name="x", time_zone="Europe/Madrid", hours=SPLIT)
    since = calendars.begun_before(calendar, at, minutes)
    assert since
    assert calendars.working_minutes(calendar, since, at) >= minutes
    assert calendars.working_minutes(calendar, since + dt.timedelta(minutes=1), at) < minutes


def test_a_calendar_without_hours_never_runs_out():
    assert calendars.begun_before(Calendar(name="x", hours=[[]] * 7), NOW, 1) is None


def test_the_condition_agrees_with_every_clock(cast, system):
    settings.put("lead.promise_minutes", 90, by=system)
    split = calendars.create("Split", time_zone="Europe/Madrid", hours=SPLIT, by=system)
    teams.edit(cast.south, calendar_id=split.pk, by=system)
    for owner in (cast.ines.pk, cast.hugo.pk, None):
        for hours in (0, 1, 1.5, 1.52, 2, 3, 5, 20, 70, 200):
            made = leads.create(last_name="x", owner=owner, by=system)
            Lead.objects.filter(pk=made.pk).update(received_at=NOW - dt.timedelta(hours=hours))
    rows = list(Lead.objects.all())
    late = {pk for pk, one in leads.response_clocks(rows).items() if one.over}
    assert set(promises.over(Lead.objects.all()).values_list("pk", flat=True)) == late
    assert 0 < len(late) < len(rows)


def test_a_status_of_the_companys_own_waits_too(cast, system):
    called = statuses.create({"en": "Called"}, type="working", by=system)
    lead = leads.create(last_name="x", status=called.pk, by=system)
    assert lead in promises.waiting(Lead.objects.all())
