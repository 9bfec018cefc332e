"""Forged ids: every address of web and API that names a record outside one's scope answers as if there were none, and changes nothing."""

import json
import re
import uuid

import pytest
from django.test import Client
from django.urls import get_resolver

from pacesetter.base import history, jobs, tokens, views
from pacesetter.base import settings as company_settings
from pacesetter.base.actor import Actor
from pacesetter.base.models import HistoryEntry
from pacesetter.crm import activities, contacts, deals, leads
from pacesetter.intake import imports

NOUNS = ("accounts", "contacts", "leads", "deals", "activities", "imports", "jobs", "views", "history", "batches", "changes")
MISSING = 987_654_321
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
OTHERS = {"key": "name", "noun": "deal", "name": "source"}
BODY = {
    "name": "Forged",
    "value": "Forged",
    "changes": {"name": "Forged"},
    "owner": None,
    "stage": 1,
    "status": "won",
    "lines": [],
    "credits": [],
}
SECRETS = ("Secret", "Fleet upgrade", "Bolt")
ALSO = {
    "batches": (200,),
    "changes": (302,),
    "imports": (403,),
}  # nothing to undo is said with a count; imports are closed to sellers as a whole
METHODS = ("get", "post", "put", "patch", "delete")


def addresses(patterns, before=""):
    for one in patterns:
        here = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from addresses(one.url_patterns, here)
        elif PARAMETER.search(here):
            yield here


def noun_of(address):
    return address.removeprefix("api/v1/").split("/")[0]


ALL = sorted({address for address in addresses(get_resolver().url_patterns) if noun_of(address) in NOUNS})
HISTORY = "api/v1/<noun>s/<int:pk>/history"


@pytest.fixture
def hers(company, cast, system, settings, tmp_path):
    """What Mei's team and the administrator have, which is not for Ines to see, by the first word of its address."""
    settings.PACESETTER_DATA = tmp_path
    company_settings.put("company.accounts_open", False, by=system)
    mei, ada = cast.actor("mei"), cast.actor("ada")
    deal = company["theirs"]
    batch = uuid.uuid4()
    deals.edit_many([deal], by=mei, batch=batch, next_step="Call Lea Fontaine")
    task = activities.log(kind="task", subject="Secret task", deal=deal.pk, user=cast.hugo.pk, due_on="2026-12-01", by=mei)
    lead = leads.create(last_name="Secret lead", company="Bolt", owner=cast.hugo.pk, by=system)
    contact = contacts.create(last_name="Secret contact", account=company["bolt"].pk, owner=cast.hugo.pk, by=system)
    file = tmp_path / "deals.csv"
    file.write_text("Deal ID,Deal Name,Stage,Amount\n1,Secret import,Discovery,5\n")
    batches = {"batches": batch, "changes": batch}
    return batches | {
        "accounts": company["bolt"].pk,
        "contacts": contact.pk,
        "leads": lead.pk,
        "deals": deal.pk,
        "activities": task.pk,
        "imports": imports.check_now(imports.start(file, by=ada), by=ada).pk,
        "jobs": jobs.start(next(iter(jobs.JOBS)), by=ada).pk,
        "views": views.save("deal", name="Secret view", query="status=open", by=mei).pk,
        "history": history.of("deal", deal.pk).first().pk,
    }


def filled(address, value):
    """The address with the first parameter that names a record filled in, and the rest with something plausible."""

    def one(found):
        return str(OTHERS.get(found[1], value))

    return "/" + PARAMETER.sub(one, address)


def ask(client, method, path):
    if "/api/" not in path and method == "post":
        return client.post(path, {"name": "Forged", "value": "Forged", "stage": "1"})
    return client.generic(method.upper(), path, json.dumps(BODY) if method != "get" else "", content_type="application/json")


@pytest.fixture
def clients(cast, signed_in):
    """Ines in the web, and with a token of hers."""
    _, secret = tokens.create(cast.ines, name="test", by=Actor.system())
    return {"web": signed_in("ines"), "api": Client(headers={"authorization": f"Bearer {secret}"})}


def test_there_are_many_such_addresses():
    assert len(ALL) > 60 and {noun_of(address) for address in ALL} == set(NOUNS)


def faults(hers, client, address):
    """Where an address tells a forged id from an unknown one, or says more than that there is nothing."""
    value = hers["deals" if address == HISTORY else noun_of(address)]
    unknown = uuid.uuid4() if isinstance(value, uuid.UUID) else MISSING
    for method in METHODS:
        forged, missing = (ask(client, method, filled(address, pk)) for pk in (value, unknown))
        nothing = (404, 405, 422, *ALSO.get(noun_of(address), ()))
        if forged.status_code != missing.status_code or forged.status_code not in nothing:
            yield f"{method} {address}: {forged.status_code}, and {missing.status_code} for an unknown one"
        if any(secret in forged.content.decode() for secret in SECRETS):
            yield f"{method} {address} shows what is hidden"


@pytest.mark.parametrize("door", ["web", "api"])
def test_a_forged_id_is_answered_like_one_that_does_not_exist(hers, clients, door):
    before = HistoryEntry.objects.count()
    mine = [address for address in [*ALL, HISTORY] if address.startswith("api/") == (door == "api")]
    found = [fault for address in mine for fault in faults(hers, clients[door], address)]
    assert not found, "\n".join(found)
    assert HistoryEntry.objects.count() == before
