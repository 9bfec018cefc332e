"""People, process, settings, planning and tools over the API: what works, and who may not."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/people", {"name": "New Person", "email": "new@example.com", "role": "seller"}),
        ("POST", "/teams", {"name": "West"}),
        ("POST", "/pipelines", {"label": {"en": "Renewals"}}),
        ("POST", "/lost-reasons", {"label": {"en": "Budget cut"}}),
        ("POST", "/calendars", {"name": "Rome", "time_zone": "Europe/Rome", "country": "IT"}),
        ("POST", "/rates", {"currency": "EUR", "on": "2026-01-01", "rate": "1.08"}),
        ("POST", "/fields", {"noun": "deal", "label": {"en": "Region code"}, "type": "text"}),
        ("PATCH", "/settings", {"company.name": "Meridian"}),
        ("POST", "/tools", {"name": "Call recorder"}),
        ("POST", "/products", {"name": "Seat", "price": "10", "currency": "USD"}),
        ("POST", "/options/account.industry", {"labels": ["Steel"]}),
    ],
)
def test_operations_may_and_sellers_may_not(caller, method, path, body):
    status, refused = caller("ines").call(method, path, body)
    assert (status, refused["code"]) == (403, "not_allowed")
    assert caller("chiara").call(method, path, body)[0] in (200, 201)


def test_custom_fields_are_in_lists_filters_and_bodies(caller):
    chiara = caller("chiara")
    assert chiara.call("POST", "/fields", {"noun": "deal", "label": {"en": "Seats"}, "type": "number"})[1]["key"] == "seats"
    status, deal = chiara.call("POST", "/deals", {"name": "x", "custom": {"seats": 40}})
    assert status == 201 and deal["custom"] == {"seats": 40}
    assert chiara.call("GET", "/deals?where=custom.seats > 9&sort=custom.seats")[1]["count"] == 1
    assert chiara.call("POST", "/deals", {"name": "x", "custom": {"seats": "many"}})[1]["code"] == "wrong_type"


def test_why_somebody_cannot_see_a_record(caller, cast):
    deal = caller("ines").call("POST", "/deals", {"name": "x"})[1]["id"]
    path = f"/people/{cast.hugo.pk}/access/deal/{deal}"
    assert caller("hugo").call("GET", path)[0] == 403
    assert caller("ada").call("GET", path)[1]["code"] == "hidden_owner"
    assert caller("ada").call("GET", f"/people/{cast.daniel.pk}/access/deal/{deal}")[1]["code"] == "sees_owner"


def test_quotas_and_calls_obey_scope_and_nobody_sets_their_own(caller, cast):
    quota = {"user": cast.chiara.pk, "since": "2026-10-01", "until": "2027-01-01", "amount": 100000}
    assert caller("chiara").call("PUT", "/quotas", quota)[1]["code"] == "own_quota"
    assert caller("chiara").call("PUT", "/quotas", {**quota, "user": cast.ines.pk})[1]["amount"] == 100000
    assert len(caller("ines").call("GET", "/quotas")[1]) == 1 and caller("hugo").call("GET", "/quotas")[1] == []
    assert caller("ines").call("POST", "/calls", {"amount": 90000})[0] == 201
    assert caller("ines").call("POST", "/calls", {"amount": 1, "user": cast.hugo.pk})[0] == 403
    assert caller("ines").call("POST", "/calls", {"amount": 1, "company": True})[0] == 403
    assert caller("ines").call("POST", "/calls", {"amount": 1, "period": "2026-Q1"})[1]["code"] == "period_over"


def test_the_last_administrator_stays(caller, cast):
    status, body = caller("ada").call("PATCH", f"/people/{cast.ada.pk}", {"role": "seller"})
    assert (status, body["code"]) == (422, "last_administrator")


def test_a_used_stage_cannot_be_archived(caller):
    chiara = caller("chiara")
    stage = chiara.call("POST", "/deals", {"name": "x"})[1]["stage"]["id"]
    status, body = chiara.call("PATCH", f"/stages/{stage}", {"archived_on": "2026-11-20"})
    assert (status, body["code"]) == (422, "in_use")
