"""Accounts and contacts in the web."""

import pytest


@pytest.mark.parametrize("tab", ["timeline", "deals", "people", "hierarchy", "tasks", "changes"])
def test_every_tab_of_an_account_opens(company, signed_in, tab):
    assert signed_in("ines").get(f"/accounts/{company['acme'].pk}?tab={tab}").status_code == 200


def test_an_account_shows_only_deals_in_scope(company, signed_in):
    page = signed_in("hugo").get(f"/accounts/{company['acme'].pk}?tab=deals").content.decode()
    assert "Platform rollout" not in page


def test_a_contact_opens(company, signed_in):
    assert b"Dana Whitfield" in signed_in("ines").get(f"/contacts/{company['dana'].pk}").content


def test_an_account_is_archived_and_restored(company, signed_in):
    client, pk = signed_in("daniel"), company["acme"].pk
    client.post(f"/accounts/{pk}/archival")
    assert b"This account is archived" in client.get(f"/accounts/{pk}").content
    assert b"Acme Foods" not in client.get("/accounts").content
    client.post(f"/accounts/{pk}/archival", {"restore": "on"}, follow=True)
    assert b"Acme Foods" in client.get("/accounts").content


def test_a_country_is_chosen_by_name_and_kept_as_code(company, signed_in):
    client, account = signed_in("ines"), company["acme"]
    assert b'<option value="ES">Spain</option>' in client.get(f"/accounts/{account.pk}/form").content
    client.post(f"/accounts/{account.pk}/fields/country", {"country": "ES", "version": account.version})
    account.refresh_from_db()
    assert account.country == "ES"
    assert b"Spain" in client.get("/accounts").content
    assert b"Madrid, Spain" in client.get(f"/accounts/{account.pk}").content
