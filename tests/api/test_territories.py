"""Territory plans drawn and published by machines: what they read, how a draft is drawn, its life, and who is refused."""

import json

import pytest

from pacesetter.base import clock, jobs
from pacesetter.crm.models import Account
from pacesetter.planning.models import TerritoryPlan
from tests.planning import drawn

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(cast, system):
    return drawn.company(cast, system)


@pytest.fixture
def plan(known, cast):
    return drawn.draft(cast.actor("chiara"))


@pytest.fixture
def chiara(caller):
    """Calls as Chiara about a plan; refusals are raised."""
    client = caller("chiara")

    def call(method, path, body=None, status=200):
        found, answer = client.call(method, f"/territory-plans{path}", body)
        assert found == status, answer
        return answer

    return call


def place(plan, name):
    return plan.territories.get(name=name)


def run_all():
    for job in jobs.Job.objects.filter(state="queued").order_by("pk"):
        drawn.run(job)


def test_a_draft_is_gathered_by_a_job_and_copied(known, chiara):
    begun = chiara("POST", "", {"name": "FY27", "where": "city in (Madrid, Sevilla)"}, status=202)
    assert (begun["made"], begun["state"], begun["job"]["state"]) == (False, "draft", "queued")
    waiting = chiara("GET", f"/{begun['id']}")
    assert (waiting["accounts"], waiting["territories"], waiting["job"]["state"]) == (0, [], "queued")
    run_all()
    shown = chiara("GET", f"/{begun['id']}")
    assert (shown["made"], shown["accounts"], shown["moved"], shown["job"]) == (True, 4, 0, None)
    copied = chiara("POST", f"/{begun['id']}/copies", {"name": "FY27 B"}, status=202)
    assert [one["name"] for one in chiara("GET", "")] == ["FY27 B", "FY27"]
    run_all()
    assert chiara("GET", f"/{copied['id']}")["copy_of"] == begun["id"]
    chiara("POST", "", {"name": "Empty", "where": "city = Roma"}, status=422)


def test_lines_and_moves_say_what_a_plan_does(known, plan, chiara):
    ines, hugo = (place(plan, name).pk for name in ("Ines Navarro", "Hugo Marchetti"))
    chiara("POST", f"/{plan.pk}/moves", {"accounts": [known["Sevilla 1"].pk], "territory": hugo}, status=201)
    shown = chiara("GET", f"/{plan.pk}")
    lines = {line["name"]: line for line in shown["territories"]}
    assert (lines["Hugo Marchetti"]["now"]["accounts"], lines["Hugo Marchetti"]["plan"]["accounts"]) == (2, 3)
    assert (lines["Hugo Marchetti"]["plan"]["pipeline"], lines["Hugo Marchetti"]["gained"], lines["Ines Navarro"]["lost"]) == (5000.0, 1, 1)
    [move] = shown["moves"]
    assert (move["from"], move["to"], move["cities"], move["accounts"]) == (ines, hugo, ["Sevilla"], [known["Sevilla 1"].pk])
    assert (move["pipeline"], move["open_deals"]) == (5000.0, 1)
    assert shown["spread"].keys() == {"workload", "potential"}


def test_accounts_page_by_page(known, plan, chiara):
    ines = place(plan, "Ines Navarro").pk
    first = chiara("GET", f"/{plan.pk}/accounts?size=3&territory={ines}")
    second = chiara("GET", f"/{plan.pk}/accounts?size=3&territory={ines}&cursor={first['next']}")
    names = {row["name"] for page in (first, second) for row in page["rows"]}
    assert (first["count"], names, second["next"]) == (4, {"Madrid 1", "Madrid 2", "Sevilla 1", "Sevilla 2"}, None)
    assert chiara("GET", f"/{plan.pk}/accounts?moved=true")["rows"] == []
    chiara("GET", f"/{plan.pk}/accounts?cursor=here", status=422)


def test_a_draft_is_drawn_and_undone(known, plan, chiara, cast):
    south = chiara("POST", f"/{plan.pk}/territories", {"name": "South", "owner": cast.ines.pk, "where": "city = Sevilla"}, status=201)
    one = f"/{plan.pk}/territories/{south['id']}"
    under = place(plan, "Ines Navarro").pk
    changed = chiara("PATCH", one, {"position": -1, "parent": under, "latitude": 37.4, "longitude": -6.0, "capacity": 0.5})
    assert (changed["parent"], changed["capacity"], changed["owner"]) == (under, 0.5, cast.ines.pk)
    assert chiara("PUT", f"/{plan.pk}/pins", {"accounts": [known["Sevilla 2"].pk]}) == {"count": 1}
    assert chiara("PUT", f"/{plan.pk}/holds", {"accounts": [known["Sevilla 1"].pk]}) == {"count": 1}
    sorted_by_rules = chiara("POST", f"/{plan.pk}/sorting")
    assert (sorted_by_rules["count"], sorted_by_rules["how"]) == (1, "rule")
    [row] = chiara("GET", f"/{plan.pk}/accounts?territory={south['id']}")["rows"]
    assert (row["name"], row["held"], row["how"], row["reason"]) == ("Sevilla 1", True, "rule", {"rule": "city = Sevilla"})
    assert chiara("DELETE", one, status=422)["code"] == "still_there"
    undone = chiara("POST", f"/{plan.pk}/moves/{sorted_by_rules['entry']}/reversal")
    assert undone["count"] == 1 and chiara("GET", f"/{plan.pk}")["moved"] == 0
    assert chiara("POST", f"/{plan.pk}/moves/{sorted_by_rules['entry']}/reversal", status=409)["code"] == "moved_since"
    chiara("DELETE", one, status=204)
    told = chiara("GET", f"/{plan.pk}/entries")
    assert told[1]["undone"] == sorted_by_rules["entry"] and told[0]["kind"] == "territory_plan.drawn"


