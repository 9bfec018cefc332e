"""Tools, licences and weekly use."""

import datetime as dt

import pytest

from pacesetter.core.errors import Invalid, NotAllowed
from pacesetter.enablement import tools
from pacesetter.enablement.models import ToolUse

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 11, 16)


@pytest.fixture
def tool(cast):
    return tools.create("Call recorder", core_act={"en": "Recorded a call"}, by=cast.actor("chiara"))


def test_a_person_holds_one_licence_at_a_time(tool, cast):
    chiara = cast.actor("chiara")
    (licence,) = tools.give(tool, users=[cast.ines], since=MONDAY, by=chiara)
    with pytest.raises(Invalid) as refusal:
        tools.give(tool, users=[cast.hugo, cast.ines], since=MONDAY, by=chiara)
    assert refusal.value.code == "overlap" and tool.licences.count() == 1
    tools.end(licence, on=dt.date(2026, 12, 1), by=chiara)
    tools.give(tool, users=[cast.ines], since=dt.date(2026, 12, 1), by=chiara)


def test_use_belongs_to_the_week_and_a_second_statement_replaces_the_first(tool, cast):
    chiara = cast.actor("chiara")
    tools.note_use_many([(tool, cast.ines, MONDAY + dt.timedelta(3), False, 4)], by=chiara)
    tools.note_use_many([(tool, cast.ines, MONDAY, True, 0)], by=chiara)
    use = ToolUse.objects.get()
    assert (use.week, use.core_acts, use.signed_in) == (MONDAY, 0, True)


def test_sellers_cannot(cast):
    with pytest.raises(NotAllowed):
        tools.create("x", by=cast.actor("ines"))
