"""A refresh that makes few rows anew ends where a refresh that makes all of them anew ends."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pacesetter.analytics import targets
from pacesetter.base import calendars, rates, teams, warehouse
from pacesetter.base.models import Calendar, RateSet
from pacesetter.base.warehouse import build, parts
from pacesetter.core.metrics.tables import FACTS
from pacesetter.core.periods import parse
from pacesetter.crm import accounts, activities, deal_parts, deals, histories, leads, pipelines
from pacesetter.crm.models import Account, Activity, Deal, Lead, LostReason, Stage
from pacesetter.enablement import tools
from pacesetter.planning import calls, quotas

DEALS = {"deal_versions", "deal_stages", "bookings", "booking_credits"}
Q4 = {"since": dt.date(2026, 10, 1), "until": dt.date(2027, 1, 1)}
NOON = dt.datetime(2026, 11, 19, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.PACESETTER_DATA = tmp_path
    return tmp_path / "extracts"


@pytest.fixture
def company(system, cast) -> dict[str, Any]:
    """Forty deals, some with a lead, a meeting and credits; leads; a quota, a call and a tool in use."""
    firms = accounts.create_many([{"name": f"Firm {n}", "country": "ES" if n % 2 else ""} for n in range(8)], by=system)
    came = leads.create_many([{"last_name": f"Lead {n}", "owner": cast.ana.pk} for n in range(12)], by=system)
    made = deals.create_many(
        [
            {"name": f"Deal {n}", "amount": 1000 + n, "owner": (cast.ines, cast.hugo)[n % 2].pk, "account": firms[n % 8].pk}
            for n in range(40)
        ],
        by=system,
    )
    activities.log(kind="meeting", subject="Kick-off", deal=made[0].pk, happened_at=NOON, by=system)
    deals.close_won(made[1], by=system)
    quotas.put(cast.ines, amount=900_00, by=system, **Q4)
    calls.submit(user=cast.ines, period=parse("2026-Q4", dt.date(2026, 11, 20)), amount=500_00, by=system)
    calendars.create("Office", time_zone="Europe/Madrid", by=system)
    tool = tools.create("Dialler", by=system)
    tools.give(tool, users=[cast.ines], since=dt.date(2026, 9, 1), by=system)
    tools.note_use_many([(tool, cast.ines, dt.date(2026, 11, 9), True, 4)], by=system)
    return {"system": system, "cast": cast, "deals": made, "leads": came, "firms": firms, "tool": tool}


def rows() -> dict[str, list[tuple[Any, ...]]]:
    """Every fact, in an order of its own."""
    version = warehouse.current()
    return {fact: sorted(map(repr, (tuple(row.values()) for row in warehouse.query(version, f"FROM {fact}", {})))) for fact in FACTS}


def move(it: dict[str, Any]) -> None:
    to = Stage.objects.filter(type="open").order_by("position")[2]
    deals.move_stage(it["deals"][2], to=to, by=it["system"])


def won(it: dict[str, Any]) -> None:
    deals.close_won(it["deals"][3], by=it["system"])
    deals.close_lost(it["deals"][4], reason=LostReason.objects.first(), by=it["system"])
    deals.reopen(Deal.objects.get(pk=it["deals"][1].pk), by=it["system"])


def told(it: dict[str, Any]) -> None:
    histories.tell_many([{"deal": it["deals"][5].pk, "at": NOON - dt.timedelta(days=90), "amount": 1}], by=it["system"])


def met(it: dict[str, Any]) -> None:
    activities.log(kind="meeting", subject="Demo", deal=it["deals"][6].pk, happened_at=NOON, by=it["system"])


def unmet(it: dict[str, Any]) -> None:
    meeting = Activity.objects.get(subject="Kick-off")
    activities.edit(meeting, happened_at=NOON - dt.timedelta(days=30), by=it["system"])


def met_elsewhere(it: dict[str, Any]) -> None:
    activities.edit(Activity.objects.get(subject="Kick-off"), deal=it["deals"][9].pk, by=it["system"])


def segment(it: dict[str, Any]) -> None:
    accounts.edit(Account.objects.get(pk=it["firms"][0].pk), country="IT", by=it["system"])


def credits(it: dict[str, Any]) -> None:
    shares = [(it["cast"].ines, "owner", 6000), (it["cast"].hugo, "owner", 4000)]
    deal_parts.set_credits(Deal.objects.get(pk=it["deals"][1].pk), shares=shares, by=it["system"])


def archived(it: dict[str, Any]) -> None:
    deals.archive(it["deals"][7], by=it["system"])


def converted(it: dict[str, Any]) -> None:
    leads.convert(Lead.objects.get(pk=it["leads"][0].pk), by=it["system"])


def answered(it: dict[str, Any]) -> None:
    activities.log(kind="call", subject="Hello", lead=it["leads"][1].pk, happened_at=NOON + dt.timedelta(days=1), by=it["system"])


def an_older_lead(it: dict[str, Any]) -> None:
    leads.create_many([{"last_name": "Early", "received_at": NOON - dt.timedelta(days=400)}], facts=True, by=it["system"])


def transferred(it: dict[str, Any]) -> None:
    teams.join(it["cast"].ines, team=it["cast"].north, since=dt.date(2026, 11, 2), by=it["system"])


def away(it: dict[str, Any]) -> None:
    teams.away(it["cast"].ines, since=dt.date(2026, 11, 2), until=dt.date(2026, 11, 9), by=it["system"])


def employed(it: dict[str, Any]) -> None:
    teams.employ(it["cast"].ines, since=dt.date(2026, 10, 5), ramp_until=dt.date(2027, 1, 4), by=it["system"])


def holiday(it: dict[str, Any]) -> None:
    calendars.set_holiday(Calendar.objects.first(), day=dt.date(2026, 11, 19), name="Feast", by=it["system"])


def rate(it: dict[str, Any]) -> None:
    rates.put(RateSet.objects.get(key="plan"), currency="EUR", on=dt.date(2026, 1, 1), rate=Decimal("1.1"), by=it["system"])


def target(it: dict[str, Any]) -> None:
    targets.set_target("bookings", value=Decimal(1000), by=it["system"], **Q4)


def quota(it: dict[str, Any]) -> None:
    quotas.put(it["cast"].hugo, amount=700_00, by=it["system"], **Q4)


def call(it: dict[str, Any]) -> None:
    calls.submit(user=it["cast"].ines, period=parse("2026-Q4", dt.date(2026, 11, 20)), amount=600_00, by=it["system"])


def use(it: dict[str, Any]) -> None:
    tools.note_use_many([(it["tool"], it["cast"].ines, dt.date(2026, 11, 16), True, 9)], by=it["system"])


def stage(it: dict[str, Any]) -> None:
    pipelines.edit_stage(Stage.objects.filter(type="open").order_by("position")[1], is_qualified=True, by=it["system"])


def reason(it: dict[str, Any]) -> None:
    pipelines.edit_reason(LostReason.objects.first(), never_real=True, by=it["system"])


# what happens, and which facts may be touched by it
CASES: list[tuple[Callable[[dict[str, Any]], None], set[str]]] = [
    *((one, DEALS) for one in (move, won, told, met, unmet, met_elsewhere, segment, credits, archived)),
    (converted, DEALS | {"leads"}),
    (answered, DEALS | {"leads"}),
    (an_older_lead, {"clock", "leads"}),
    (transferred, {"memberships", "leads", "quota_pieces"}),
    (away, {"quota_pieces", "person_weeks"}),
    (employed, {"quota_pieces", "person_weeks"}),
    (holiday, {"clock", "leads"}),
    (rate, {"rates"}),
    (target, {"plans"}),
    (quota, {"quota_pieces"}),
    (call, {"forecasts"}),
    (use, {"person_weeks"}),
    (stage, DEALS),
    (reason, DEALS),
]


@pytest.mark.parametrize(("happens", "touched"), CASES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_change_ends_where_reading_everything_anew_ends(company, happens, touched: set[str]) -> None:
    before = warehouse.refresh()
    happens(company)
    after = warehouse.refresh()
    found = rows()
    assert {fact for fact in before.facts if before.facts[fact] != after.facts[fact]} <= touched
    warehouse.refresh(full=True)
    assert found == rows()


def test_few_changed_deals_are_a_delta(company) -> None:
    warehouse.refresh()
    move(company)
    met(company)
    version = warehouse.refresh()
    assert all(len(version.facts[fact].deltas) == 1 and version.facts[fact].replaced == 2 for fact in DEALS)


def test_many_deltas_are_folded_and_worn_tables_made_anew(company) -> None:
    warehouse.refresh()
    for turn in range(parts.DELTAS + 2):
        deals.edit(Deal.objects.get(pk=company["deals"][0].pk), amount=10 + turn, by=company["system"])
        version = warehouse.refresh()
        assert max(len(table.deltas) for table in (*version.facts.values(), *version.raw.values())) < parts.DELTAS
    found = rows()
    warehouse.refresh(full=True)
    assert found == rows()


def test_facts_are_made_in_stretches_of_records(company, monkeypatch) -> None:
    warehouse.refresh()
    found = rows()
    monkeypatch.setattr(build, "STRETCH", 7)
    version = warehouse.refresh(full=True)
    assert len(version.facts["deal_versions"].base) == 6 and found == rows()


def test_an_unknown_noun_reads_every_table_of_people_and_rules_again(company) -> None:
    from pacesetter.base.models import Dirty, TeamMembership

    warehouse.refresh()
    TeamMembership.objects.filter(user=company["cast"].ines).update(team=company["cast"].north)
    Dirty.objects.create(noun="novelty", object_id=1)
    warehouse.refresh()
    found = rows()
    warehouse.refresh(full=True)
    assert found == rows()
