"""Records over the API: the owner, her manager, a colleague of another team, a limited token, nobody."""

import pytest

from pacesetter.crm import accounts, contacts, deals, leads, products
from pacesetter.crm.models import Deal, LostReason, Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(cast):
    account = accounts.create(by=cast.actor("ines"), name="Lattice Energy")
    return deals.create(by=cast.actor("ines"), name="Analytics suite", account=account.pk, amount="52000")


def test_owner_and_manager_read_it_and_the_others_get_404(caller, deal):
    path = f"/deals/{deal.pk}"
    status, body = caller("ines").call("GET", path)
    assert status == 200 and (body["amount"], body["currency"], body["owner"]["name"]) == (52000, "USD", "Ines Navarro")
    assert caller("daniel").call("GET", path)[0] == 200
    hidden, unknown = caller("hugo").call("GET", path), caller("hugo").call("GET", "/deals/999999")
    assert hidden[0] == unknown[0] == 404 and hidden[1]["code"] == unknown[1]["code"]
    status, body = caller("").call("GET", path)
    assert status == 401 and body["code"] == "not_signed_in"


def test_errors_are_problem_documents(caller, deal):
    client = caller("ines")
    answer = client.patch(f"/api/v1/deals/{deal.pk}", '{"amount": "much"}', content_type="application/json")
    assert answer.status_code == 422 and answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "wrong_type" and answer.json()["field"] == "amount"


def test_a_token_does_no_more_than_it_was_given(caller, deal):
    status, body = caller("ines", ["activity.log"]).call("PATCH", f"/deals/{deal.pk}", {"next_step": "Call"})
    assert (status, body["code"]) == (403, "not_allowed")


def test_a_limited_token_cannot_make_a_wider_one(caller):
    limited = caller("ines", ["token.create", "activity.log"])
    status, body = limited.call("POST", "/tokens", {"name": "wider"})
    assert status == 201
    from tests.api.conftest import Caller

    status, me = Caller(body["secret"]).call("GET", "/me")
    assert me["capabilities"] == ["activity.log", "token.create"]


def test_create_edit_conflict_archive_restore(caller):
    client = caller("ines")
    status, body = client.call("POST", "/deals", {"name": "Fleet upgrade", "amount": "100.50", "close_date": "2026-12-18"})
    assert status == 201 and body["stage"]["name"] == "Discovery" and body["amount"] == 100.5
    path = f"/deals/{body['id']}"
    assert client.call("PATCH", path, {"amount": 200, "version": 1})[0] == 200
    status, body = client.call("PATCH", path, {"amount": 300, "version": 1})
    assert (status, body["code"], body["params"]["theirs"]) == (409, "conflict", 20000)
    assert client.call("POST", path + "/archival")[0] == 403
    assert caller("daniel").call("POST", path + "/archival")[1]["archived"] is True
    assert caller("ines").call("GET", "/deals")[1]["count"] == 0
    assert caller("daniel").call("DELETE", path + "/archival")[1]["archived"] is False


def test_stage_closure_and_reopening(caller, deal):
    client, path = caller("ines"), f"/deals/{deal.pk}"
    proposal = Stage.objects.get(key="proposal")
    assert client.call("PUT", path + "/stage", {"stage": proposal.pk})[1]["stage"]["id"] == proposal.pk
    assert client.call("POST", path + "/closure", {"outcome": "lost"})[1]["code"] == "reason_needed"
    assert client.call("POST", path + "/closure", {"outcome": "lost", "reason": LostReason.objects.first().key})[1]["status"] == "lost"
    assert client.call("DELETE", path + "/closure")[1]["status"] == "open"
    kinds = [entry["kind"] for entry in client.call("GET", path + "/history")[1]]
    assert kinds == ["deal.reopened", "deal.lost", "deal.moved", "deal.created"]


