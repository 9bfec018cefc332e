"""History in the database itself: whoever gets at the tables may add to them and no more."""

import json
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from pacesetter.base import clock, ensure, guards, history
from pacesetter.base.models import HistoryEntry
from pacesetter.core import periods
from pacesetter.crm import contacts, deals, leads
from pacesetter.crm.models import DealChange, LeadChange
from pacesetter.planning import calls
from pacesetter.planning.models import EarlyWarning, ForecastCall, ForecastRow, ForecastRun, WarningOutcome

pytestmark = pytest.mark.django_db
MODELS = [HistoryEntry, DealChange, LeadChange, ForecastCall, ForecastRun, ForecastRow, EarlyWarning, WarningOutcome]


@pytest.fixture
def told(cast):
    """A company of which every history knows something."""
    ines = cast.actor("ines")
    deal = deals.create(by=ines, name="Platform", amount="100")
    leads.create(by=ines, last_name="Lindholm", company="Brightwater", owner=cast.ines.pk)
    calls.submit(period=periods.parse("this_quarter", clock.today()), amount=5000, by=ines)
    deals.edit(deal, by=ines, next_step="Call")
    run = ForecastRun.objects.create(as_of=clock.today(), made_at=clock.now(), version="1")
    money = dict.fromkeys(("mean", "p10", "p50", "p90", "won", "open", "new"), 5)
    ForecastRow.objects.create(run=run, since=clock.today(), until=date(2027, 1, 1), method="deals", currency="USD", **money)
    warned = EarlyWarning.objects.create(
        run=run,
        kind="quarter",
        subject="company",
        raised_on=clock.today(),
        since=clock.today(),
        until=date(2027, 1, 1),
        stake=5,
        backcast=False,
    )
    WarningOutcome.objects.create(warning=warned, came=True, known_on=clock.today(), days=0)
    return contacts.create(by=ines, first_name="Dana", last_name="Whitfield", email="dana@example.com")


def refused(statement, *parameters):
    """Whether the database refuses a statement because of its guards."""
    with pytest.raises(DatabaseError, match=guards.SAYS), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
    return True


def test_every_history_is_guarded(told):
    assert {model._meta.db_table for model in MODELS} == set(guards.APPEND_ONLY)
    assert guards.missing() == [] and all(model.objects.exists() for model in MODELS)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_nothing_is_removed_emptied_or_replaced(told, model):
    table, before = model._meta.db_table, list(model.objects.order_by("id").values())
    assert refused(f"DELETE FROM {table}")
    if connection.vendor == "postgresql":
        assert refused(f"SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {table} CASCADE")
    else:
        columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
        assert refused(f"INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table}")
    assert list(model.objects.order_by("id").values()) == before


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_no_column_changes(told, model):
    for field in model._meta.concrete_fields:
        assert refused(f'UPDATE {model._meta.db_table} SET "{field.column}" = "{field.column}"')


def test_blanking_needs_its_trace_and_can_only_blank(told):
    entry = history.of("contact", told.pk).get(kind="contact.created")
    say = "UPDATE base_historyentry SET changes = %s WHERE id = %s"
    blank = {**entry.changes, "email": [None, None]}
    assert refused(say, json.dumps(blank), entry.pk), "nobody said that they did it"
    HistoryEntry.objects.create(
        noun="contact", object_id=told.pk, kind="history.blanked", at=entry.at, via="web", user_id=entry.user_id, data={"entries": 1}
    )
    assert refused(say, json.dumps({**blank, "email": [None, "forged@example.com"]}), entry.pk)
    assert refused(say, json.dumps({**blank, "more": [None, None]}), entry.pk)
    assert refused(say, json.dumps({"email": [None, None]}), entry.pk), "what stays must stay"
    assert refused("UPDATE base_historyentry SET changes = %s, user_id = 1 WHERE id = %s", json.dumps(blank), entry.pk)
    with connection.cursor() as cursor:
        cursor.execute(say, [json.dumps(blank), entry.pk])
    entry.refresh_from_db()
    assert entry.changes == blank


def test_the_trace_of_a_blanking_stays_as_it_is(told, cast):
    history.blank("contact", told.pk, by=cast.actor("ada"))
    history.blank("contact", told.pk, by=cast.actor("ada"))
    assert refused("UPDATE base_historyentry SET changes = '{}' WHERE kind = 'history.blanked' AND object_id = %s", told.pk)


def test_only_typed_history_is_redrawn_and_only_inside(told):
    with guards.redrawing(DealChange):
        DealChange.objects.all().delete()
        assert refused("DELETE FROM crm_leadchange")
    with pytest.raises(RuntimeError), guards.redrawing(LeadChange):
        raise RuntimeError
    assert refused("DELETE FROM crm_leadchange")
    with pytest.raises(ValueError), guards.redrawing(HistoryEntry):
        pass


def test_lost_and_changed_guards_are_made_again(told):
    guards.unprotect()
    assert guards.missing() == sorted(guards.APPEND_ONLY)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("CREATE TRIGGER base_historyentry_keeps BEFORE DELETE ON base_historyentry BEGIN SELECT 1; END")
    ensure.ensure()
    assert guards.missing() == [] and refused("DELETE FROM base_historyentry")
