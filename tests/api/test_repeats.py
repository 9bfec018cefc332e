"""Idempotency keys, at every operation that creates: one effect, one answer, whatever is repeated."""

import datetime as dt
import json
import sqlite3

import pytest
from django.apps import apps

from pacesetter.base import answers, clock
from pacesetter.base.models import KeptAnswer
from pacesetter.crm import accounts
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
BODIES = {
    "/accounts": {"name": "Acme"},
    "/contacts": {"last_name": "Whitfield"},
    "/leads": {"last_name": "Lindholm", "company": "Brightwater"},
    "/deals": {"name": "Platform"},
    "/activities": {"kind": "note", "body": "Called", "account": "account"},
    "/people": {"name": "New Person", "email": "new@example.com"},
    "/people/{pk}/employments": {"since": "2025-01-01"},
    "/people/{pk}/leaves": {"since": "2026-12-01", "until": "2026-12-08"},
    "/teams": {"name": "West"},
    "/tokens": {"name": "Script"},
    "/pipelines": {"label": {"en": "Renewals"}},
    "/pipelines/{pk}/stages": {"label": {"en": "Trial"}, "type": "open"},
    "/lost-reasons": {"label": {"en": "Budget cut"}},
    "/lead-statuses": {"label": {"en": "Called twice"}, "type": "working"},
    "/products": {"name": "Seat", "price": "10", "currency": "USD"},
    "/campaigns": {"name": "Fair"},
    "/calendars": {"name": "Rome"},
    "/rates": {"currency": "EUR", "on": "2026-01-01", "rate": "1.08"},
    "/fields": {"noun": "deal", "label": {"en": "Region code"}, "type": "text"},
    "/calls": {"amount": 90000},
    "/tools": {"name": "Call recorder"},
    "/tools/{pk}/licences": {"users": ["person"], "since": "2026-01-01"},
    "/views": {"noun": "deal", "name": "Mine", "query": "view=all"},
}
UPLOADS = {"/imports"}
FORECAST = {"/scenarios"}  # needs a run; tests/api/test_scenarios.py repeats it
DRAWN = {
    "/territory-plans/{pk}/territories",
    "/territory-plans/{pk}/moves",
}  # need a gathered draft; tests/api/test_territories.py repeats them


def creating():
    from pacesetter.api import api

    for path, operations in api.get_openapi_schema()["paths"].items():
        if "201" in map(str, operations.get("post", {}).get("responses", ())):
            yield path.removeprefix("/api/v1")


def everything():
    return {model._meta.db_table: model.objects.count() for model in apps.get_models() if model is not KeptAnswer}


@pytest.fixture
def post(caller, cast, system):
    """Posts as Ada, with a key, to an operation whose path and body name what there is."""
    from pacesetter.crm.models import Pipeline
    from pacesetter.enablement import tools

    there = {"people": cast.ines.pk, "pipelines": Pipeline.objects.first().pk, "tools": tools.create("Dialer", by=system).pk}
    names = {"account": accounts.create(name="There", by=system).pk, "person": cast.ines.pk}
    clients = {"ada": caller("ada"), "ines": caller("ines")}

    def send(path, body, key="one", who="ada"):
        client = clients[who]
        text = json.dumps(body)
        for name, pk in names.items():
            text = text.replace(f'"{name}"]', f"{pk}]").replace(f': "{name}"', f": {pk}")
        where = f"/api/v1{path}".replace("{pk}", str(there.get(path.split("/")[1], 1)))
        headers = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
        return client.post(where, text, content_type="application/json", **headers)

    return send


def test_there_is_a_body_for_every_operation_that_creates():
    assert set(creating()) == BODIES.keys() | UPLOADS | FORECAST | DRAWN


