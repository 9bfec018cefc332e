"""Rows and tables agree on who sees what, for every owned noun, every role and any reporting tree."""

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pacesetter.base import settings as company
from pacesetter.base import teams, users
from pacesetter.base.actor import Actor
from pacesetter.base.models import Reporting, Role
from pacesetter.base.scope import explain, scope_of
from pacesetter.crm import accounts, contacts, deals, leads
from pacesetter.crm.models import Account, Contact, Deal, Lead

pytestmark = pytest.mark.django_db
MODELS = {"account": Account, "contact": Contact, "deal": Deal, "lead": Lead}


@pytest.fixture
def world(system):
    """Five people, and one record of each noun for each of them and for nobody."""
    people = [users.create(f"Person {n}", email=f"p{n}@example.com", by=system) for n in range(5)]
    for owner in [*people, None]:
        pk = owner.pk if owner else None
        accounts.create(by=system, name="a", owner=pk)
        contacts.create(by=system, last_name="c", owner=pk)
        deals.create(by=system, name="d", owner=pk)
        leads.create(by=system, last_name="l", owner=pk)
    return people


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    role=st.sampled_from(["seller", "sdr", "sales_manager", "analyst", "executive", "administrator", None]),
    managers=st.lists(st.integers(-1, 3), min_size=4, max_size=4),
    open_accounts=st.booleans(),
    to=st.sampled_from(["read", "edit"]),
)
def test_rows_and_tables_agree(world, system, role, managers, open_accounts, to):
    Reporting.objects.all().delete()
    for at, manager in enumerate(managers, start=1):
        if 0 <= manager < at:  # a tree: everyone reports to somebody before them
            teams.report_to(world[at], manager=world[manager], by=system)
    company.put("company.accounts_open", open_accounts, by=system)
    world[0].role = Role.objects.get(key=role) if role else None
    actor = Actor.of(world[0], via="web")
    for noun, model in MODELS.items():
        rows = model.objects.visible_to(actor) if to == "read" else model.objects.editable_by(actor)
        schema = pa.schema([("id", pa.int64()), ("owner_id", pa.int64())])
        table = ibis.memtable(pa.Table.from_pylist(list(model.objects.values("id", "owner_id")), schema))
        scope = scope_of(actor, noun, to=to)
        assert set(scope.rows(table).execute()["id"]) == set(rows.values_list("pk", flat=True)), noun
        assert {obj.pk for obj in model.objects.all() if scope.allows(obj.owner_id)} == set(rows.values_list("pk", flat=True)), noun


def test_a_person_without_role_sees_nothing(world):
    actor = Actor.of(world[0], via="web")
    assert not any(model.objects.visible_to(actor).exists() for model in MODELS.values())
    assert explain(actor, world[1].pk, "deal")[0] == "sees_nothing_no_role"


def test_yesterdays_manager_no_longer_sees(cast, system):
    deal = deals.create(by=cast.actor("ines"), name="x")
    assert Deal.objects.visible_to(cast.actor("daniel")).filter(pk=deal.pk).exists()
    teams.report_to(cast.ines, manager=cast.mei, by=system)
    assert not Deal.objects.visible_to(cast.actor("daniel")).filter(pk=deal.pk).exists()
    assert Deal.objects.visible_to(cast.actor("mei")).filter(pk=deal.pk).exists()


def test_an_activity_is_as_visible_as_its_deal_even_where_accounts_are_open(cast, system):
    from pacesetter.crm import activities
    from pacesetter.crm.models import Activity

    account = accounts.create(by=system, name="Lattice", owner=cast.hugo.pk)
    deal = deals.create(by=cast.actor("hugo"), name="x", account=account.pk)
    activities.log(by=cast.actor("hugo"), kind="note", deal=deal.pk, body="Their budget is 50k")
    activities.log(by=cast.actor("hugo"), kind="note", account=account.pk, body="They moved")
    assert [a.body for a in Activity.objects.visible_to(cast.actor("ines"))] == ["They moved"]
