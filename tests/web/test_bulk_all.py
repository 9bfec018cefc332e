"""One change for all records that match a list, not only for those on the first page."""

import pytest

from pacesetter.crm import accounts
from pacesetter.crm.models import Account
from pacesetter.web import bulk

QUERY = "view=all&q=firm"


@pytest.fixture
def firms(company, system):
    return accounts.create_many([{"name": f"Firm {n:02}"} for n in range(60)], by=system)


def test_all_that_match_are_offered_previewed_and_changed(signed_in, cast, firms):
    client = signed_in("chiara")
    assert "All 60 that match" in client.get(f"/accounts?{QUERY}").content.decode()
    asked = {"field": "owner", "all": QUERY}
    assert "Reassign 60 records" in client.get("/accounts/changes", asked).content.decode()
    client.post("/accounts/changes", {**asked, "count": 60, "owner": cast.ines.pk})
    assert Account.objects.filter(name__startswith="Firm", owner=cast.ines).count() == 60
    assert Account.objects.filter(owner=cast.hugo).count() == 1


def test_nobody_changes_more_than_they_saw(signed_in, cast, firms, system):
    client = signed_in("chiara")
    accounts.create(name="Firm late", by=system)
    answer = client.post("/accounts/changes", {"field": "owner", "all": QUERY, "count": 60, "owner": cast.ines.pk})
    assert answer.status_code == 409
    assert "Meanwhile 61 records match" in answer.content.decode()
    assert not Account.objects.filter(name__startswith="Firm", owner=cast.ines).exists()


def test_too_many_at_once_are_refused(signed_in, firms, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 50)
    answer = signed_in("chiara").get("/accounts/changes", {"field": "owner", "all": QUERY})
    assert answer.status_code == 422
    assert "at most 50" in answer.content.decode()


def test_a_short_list_does_not_offer_it(signed_in, company):
    assert b"that match" not in signed_in("chiara").get("/accounts").content
