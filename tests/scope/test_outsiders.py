"""Forged ids: what is outside one's scope is answered like what does not exist, word for word, whatever is sent; and nothing changes."""

import json
import re
import uuid

import pytest
from django.apps import apps
from django.db import transaction

from pacesetter.base import users
from pacesetter.base.models import Role
from pacesetter.crm.models import Account, Contact, Deal, Lead
from tests.scope import addresses
from tests.scope.conftest import Asking, plain, token_of

FORM = {
    "name": "Forged",
    "last_name": "Forged",
    "value": "Forged",
    "stage": "1",
    "status": "won",
    "kind": "note",
    "subject": "Forged",
    "body": "Forged",
    "noun": "deal",
}
MAY_CHANGE = {  # what is one's own, or a trace
    "django_session": "signing out",
    "base_savedview": "one's own views",
    "base_user": "one's own preferences",
    "base_historyentry": "looked at apart",
    "base_dirty": "follows history",
}


def sent(client, one, path, refer):
    """What a request with a body that names `refer` is answered."""
    client.cookies.pop("messages", None)
    if one.door == "web" and one.method == "GET":
        return client.read(path)
    if one.door == "web":
        return plain(client.post(path, FORM | {name: str(make(refer)).strip("[]") for name, make in addresses.REFERENCES.items()}))
    body = addresses.sample(one.body or {}, refer)
    return plain(client.generic(one.method, path, json.dumps(body) if one.method != "GET" else "", content_type="application/json"))


def told(answer, thing):
    """An answer without the id that was asked for; hers are beyond `world.FAR`, so that no other number is one of them."""
    status, body = answer
    for name in (str(getattr(thing, "pk", thing)), uuid.UUID(str(thing)).hex if isinstance(thing, uuid.UUID) else "-#-"):
        body = body.replace(name.encode(), b"#")
    return status, body


def unnumbered(answer):
    """An answer without the id of what it made: PostgreSQL does not take a number back."""
    status, body = answer
    return status, re.sub(rb"^(/\w+)/\d+$", rb"\1/made", body)


def everything():
    """All rows of all tables."""
    return {model._meta.db_table: list(model.objects.order_by("pk").values()) for model in apps.get_models() if hasattr(model, "objects")}


@pytest.fixture
def theirs(cast, mei):
    return {"mei": {"web": Asking(mei), "api": token_of(mei)}, "hugo": {"web": Asking(cast.hugo), "api": token_of(cast.hugo)}}


@pytest.mark.parametrize("who", ["hugo", "mei"])
def test_a_forged_id_is_an_unknown_one(cast, his, plant, theirs, who):
    hers, found = plant(), []
    before = {table: rows for table, rows in everything().items() if table.startswith(("crm_", "planning_", "intake_"))}
    for one in (*addresses.web(), *addresses.reads(), *addresses.writes()):
        thing = hers.get("deals" if one.noun == "{noun}s" else one.noun)
        if one.names_a_record and thing is not None and not (who == "mei" and "tokens" in one.path):  # who manages people revokes tokens
            nobodys = addresses.unknown(thing)
            forged, missing = (sent(theirs[who][one.door], one, one.filled(hers, it), 1) for it in (thing, nobodys))
            if told(forged, thing) != told(missing, nobodys):
                found.append(f"{one.method} {one.path}: {apart(told(forged, thing), told(missing, nobodys))}")
    assert not found, "\n".join(found)
    assert {table: rows for table, rows in everything().items() if table in before} == before


def apart(some, others):
    """Where two answers differ."""
    at = next((n for n, (a, b) in enumerate(zip(some[1], others[1], strict=False)) if a != b), 0)
    return f"{some[0]} {some[1][max(at - 80, 0) : at + 80]!r}, and {others[0]} {others[1][max(at - 80, 0) : at + 80]!r} for an unknown one"