def test_what_cannot_be_drawn(known, plan, chiara, cast):
    other = drawn.draft(cast.actor("chiara"), "Other")
    foreign = place(other, "Ines Navarro").pk
    chiara("POST", f"/{plan.pk}/moves", {"accounts": [known["Madrid 1"].pk], "territory": foreign}, status=404)
    chiara("PATCH", f"/{plan.pk}/territories/{foreign}", {"name": "Mine"}, status=404)
    chiara("POST", f"/{plan.pk}/territories", {"name": "South", "parent": foreign}, status=404)
    chiara("POST", f"/{plan.pk}/moves", {"accounts": [0], "territory": None}, status=404)
    for wrong in ({"capacity": 0}, {"latitude": 91, "longitude": 0}, {"latitude": 1}, {"where": "colour = blue"}, {"name": "Ines Navarro"}):
        chiara("POST", f"/{plan.pk}/territories", {"name": "South"} | wrong, status=422)
    created = chiara("GET", f"/{plan.pk}/entries")[-1]["id"]
    chiara("POST", f"/{plan.pk}/moves/{created}/reversal", status=404)
    chiara("PATCH", f"/{plan.pk}", {"name": "Late", "version": plan.version + 5}, status=409)
    assert chiara("PATCH", f"/{plan.pk}", {"name": "FY27 south", "open_deals": "now"})["open_deals"] == "now"


def test_the_life_of_a_plan(known, plan, chiara, cast):
    hugo, sevilla = place(plan, "Hugo Marchetti").pk, known["Sevilla 1"].pk
    chiara("POST", f"/{plan.pk}/moves", {"accounts": [sevilla], "territory": hugo}, status=201)
    assert chiara("POST", f"/{plan.pk}/approval", status=422)["code"] == "plan_state"
    assert chiara("POST", f"/{plan.pk}/submission")["state"] == "submitted"
    assert chiara("POST", f"/{plan.pk}/return", {"reason": "Too far"})["state"] == "draft"
    assert chiara("GET", f"/{plan.pk}/entries")[0]["reason"] == "Too far"
    chiara("POST", f"/{plan.pk}/submission")
    assert chiara("POST", f"/{plan.pk}/approval")["state"] == "approved"
    chiara("POST", f"/{plan.pk}/publication", {"on": "2020-01-01"}, status=422)
    later = chiara("POST", f"/{plan.pk}/publication", {"on": "2027-01-01"}, status=202)
    assert (later["state"], later["effective_on"], later["job"]) == ("published", "2027-01-01", None)
    assert chiara("DELETE", f"/{plan.pk}/publication", status=202)["state"] == "approved"
    published = chiara("POST", f"/{plan.pk}/publication", status=202)
    assert (published["effective_on"], published["job"]["key"]) == (clock.today().isoformat(), "territory.publish")
    run_all()
    assert Account.objects.get(pk=sevilla).owner == cast.hugo and chiara("GET", f"/{plan.pk}")["live"]
    withdrawn = chiara("DELETE", f"/{plan.pk}/publication", status=202)
    assert (withdrawn["state"], withdrawn["job"]["key"]) == ("archived", "territory.withdraw")
    run_all()
    assert Account.objects.get(pk=sevilla).owner == cast.ines


def test_two_plans_side_by_side(known, plan, chiara, cast):
    other = drawn.draft(cast.actor("chiara"), "Madrid", where="city = Madrid")
    madrid = known["Madrid 1"].pk
    chiara("POST", f"/{plan.pk}/moves", {"accounts": [madrid], "territory": place(plan, "Hugo Marchetti").pk}, status=201)
    found = chiara("GET", f"/{plan.pk}/differences/{other.pk}")
    assert found == {"accounts": 2, "differ": [madrid], "only_here": 4, "only_there": 0}
    assert chiara("POST", f"/{other.pk}/archival")["state"] == "archived"


def test_a_repeated_drawing_is_done_once(known, plan, caller):
    client, south = caller("chiara"), {"name": "South"}
    move = {"accounts": [known["Madrid 1"].pk], "territory": place(plan, "Hugo Marchetti").pk}
    for path, body in (("territories", south), ("moves", move)):
        where = f"/api/v1/territory-plans/{plan.pk}/{path}"
        first, again = (client.post(where, json.dumps(body), content_type="application/json", HTTP_IDEMPOTENCY_KEY=path) for _ in range(2))
        assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (201, 201, "true")
        assert again.json() == first.json()
    plan.refresh_from_db()
    assert plan.version == 3


def test_who_reads_who_draws_and_who_publishes(known, plan, caller, cast):
    path = f"/territory-plans/{plan.pk}"
    for who in ("ines", "daniel", "nobody"):
        assert caller(who).call("GET", "/territory-plans")[0] == caller(who).call("GET", path)[0] == 403
    assert caller("").call("GET", path)[0] == 401
    assert caller("yuki").call("POST", f"{path}/submission")[0] == 200
    assert caller("yuki").call("POST", f"{path}/approval")[0] == 403
    assert caller("chiara", ["territory.plan"]).call("POST", f"{path}/approval")[0] == 403
    assert TerritoryPlan.objects.get().state == "submitted"
    assert caller("chiara").call("GET", "/territory-plans/987654321")[0] == 404
