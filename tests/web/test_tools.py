"""Tools: registered, licensed, their use stated, and the share that the metric says."""

import datetime as dt

import pytest

from pacesetter.base import warehouse
from pacesetter.enablement import tools
from pacesetter.enablement.models import Licence, Tool, ToolUse

D = dt.date
MONDAY = D(2026, 11, 9)


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.PACESETTER_DATA = tmp_path


@pytest.fixture
def sequencer(company, cast, system):
    """Ines used it in a week, Hugo did not."""
    tool = tools.create("Sequencer", core_act={"en": "Sent a step"}, vendor="Aster", by=system)
    tools.give(tool, users=[cast.ines, cast.hugo], since=D(2026, 11, 1), by=system)
    tools.note_use_many([(tool, cast.ines, MONDAY, True, 4), (tool, cast.hugo, MONDAY, True, 0)], by=system)
    warehouse.refresh()
    return tool


def test_the_list_shows_use_and_person_weeks(sequencer, signed_in):
    page = signed_in("chiara").get("/tools").content.decode()
    assert "Sent a step" in page
    assert "50.0%" in page
    assert "1 of 2" in page


def test_no_tool_says_why_and_what_to_do(company, signed_in):
    page = signed_in("chiara").get("/tools").content.decode()
    assert "No tool registered" in page
    assert 'href="/tools/new"' in page


def test_a_tool_is_registered(company, signed_in):
    signed_in("chiara").post("/tools/new", {"form": "tool", "name": "Recorder", "vendor": "Bolt", "act-en": "Recorded a call"})
    assert Tool.objects.get().core_act == {"en": "Recorded a call"}
    assert signed_in("chiara").post("/tools/new", {"form": "tool", "name": " "}).status_code == 422


def test_licences_are_given_and_ended(sequencer, cast, signed_in):
    client, address = signed_in("chiara"), f"/tools/{sequencer.pk}"
    client.post(address, {"form": "give", "user": [cast.ana.pk, cast.daniel.pk], "since": "2026-11-20", "cost": "30.50"})
    licence = Licence.objects.get(user=cast.ana)
    assert licence.cost == 3050
    client.post(address, {"form": "end", "licence": Licence.objects.get(user=cast.ines).pk})
    assert Licence.objects.get(user=cast.ines).until == D(2026, 11, 20)
    refused = client.post(address, {"form": "give", "user": [cast.hugo.pk], "since": "2026-11-20"})
    assert refused.status_code == 422
    assert client.post(address, {"form": "give", "since": "2026-11-20"}).status_code == 422


def test_the_use_of_a_week_is_typed(sequencer, cast, signed_in):
    address = f"/tools/{sequencer.pk}?week=2026-11-12"
    sent = {"form": "use", f"acts-{cast.ines.pk}": "7", f"acts-{cast.hugo.pk}": "", f"signed-{cast.hugo.pk}": "on"}
    page = signed_in("chiara").post(address, sent, follow=True).content.decode()
    assert "Use of 2 people stated" in page
    assert ToolUse.objects.get(user=cast.ines, week=MONDAY).core_acts == 7
    assert signed_in("chiara").post(address, sent | {f"acts-{cast.ines.pk}": "few"}, follow=True).status_code in (200, 422)
    assert ToolUse.objects.get(user=cast.ines, week=MONDAY).core_acts == 7


def test_who_may_look_and_who_may_change(sequencer, cast, signed_in):
    assert signed_in("ines").get("/tools").status_code == 403
    assert signed_in("daniel").get("/tools").status_code == 200
    page = signed_in("daniel").get(f"/tools/{sequencer.pk}?week={MONDAY}").content.decode()
    assert "Ines Navarro" in page
    assert "Hugo Marchetti" not in page
    assert signed_in("daniel").post(f"/tools/{sequencer.pk}", {"form": "end", "licence": Licence.objects.first().pk}).status_code == 403