def test_a_body_that_names_a_hidden_record_names_nothing(cast, his, plant, theirs):
    hers, found = plant(), []
    hidden = {noun.removesuffix("s"): hers[noun].pk for noun in ("accounts", "contacts", "deals", "leads")}
    named = naming_them(hidden)
    for one in addresses.writes():
        for noun, pk in hidden.items() if takes(one) else ():
            forged, now = naming(theirs["hugo"][one.door], one, his, noun, pk, hidden)
            missing, _ = naming(theirs["hugo"][one.door], one, his, noun, addresses.UNKNOWN, hidden)
            if forged and (unnumbered(told(forged, pk)) != unnumbered(told(missing, addresses.UNKNOWN)) or now != named):
                found.append(f"{one.method} {one.path} {noun}: {apart(told(forged, pk), told(missing, addresses.UNKNOWN))}")
    assert not found, "\n".join(found)


def naming_them(hidden):
    """How many rows of any table name the hidden records."""
    known = {Account: "account", Contact: "contact", Deal: "deal", Lead: "lead"}
    return sum(
        model.objects.filter(**{field.attname: hidden[known[field.related_model]]}).count()
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model in known
    )


def takes(one):
    """Whether a request may name another record: an operation whose body has such a field, a form of a noun that belongs to somebody."""
    if one.door == "web":
        return one.noun in addresses.SOMEBODYS and bool(re.search(r"/new$|/contacts$|/activities$|/conversion$|/fields/", one.path))
    body = addresses.sample(one.body or {}, None)
    return isinstance(body, dict) and bool(body.keys() & addresses.REFERENCES.keys())


def naming(client, one, his, noun, pk, hidden):
    """What a request about one's own is answered that names another record, and how often the hidden are named then; all is taken back."""
    client.cookies.pop("messages", None)
    with transaction.atomic():
        if one.door == "web":
            ids = {"ids": str(pk)} if one.noun == f"{noun}s" else {}
            answer = plain(client.post(one.filled(his), FORM | {noun: str(pk)} | ids))
        else:
            body = addresses.sample(one.body, None)
            rest = {key: value for key, value in body.items() if key not in addresses.REFERENCES}
            more = {noun: pk} if noun in body else {"ids": [pk]} if "ids" in body and one.noun == f"{noun}s" else None
            text = json.dumps(rest | (more or {}))
            answer = plain(client.generic(one.method, one.filled(his), text, content_type="application/json")) if more else None
        named = naming_them(hidden)
        transaction.set_rollback(True)
    return answer, named


@pytest.mark.parametrize("who", ["viewer", "token", "noah", "nobody"])
def test_who_may_do_nothing_changes_nothing(cast, system, his, plant, who):
    """A viewer who sees all, a token without the capability, somebody without a role, nobody."""
    hers = plant()
    viewer = users.create("Vera Lund", email="vera@example.com", role=Role.objects.get(key="executive"), by=system)
    doors = {
        "viewer": lambda: {"web": Asking(viewer), "api": token_of(viewer)},
        "token": lambda: {"web": Asking(), "api": token_of(cast.daniel, ["token.create"])},
        "noah": lambda: {"web": Asking(cast.nobody), "api": token_of(cast.nobody)},
        "nobody": lambda: {"web": Asking(), "api": Asking()},
    }[who]()
    before, found = everything(), []
    for one in addresses.writes():
        if (
            "door/" not in one.path
            and not one.path.endswith("/views")
            and not one.path.startswith(("/me", "/api/v1/tokens", "/api/v1/views", "/first-run"))
        ):
            status, _ = sent(doors[one.door], one, one.filled(hers), 1)
            found += [f"{one.method} {one.path}: {status}"] if status >= 500 and one.path != "/healthz" else []
    assert not found
    after = everything()
    known = {row["id"] for row in before["base_historyentry"]}
    done = [row["kind"] for row in after["base_historyentry"] if row["id"] not in known and row["kind"] != "export.made"]
    assert (done, [table for table in before if table not in MAY_CHANGE and before[table] != after[table]]) == ([], [])