@pytest.mark.parametrize("path", BODIES)
def test_a_repeated_creation_creates_nothing_and_is_answered_alike(post, path):
    first = post(path, BODIES[path])
    assert first.status_code == 201, first.content
    before = everything()
    again = post(path, BODIES[path])
    assert (again.status_code, again.json(), again["Idempotency-Replayed"]) == (201, first.json(), "true")
    assert everything() == before and "Idempotency-Replayed" not in first


def test_another_body_is_refused_another_key_person_or_path_is_another_request(post):
    assert post("/accounts", {"name": "Acme"}).status_code == 201
    refused = post("/accounts", {"name": "Bolt"})
    assert (refused.status_code, refused.json()["code"], refused["Content-Type"]) == (422, "key_reused", "application/problem+json")
    before = everything()["crm_account"]
    assert post("/accounts", {"name": "Acme"}, key="two").status_code == 201
    assert post("/accounts", {"name": "Acme"}, who="ines").status_code == 201
    assert post("/campaigns", {"name": "Acme"}).status_code == 201
    assert post("/accounts", {"name": "Acme"}, key="").status_code == 201
    assert everything()["crm_account"] == before + 3


@pytest.mark.parametrize("key", ["ä", "x" * 256, " " * 300])
def test_a_key_that_cannot_be_kept_is_refused(post, key):
    before = everything()
    assert post("/accounts", {"name": "Acme"}, key=key).json()["code"] == "bad_key"
    assert everything() == before


def test_a_refusal_is_not_kept_and_leaves_nothing(post):
    before = everything()
    assert post("/deals", {"name": ""}).status_code == 422
    assert everything() == before and not KeptAnswer.objects.exists()
    assert post("/deals", {"name": "Platform"}).status_code == 201


def test_a_fault_takes_the_effect_back_with_the_key(post, monkeypatch):
    def broken(*_):
        raise sqlite3.Error("the disk is gone")

    before = everything()
    monkeypatch.setattr(answers, "keep", broken)
    with pytest.raises(sqlite3.Error):
        post("/accounts", {"name": "Acme"})
    assert everything() == before and not KeptAnswer.objects.exists()


def test_a_secret_that_is_shown_once_is_not_readable_in_the_database(post):
    secret = post("/tokens", BODIES["/tokens"]).json()["secret"]
    assert secret not in KeptAnswer.objects.get().body and post("/tokens", BODIES["/tokens"]).json()["secret"] == secret


def test_an_upload_is_told_by_its_content(caller, settings, tmp_path):
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.PACESETTER_DATA = tmp_path
    ada = caller("ada")

    def upload(text):
        file = SimpleUploadedFile("deals.csv", text)
        return ada.post("/api/v1/imports", {"files": [file]}, headers={"Idempotency-Key": "one"})

    first = upload(b"Deal ID,Deal Name\n1,Platform\n")
    assert first.status_code == 201, first.content
    assert upload(b"Deal ID,Deal Name\n1,Platform\n").json() == first.json()
    assert upload(b"Deal ID,Deal Name\n2,Platform\n").json()["code"] == "key_reused"


def test_after_a_day_a_key_is_new_and_the_chore_forgets_it(post, monkeypatch):
    first = post("/accounts", {"name": "Acme"}).json()
    monkeypatch.setattr(answers, "_last", -answers.HOUR)
    answers.forget()
    assert KeptAnswer.objects.count() == 1
    with clock.set_to(NOW + dt.timedelta(hours=24)):
        assert post("/accounts", {"name": "Acme"}).json()["id"] != first["id"]
    with clock.set_to(NOW + dt.timedelta(hours=49)):
        monkeypatch.setattr(answers, "_last", -answers.HOUR)
        answers.forget()
    assert not KeptAnswer.objects.exists()


def test_every_post_says_so_in_openapi():
    from pacesetter.api import api

    paths = api.get_openapi_schema()["paths"].values()
    posts = [operations["post"] for operations in paths if "post" in operations]
    assert len(posts) > 40 and all("Idempotency-Key" in [one["name"] for one in post["parameters"]] for post in posts)