def test_undo_over_the_api(caller, deal):
    client = caller("ines")
    client.call("PATCH", f"/deals/{deal.pk}", {"next_step": "Call"})
    entry = client.call("GET", f"/deals/{deal.pk}/history")[1][0]["id"]
    assert caller("hugo").call("POST", f"/history/{entry}/reversal")[0] == 404
    assert client.call("POST", f"/history/{entry}/reversal") == (200, {"undone": 1})
    assert Deal.objects.get(pk=deal.pk).next_step == ""


def test_bulk_edits_are_one_batch(caller, cast):
    made = deals.create_many([{"name": f"Deal {n}"} for n in range(5)], by=cast.actor("ines"))
    ids = [one.pk for one in made]
    assert caller("ines").call("POST", "/deals/edits", {"ids": ids, "changes": {"next_step": "x"}})[0] == 403
    status, body = caller("daniel").call("POST", "/deals/edits", {"ids": ids, "changes": {"owner": cast.daniel.pk, "next_step": "Call"}})
    assert (status, body["count"]) == (200, 5)
    assert caller("mei").call("POST", "/deals/edits", {"ids": ids, "changes": {"next_step": "x"}})[0] == 404
    status, undone = caller("daniel").call("POST", f"/batches/{body['batch']}/reversal")
    assert undone == {"undone": 10, "left": []}
    assert set(Deal.objects.values_list("owner", "next_step")) == {(cast.ines.pk, "")}


def test_lists_page_through_everything_once(caller, cast):
    rows = [{"name": f"Deal {n}", "amount": None if n % 3 == 0 else str(n % 4)} for n in range(23)]
    deals.create_many(rows, by=cast.actor("ines"))
    client, seen, cursor = caller("ines"), [], ""
    while cursor is not None:
        _, body = client.call("GET", f"/deals?sort=-amount&size=5&cursor={cursor}")
        seen += [row["id"] for row in body["rows"]]
        cursor = body["next"]
    assert len(seen) == len(set(seen)) == body["count"] == 23
    amounts = [Deal.objects.get(pk=pk).amount for pk in seen]
    known = [amount for amount in amounts if amount is not None]
    assert known == sorted(known, reverse=True) and amounts[len(known) :] == [None] * 8


def test_conditions_filter_and_bad_ones_are_refused(caller, deal):
    client = caller("ines")
    assert client.call("GET", "/deals?where=amount >= 50000 and account = 'LATTICE ENERGY'")[1]["count"] == 1
    assert client.call("GET", "/deals?where=amount >= 60000")[1]["count"] == 0
    for where in ("amount >=", "colour = red", "amount contains 5"):
        assert client.call("GET", f"/deals?where={where}")[0] == 422
    assert client.call("GET", "/deals?cursor=zzz")[1]["code"] == "bad_cursor"


def test_lines_credits_and_people(caller, deal, cast, system):
    product = products.create(by=system, name="Seat", price="10", currency="USD")
    client, path = caller("ines"), f"/deals/{deal.pk}"
    assert client.call("PUT", path + "/lines", [{"product": product.pk, "quantity": 2}])[1][0]["amount"] == 20
    assert client.call("PUT", path + "/credits", [{"user": cast.ines.pk, "share": 9000}])[1]["code"] == "shares"
    contact = contacts.create(by=cast.actor("ines"), last_name="Ortega", account=deal.account_id)
    assert client.call("PUT", f"{path}/people/{contact.pk}", {"role": "champion"})[1][0]["role"] == "champion"


def test_a_lead_is_converted_once(caller, cast):
    lead = leads.create(by=cast.actor("ana"), last_name="Lindholm", company="Brightwater", owner=cast.ana.pk)
    client, path = caller("ana"), f"/leads/{lead.pk}/conversion"
    assert client.call("GET", path)[1]["done"] is False
    first = client.call("POST", path)[1]
    assert client.call("POST", path)[1] == first and client.call("GET", path)[1]["done"] is True


def test_the_description_is_openapi_31_and_whole(client):
    schema = client.get("/api/v1/openapi.json").json()
    assert schema["openapi"].startswith("3.1") and len(schema["paths"]) > 60
    undescribed = [path for path, verbs in schema["paths"].items() for verb in verbs.values() if not verb.get("summary")]
    assert undescribed == []
