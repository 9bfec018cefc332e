"""Leads in the web: the clock, the record, the conversion."""

import datetime as dt
import re

from pacesetter.crm import leads, statuses
from pacesetter.crm.models import Deal, Lead
from tests.conftest import NOW
from tests.web.conftest import HTMX


def test_the_list_shows_the_response_clock(company, signed_in):
    page = signed_in("ana").get("/leads").content.decode()
    assert "Nora Lindholm" in page
    assert 'class="clock' in page


def test_the_queue_is_led_by_how_the_last_requests_were_answered(company, signed_in):
    ana = signed_in("ana")
    page = ana.get("/leads").content.decode()
    assert "Waiting now" in page
    assert "not answered" in page or "Last 30 days" not in page
    assert "Waiting now" not in ana.get("/leads?view=all").content.decode()
    assert "Waiting now" not in ana.get("/leads?q=nora").content.decode()


def test_conversion_is_previewed_then_made(company, signed_in):
    client, lead = signed_in("ana"), company["lead"]
    preview = client.get(f"/leads/{lead.pk}/conversion", **HTMX).content.decode()
    assert "Brightwater" in preview
    answer = client.post(f"/leads/{lead.pk}/conversion", {"with_deal": "on", "name": "First order"}, **HTMX)
    made = Deal.objects.get(name="First order")
    assert answer["HX-Redirect"] == f"/deals/{made.pk}"
    assert Lead.objects.get(pk=lead.pk).converted_deal_id == made.pk
    assert b"Converted." in client.get(f"/leads/{lead.pk}").content


def test_a_colleague_of_another_team_does_not_find_it(company, signed_in):
    assert signed_in("hugo").get(f"/leads/{company['lead'].pk}").status_code == 404


def test_an_answer_stops_the_clock(company, signed_in):
    client, lead = signed_in("ana"), company["lead"]
    client.post("/activities", {"about": "lead", "record": lead.pk, "kind": "call", "subject": "Called back"})
    assert Lead.objects.get(pk=lead.pk).first_response_at is not None
    assert b"answered in" in client.get(f"/leads/{lead.pk}").content


COUNT = re.compile(r'href="(/leads\?view=late[^"]*)">(?:<small class="muted">)?Over the promise(?:</small>)? ?<b[^>]*>(\d+)</b>')


def test_the_count_over_the_promise_opens_exactly_those_leads(company, cast, system, signed_in):
    for n in range(3):
        made = leads.create(last_name=f"Late {n}", owner=cast.ana.pk if n else cast.hugo.pk, by=system)
        Lead.objects.filter(pk=made.pk).update(received_at=NOW - dt.timedelta(days=3))
    for who, count in (("chiara", 3), ("ana", 2), ("hugo", 1)):
        client = signed_in(who)
        for page in (client.get("/leads"), client.get("/leads?view=all")):
            found = COUNT.search(page.content.decode())
            assert found
            assert int(found[2]) == count
            listed = client.get(found[1].replace("&amp;", "&")).content.decode()
            assert len(re.findall('<tr data-href="', listed)) == count
    narrowed = signed_in("chiara").get("/leads?view=all&q=late 1").content.decode()
    assert "view=late" in narrowed
    assert re.search(r"Over the promise\s*<b>1</b>", narrowed)


def test_the_queue_holds_a_status_of_the_companys_own(company, system, signed_in):
    called = statuses.create({"en": "Called"}, type="working", by=system)
    leads.edit(company["lead"], status=called.pk, by=system)
    for view in ("waiting", "mine", "open"):
        assert b"Nora Lindholm" in signed_in("ana").get(f"/leads?view={view}").content
