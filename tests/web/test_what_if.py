"""The what-if page: what it answers to whom, how it is redrawn, and scenarios saved, compared, shared and taken back."""

import csv
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pacesetter.crm.models import Deal
from pacesetter.planning import scenarios
from pacesetter.planning.models import Scenario
from tests.planning.past import asked

pytestmark = pytest.mark.django_db
PAGE = "/forecast/what-if"


@pytest.fixture
def company(cast, system, settings, tmp_path):
    return asked(cast, system, settings, tmp_path)


def text_of(page: bytes) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.decode()).split())


def part(target):
    return {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": target}


def test_the_page_opens_with_the_forecast_as_it_is(company, signed_in):
    client = signed_in("chiara")
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(PAGE)
    assert answer.status_code == 200 and len(asked) <= 13
    text = text_of(answer.content)
    assert "Company, Q4 2026, as known at the end of 19 Nov" in text and "Nothing is assumed yet" in text
    for who, name in (("ines", "Ines Navarro,"), ("daniel", "South,")):
        assert name in text_of(signed_in(who).get(PAGE).content)


def test_it_is_redrawn_in_the_page_and_the_address_follows(company, signed_in):
    answer = signed_in("chiara").get(f"{PAGE}?win_rate=20&arrivals=-10&slip=0", **part("wi-answer"))
    assert answer.status_code == 200 and b"<html" not in answer.content and b'id="wi-answer"' in answer.content
    assert answer["HX-Push-Url"] == f"{PAGE}?period=2026-Q4&whose=company&win_rate=20&arrivals=-10"
    text = text_of(answer.content)
    assert "Win rate" in text and "+20%" in text and "−10%" in text
    same = signed_in("chiara").get(answer["HX-Push-Url"])
    assert same.status_code == 200 and 'name="win_rate" value="20"' in same.content.decode()
    assert signed_in("chiara").get(f"{PAGE}.svg?win_rate=20").status_code == 200


def test_what_cannot_be_is_said_beside_its_field(company, signed_in):
    answer = signed_in("ines").get(f"{PAGE}?win_rate=500&hires=1.5&cycle=ten&size=10")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Win rate must lie between -100 and 200." in page and 'id="wi-win_rate-error"' in page and 'name="win_rate" value="500"' in page
    assert "+10%" in text_of(answer.content)


def test_deals_are_left_out_moved_and_resized_by_who_sees_them(company, signed_in):
    mine, theirs = (Deal.objects.filter(status="open", owner=user).first() for user in (company.ines, company.hugo))
    client = signed_in("ines")
    page = client.get(PAGE).content.decode()
    assert f'name="drop" value="{mine.pk}"' in page and f'value="{theirs.pk}"' not in page and "Deal 43" not in page.replace(mine.name, "")
    answer = client.get(f"{PAGE}?drop={mine.pk}&worth.{mine.pk}=99.50&move.{mine.pk}=2026-12-31")
    assert {"Deals left out", "Deals moved"} <= set(re.findall(r"Deals left out|Deals moved", text_of(answer.content)))
    assert f'name="worth.{mine.pk}" value="99.50"' in answer.content.decode()
    hers, unknown = (text_of(client.get(f"{PAGE}?drop={pk}", **part("wi-answer")).content) for pk in (theirs.pk, 987_654_321))
    assert hers == unknown and "1 deal is not open here any more and was left out." in hers and "Nothing is assumed yet" in hers


def test_nobody_asks_about_those_they_do_not_see(company, signed_in):
    assert signed_in("ines").get(f"{PAGE}?whose=user-{company.hugo.pk}").status_code == 404
    assert signed_in("daniel").get(f"{PAGE}?whose=team-{company.north.pk}").status_code == 404
    assert "Nothing to change yet" in text_of(signed_in("daniel").get(f"{PAGE}?whose=company").content)
    assert "Nothing to change yet" in text_of(signed_in("nobody").get(PAGE).content)
    assert signed_in("nobody").get(f"{PAGE}.svg").status_code == signed_in("nobody").get(f"{PAGE}.csv").status_code == 204
    people = signed_in("daniel").get(PAGE).content.decode()
    assert f"user-{company.ines.pk}" in people and f"user-{company.hugo.pk}" not in people and f"team-{company.north.pk}" not in people


def test_the_board_opens_it_as_a_drawer(company, signed_in):
    board = signed_in("chiara").get("/forecast").content.decode()
    assert 'hx-get="/forecast/what-if?period=2026-Q4" hx-target="#sheet"' in board
    drawer = signed_in("chiara").get(f"{PAGE}?period=2026-Q4", **part("sheet"))
    assert b'id="sheet-title"' in drawer.content and b"<html" not in drawer.content
    assert "what-if?period" not in signed_in("chiara").get("/forecast?as_of=2026-11-01").content.decode()


class TestSaved:
    def save(self, client, query="win_rate=10", **more):
        answer = client.post(f"{PAGE}?{query}", {"form": "save", "name": "Hope", **more})
        return answer, Scenario.objects.order_by("-pk").first()

    def test_saved_opened_compared_and_taken_along(self, company, signed_in):
        client = signed_in("daniel")
        answer, made = self.save(client)
        assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}?scenario={made.pk}")
        opened = client.get(answer["Location"])
        assert "When it was saved it said" in text_of(opened.content) and 'name="win_rate" value="10"' in opened.content.decode()
        beside = client.get(f"{PAGE}?size=20&with={made.pk}", **part("wi-answer"))
        heads = re.findall(r'<th scope="col" class="num">(.*?)</th>', beside.content.decode())
        assert [text_of(head.encode()) for head in heads][-3:] == ["As it is", "With the assumptions", "Hope"]
        lines = list(csv.reader(io.StringIO(b"".join(client.get(f"{PAGE}.csv?size=20&with={made.pk}").streaming_content).decode())))
        assert lines[0] == ["", "As it is", "With the assumptions", "Hope"] and lines[1][0] == "Expected"
        whole = {row[0]: row[1:] for row in lines}
        assert float(whole["Expected"][2]) == made.result["after"]["mean"] / 100 and whole["Win rate"] == ["", "", "1.1"]

    def test_back_to_nothing_and_a_period_that_is_over(self, company, signed_in):
        client = signed_in("daniel")
        _answer, made = self.save(client)
        back = client.get(f"{PAGE}?scenario={made.pk}&win_rate=0", **part("wi-answer"))["HX-Push-Url"]
        assert "Nothing is assumed yet" in text_of(client.get(back).content)
        Scenario.objects.update(since="2026-07-01", until="2026-10-01")
        over = text_of(client.get(f"{PAGE}?scenario={made.pk}").content)
        assert "Nothing to change yet" in over and "When it was saved it said" in over

    def test_stages_hold_rates_to_their_open_deals(self, company, signed_in):
        deal = Deal.objects.filter(status="open", owner=company.ines).first()
        page = signed_in("daniel").get(f"{PAGE}?win_rate=-50&stage={deal.stage_id}").content.decode()
        assert f'name="stage" value="{deal.stage_id}" checked' in page and "Only in stages" in page

    def test_a_name_is_needed_and_sharing_a_capability(self, company, signed_in):
        answer = signed_in("ines").post(f"{PAGE}?win_rate=10", {"form": "save", "name": " "}, **part("wi-answer"))
        assert answer.status_code == 422 and b'id="wi-name-error"' in answer.content
        assert signed_in("ines").post(f"{PAGE}?win_rate=10", {"form": "save", "name": "Mine", "shared": "on"}).status_code == 403
        assert not Scenario.objects.exists()
        assert "Share it with" not in signed_in("ines").get(f"{PAGE}?win_rate=10").content.decode()

    def test_changed_removed_and_undone(self, company, signed_in):
        client = signed_in("daniel")
        _answer, made = self.save(client)
        client.post(f"/scenarios/{made.pk}", {"form": "edit", "name": "Fear", "shared": "on"})
        assert Scenario.objects.values_list("name", "shared").get() == ("Fear", True)
        page = client.get(f"{PAGE}?scenario={made.pk}").content.decode()
        client.post(re.search(r"/settings/undo/[\w-]+", page)[0])
        assert Scenario.objects.values_list("name", "shared").get() == ("Hope", False)
        gone = client.post(f"/scenarios/{made.pk}", {"form": "remove"})
        assert gone["Location"] == f"{PAGE}?period=2026-Q4" and not Scenario.objects.exists()
        client.post(re.search(r"/settings/undo/[\w-]+", client.get(gone["Location"]).content.decode())[0])
        assert Scenario.objects.get().name == "Hope"

    def test_those_of_others_are_not_there(self, company, signed_in):
        _answer, made = self.save(signed_in("daniel"))
        for who in ("ines", "mei", "chiara"):
            assert signed_in(who).get(f"{PAGE}?scenario={made.pk}").status_code == 404
            assert signed_in(who).post(f"/scenarios/{made.pk}", {"form": "remove"}).status_code == 404
        scenarios.edit(made, shared=True, by=company.actor("daniel"))
        assert signed_in("chiara").get(f"{PAGE}?scenario={made.pk}").status_code == 200
        assert signed_in("mei").get(f"{PAGE}?scenario={made.pk}").status_code == 404
        assert signed_in("chiara").post(f"/scenarios/{made.pk}", {"form": "remove"}).status_code == 403
