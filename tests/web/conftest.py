"""A small company to look at, and clients of its people."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from pacesetter.crm import accounts, choices, contacts, deals, leads
from tests.conftest import NOW

TODAY = NOW.date()
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def signed_in(cast) -> Callable[[str], Client]:
    """A client of one of the cast."""

    def client_of(name: str) -> Client:
        client = Client()
        client.force_login(getattr(cast, name), backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return client_of


@pytest.fixture
def stages(db):
    """The open stages, in order."""
    return [stage for stage in choices.stages() if stage.type == "open"]


@pytest.fixture
def company(cast, system, stages):
    """Ines has a deal at Acme, Hugo one at Bolt; a lead waits for Ana."""
    acme, bolt = accounts.create_many(
        [{"name": "Acme Foods", "owner": cast.ines.pk, "city": "Madrid"}, {"name": "Bolt Motors", "owner": cast.hugo.pk}], by=system
    )
    dana = contacts.create(
        first_name="Dana", last_name="Whitfield", account=acme.pk, email="dana@acme.example", owner=cast.ines.pk, by=system
    )
    rows = [
        {
            "name": "Platform rollout",
            "account": acme.pk,
            "stage": stages[0].pk,
            "amount": "46000",
            "close_date": TODAY + dt.timedelta(days=10),
            "owner": cast.ines.pk,
        },
        {
            "name": "Fleet upgrade",
            "account": bolt.pk,
            "stage": stages[1].pk,
            "amount": "20000",
            "close_date": TODAY + dt.timedelta(days=5),
            "owner": cast.hugo.pk,
        },
    ]
    ours, theirs = deals.create_many(rows, by=system)
    lead = leads.create(
        first_name="Nora", last_name="Lindholm", company="Brightwater", email="nora@brightwater.example", owner=cast.ana.pk, by=system
    )
    return {"acme": acme, "bolt": bolt, "dana": dana, "ours": ours, "theirs": theirs, "lead": lead}
