"""The whole story of the foundation: real CRM files in, the same number on every door, and back to an empty company."""

import json
import re

import pytest
from click.testing import CliRunner
from django.test import Client

from pacesetter.base import tokens
from pacesetter.base.actor import Actor
from pacesetter.base.models import ExternalId, Role, User
from pacesetter.cli import main
from pacesetter.crm.models import Account, Deal, DealChange, Product

pytestmark = [pytest.mark.django_db, pytest.mark.real_data]


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setattr("pacesetter.cli.prepare.ready", lambda quiet=True: None)

    def call(*arguments):
        answer = CliRunner().invoke(main, list(arguments), catch_exceptions=False)
        assert answer.exit_code == 0, answer.output
        return answer.stdout

    return call


def vp() -> User:
    from pacesetter.base import users

    return users.create("Chiara Romano", email="chiara@example.com", role=Role.objects.get(key="vp_sales_ops"), by=Actor.system())


def test_maven_all_the_way(run, maven):
    checked = json.loads(run("import", str(maven), "--check", "--format", "json"))
    assert (checked["new"], checked["updates"]) == (8927, 0) and not Deal.objects.exists()
    loaded = json.loads(run("import", str(maven), "--yes", "--format", "json"))
    assert loaded["state"] == "done" and loaded["new"] == 8927

    # the command line
    (row,) = json.loads(run("metric", "win_rate", "--period", "all", "--format", "json"))
    assert (row["num"], row["den"], round(row["value"], 4)) == (4238, 6711, 0.6315)
    (total,) = json.loads(run("metric", "bookings", "--period", "all", "--variant", "value=total", "--format", "json"))
    assert (total["value"], total["currency"]) == (10_005_534, "USD")
    by_type = json.loads(run("metric", "win_rate", "--period", "all", "--by", "owner", "--format", "json"))
    assert (sum(r["num"] for r in by_type), sum(r["den"] for r in by_type)) == (4238, 6711)

    # the API
    user = vp()
    _, secret = tokens.create(user, name="test", by=Actor.of(user, via="web"))
    api = Client(headers={"authorization": f"Bearer {secret}"})
    (cell,) = api.get("/api/v1/metrics/win_rate?period=all").json()
    assert (cell["num"], cell["den"]) == (4238, 6711)
    assert len(api.get("/api/v1/metrics/win_rate/records?period=all").json()) == 6711
    assert api.get("/api/v1/deals?where=status = won&size=1").json()["count"] == 4238

    # the web
    web = Client()
    web.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = re.sub(r"<[^>]+>", " ", web.get("/metrics/win_rate?period=all").content.decode())
    assert re.search(r"63\.[12]", page) and "4,238" in page and "6,711" in page

    # pipeline as of a past day: what began by then and had not ended
    (past,) = json.loads(
        run("metric", "open_pipeline", "--period", "all", "--variant", "span=all_open", "--as-of", "2017-03-31", "--format", "json")
    )
    began = Deal.objects.filter(created_on__lte="2017-03-31").exclude(closed_on__lte="2017-03-31").count()
    assert past["n"] + past["left_out"] == began

    # and back
    reverted = json.loads(run("import", "--revert", str(loaded["id"]), "--format", "json"))
    assert reverted["state"] == "reverted" and reverted["kept"] == []
    assert not any(model.objects.exists() for model in (Deal, Account, Product, DealChange, ExternalId))
    assert list(User.objects.values_list("email", flat=True)) == ["chiara@example.com"]
    (row,) = json.loads(run("metric", "win_rate", "--period", "all", "--format", "json"))
    assert (row["value"], row["num"]) == (None, None) or row["den"] in (0, None)
