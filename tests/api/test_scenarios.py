"""What if and scenarios asked by machines: scope, refusals, what is kept and what it says today."""

import json

import pytest

from pacesetter.crm.models import Deal
from pacesetter.planning.models import Scenario
from tests.planning.past import asked

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(cast, system, settings, tmp_path):
    return asked(cast, system, settings, tmp_path)


def test_asking_changes_nothing_and_says_what_adds_up(company, caller):
    deal = Deal.objects.filter(status="open", owner=company.ines).first()
    asked = {"win_rate": 1.2, "arrivals": 0.9, "worth": {str(deal.pk): 50_000.5}}
    status, said = caller("chiara").call("POST", "/forecast/what-if", {"assumptions": asked})
    assert status == 200 and said["assumptions"] == asked and said["missing"] == 0 and said["as_of"] == "2026-11-19"
    assert [one["assumption"] for one in said["effects"]] == ["win_rate", "arrivals", "worth"]
    assert sum(one["amount"] for one in said["effects"]) == pytest.approx(said["after"]["mean"] - said["before"]["mean"])
    whole = {row["user"] or row["team"]: row for row in caller("chiara").call("GET", "/forecast")[1]}
    assert {name: whole[None][name] for name in said["before"]} == said["before"]
    assert not Scenario.objects.exists()


def test_a_repeated_scenario_is_kept_once(company, caller):
    body = json.dumps({"name": "Hope", "assumptions": {"win_rate": 1.1}})
    first, again = (
        caller("chiara").post("/api/v1/scenarios", body, content_type="application/json", HTTP_IDEMPOTENCY_KEY="one") for _ in range(2)
    )
    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (201, 201, "true")
    assert again.json() == first.json() and Scenario.objects.count() == 1


def test_everybody_asks_about_what_they_see(company, caller):
    theirs = Deal.objects.filter(status="open", owner=company.hugo).first()
    said = caller("ines").call("POST", "/forecast/what-if", {"assumptions": {"dropped": [theirs.pk]}})[1]
    nothing = caller("ines").call("POST", "/forecast/what-if", {"assumptions": {"dropped": [987_654_321]}})[1]
    assert said == nothing and said["missing"] == 1 and said["before"] == said["after"] and said["user"] == company.ines.pk
    assert caller("ines").call("POST", "/forecast/what-if", {"user": company.hugo.pk})[0] == 404
    assert caller("daniel").call("POST", "/forecast/what-if", {"team": company.north.pk})[0] == 404
    for who, body in (
        ("ines", {"company": True}),
        ("nobody", {}),
        ("chiara", {"period": "last_quarter"}),
        ("chiara", {"user": 1, "team": 1}),
    ):
        assert caller(who).call("POST", "/forecast/what-if", body)[0] == 422, who
    for assumed in (
        {"luck": 1},
        {"win_rate": 9},
        {"worth": {"1": "much"}},
        {"worth": {"1": 0.001}},
        {"moved": {"1": "soon"}},
        {"dropped": 1},
    ):
        assert caller("chiara").call("POST", "/forecast/what-if", {"assumptions": assumed})[0] == 422, assumed


def test_kept_renamed_shared_and_forgotten(company, caller):
    body = {"name": "Hope", "assumptions": {"win_rate": 1.1}}
    status, made = caller("daniel").call("POST", "/scenarios", body)
    assert status == 201 and (made["team"], made["assumptions"]) == (company.south.pk, {"win_rate": 1.1})
    for who in ("ines", "mei", "chiara"):
        assert caller(who).call("GET", f"/scenarios/{made['id']}")[0] == 404 and caller(who).call("GET", "/scenarios") == (200, [])
    _status, again = caller("daniel").call("GET", f"/scenarios/{made['id']}")
    assert again["now"]["after"] == made["after"] == again["after"]
    assert caller("daniel").call("PATCH", f"/scenarios/{made['id']}", {"shared": True, "name": "Fear"})[1]["name"] == "Fear"
    assert [one["name"] for one in caller("chiara").call("GET", "/scenarios")[1]] == ["Fear"]
    assert caller("mei").call("GET", "/scenarios") == (200, [])
    assert caller("chiara").call("DELETE", f"/scenarios/{made['id']}")[0] == 403
    assert caller("daniel").call("DELETE", f"/scenarios/{made['id']}")[0] == 204 and not Scenario.objects.exists()
    assert caller("ines").call("POST", "/scenarios", body | {"shared": True})[0] == 403
    assert caller("nobody").call("POST", "/scenarios", body)[0] == 422 and not Scenario.objects.exists()
