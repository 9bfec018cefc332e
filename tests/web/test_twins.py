"""Possible duplicates beside the form of a new record: shown, inside one's scope only, and never in the way."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pacesetter.crm import accounts, contacts, leads
from tests.web.conftest import HTMX
from tests.web.test_every_page import QUERIES, WRITES


def asked(client, plural, **typed):
    answer = client.post(f"/{plural}/twins", typed, **HTMX)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("plural", "typed", "said"),
    [
        ("contacts", {"email": " Dana@ACME.example "}, "contact · same e-mail"),
        ("contacts", {"first_name": "Dána", "last_name": "whitfield"}, "contact · same name"),
        ("leads", {"email": "dana@acme.example", "last_name": "Somebody"}, "contact · same e-mail"),
        ("accounts", {"name": "ACME  foods"}, "account · same name"),
        ("accounts", {"name": "Acme", "website": "https://www.acme.example/about"}, "account · same web domain"),
    ],
)
def test_what_is_here_already_is_shown_with_a_link(company, system, signed_in, plural, typed, said):
    accounts.edit(company["acme"], by=system, domain="acme.example")
    page = asked(signed_in("ines"), plural, **typed)
    here = company["acme"] if plural == "accounts" else company["dana"]
    assert said in page and str(here) in page and f'href="/{here.noun}s/{here.pk}"' in page


@pytest.mark.parametrize("typed", [{"email": "nora@brightwater.example"}, {"first_name": "Nora", "last_name": "Lindholm"}])
def test_what_others_own_stays_theirs(company, signed_in, typed):
    for plural in ("leads", "contacts"):
        assert "Nora Lindholm" in asked(signed_in("ana"), plural, **typed)
        assert asked(signed_in("ines"), plural, **typed).strip() == ""


def test_who_may_not_create_is_told_nothing(company, signed_in):
    answer = signed_in("nobody").post("/contacts/twins", {"email": "dana@acme.example"}, **HTMX)
    assert answer.status_code == 403 and "Dana" not in answer.content.decode()


def test_nothing_is_said_of_nothing(company, signed_in):
    client = signed_in("ines")
    assert asked(client, "contacts").strip() == asked(client, "accounts", name="Brand new").strip() == ""


def test_the_archived_and_the_converted_are_no_duplicates(company, system, signed_in):
    contacts.archive_many([company["dana"]], by=system)
    leads.convert(company["lead"], by=system)
    assert asked(signed_in("ines"), "contacts", email="dana@acme.example").strip() == ""
    found = asked(signed_in("chiara"), "leads", email="nora@brightwater.example")
    assert found.count("<li>") == 1 and "contact · same e-mail" in found


def test_at_most_three_the_surest_first_with_few_queries_and_no_write(company, cast, system, signed_in):
    for n in range(5):
        contacts.create(first_name="Dana", last_name="Whitfield", email=f"dana{n}@other.example", owner=cast.ines.pk, by=system)
    client, typed = signed_in("ines"), {"email": "dana@acme.example", "first_name": "Dana", "last_name": "Whitfield"}
    asked(client, "contacts", **typed)
    with CaptureQueriesContext(connection) as queries:
        found = asked(client, "contacts", **typed)
    assert found.count("<li>") == 3
    assert found.index(f'/contacts/{company["dana"].pk}"') < found.index("same name")
    assert len(queries) <= QUERIES and not [query for query in queries if WRITES.match(query["sql"])]


@pytest.mark.parametrize("plural", ["accounts", "contacts", "leads"])
def test_only_the_form_of_a_new_record_asks_and_says_it_politely(company, signed_in, plural):
    client = signed_in("ines")
    assert f'<div role="status" hx-post="/{plural}/twins"' in client.get(f"/{plural}/new").content.decode()
    assert "/twins" not in client.get("/deals/new").content.decode()
    assert "/twins" not in client.get(f"/accounts/{company['acme'].pk}/form").content.decode()
