"""Leads: the response clock, the queue, and converting."""

import datetime as dt

import pytest

from pacesetter.base import calendars, history, teams
from pacesetter.core.errors import Invalid, NotAllowed, Refused
from pacesetter.crm import accounts, activities, contacts, leads
from pacesetter.crm.models import Account, Lead, LeadChange, LeadStatus

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 20, 10, 40, tzinfo=dt.UTC)


@pytest.fixture
def lead(system):
    received = NOW - dt.timedelta(minutes=30)
    return leads.create(
        by=system, first_name="Nora", last_name="Lindholm", email="Nora@Brightwater.example", company="Brightwater", received_at=received
    )


class TestResponseClock:
    def test_a_human_outbound_stops_it(self, lead, cast):
        activities.log(by=cast.actor("chiara"), kind="email", lead=lead.pk, subject="Hello")
        lead.refresh_from_db()
        assert lead.first_response_at == NOW and lead.first_response_by == cast.chiara

    @pytest.mark.parametrize("values", [{"kind": "email", "automatic": True}, {"kind": "email", "inbound": True}, {"kind": "note"}])
    def test_what_does_not_stop_it(self, lead, system, values):
        activities.log(by=system, lead=lead.pk, **values)
        lead.refresh_from_db()
        assert lead.first_response_at is None

    def test_a_call_before_the_request_does_not_count(self, lead, system):
        activities.log(by=system, lead=lead.pk, kind="call", happened_at=NOW - dt.timedelta(hours=5))
        lead.refresh_from_db()
        assert lead.first_response_at is None

    def test_it_runs_in_the_working_hours_of_the_team(self, cast, system):
        madrid = calendars.create("Madrid", time_zone="Europe/Madrid", country="ES", region="MD", by=system)
        teams.edit(cast.south, by=system, calendar_id=madrid.pk)
        night = dt.datetime(2026, 11, 19, 22, 0, tzinfo=dt.UTC)  # 23:00 in Madrid; the office opens at 9:00, 8:00 UTC
        lead = leads.create(by=system, last_name="Vogt", team=cast.south.pk, received_at=night)
        clock = leads.response_clocks([lead])[lead.pk]
        assert clock.minutes == 160 and clock.over and clock.paused_until is None

    def test_holidays_pause_it(self, cast, system):
        madrid = calendars.create("Madrid", time_zone="Europe/Madrid", by=system)
        calendars.set_holiday(madrid, day=dt.date(2026, 11, 20), name="Local", by=system)
        teams.edit(cast.south, by=system, calendar_id=madrid.pk)
        lead = leads.create(by=system, last_name="Vogt", team=cast.south.pk, received_at=NOW - dt.timedelta(hours=2))
        clock = leads.response_clocks([lead])[lead.pk]
        assert clock.minutes == 0 and clock.paused_until == dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)


class TestQueue:
    def test_whoever_works_leads_may_take_one(self, lead, cast):
        leads.assign(lead, to=cast.ana, by=cast.actor("ana"))
        assert lead.owner == cast.ana and lead.assigned_at == NOW

    def test_but_not_hand_it_to_somebody_else(self, lead, cast):
        with pytest.raises(NotAllowed):
            leads.assign(lead, to=cast.hugo, by=cast.actor("ana"))

    def test_nor_take_a_colleagues(self, lead, cast):
        leads.assign(lead, to=cast.ana, by=cast.actor("ana"))
        with pytest.raises(NotAllowed):
            leads.assign(lead, to=cast.hugo, by=cast.actor("hugo"))


class TestConverting:
    def test_the_preview_names_what_is_alike_inside_ones_scope(self, lead, system):
        account = accounts.create(by=system, name="Brightwater Foods Ltd", website="https://brightwater.example")
        found = leads.preview(lead, by=system)
        assert found.alike == [account] and found.account_values["name"] == "Brightwater"
        assert not Lead.objects.get(pk=lead.pk).converted_at

    def test_it_makes_account_contact_and_deal_with_permanent_links(self, lead, system):
        made = leads.convert(lead, by=system)
        assert (made.account.name, made.contact.email, made.deal.lead) == ("Brightwater", "nora@brightwater.example", lead)
        lead.refresh_from_db()
        assert (lead.converted_account, lead.converted_contact, lead.converted_deal) == (made.account, made.contact, made.deal)
        assert lead.status.type == "converted" and made.deal.people.get().contact == made.contact

    def test_a_second_call_answers_the_first(self, lead, system):
        first = leads.convert(lead, by=system)
        second = leads.convert(lead, by=system)
        assert second.deal == first.deal and Account.objects.count() == 1

    def test_it_can_use_what_exists(self, lead, system):
        account = accounts.create(by=system, name="Brightwater Foods")
        contact = contacts.create(by=system, last_name="Lindholm", account=account.pk)
        made = leads.convert(lead, by=system, account=account, contact=contact, with_deal=False)
        assert (made.account, made.contact, made.deal) == (account, contact, None)

    def test_a_closed_lead_is_refused_and_untouched(self, lead, system):
        leads.edit(lead, by=system, status=LeadStatus.objects.get(type="disqualified").pk)
        with pytest.raises(Refused):
            leads.convert(lead, by=system)
        assert not Account.objects.exists()

    def test_the_status_converted_cannot_be_typed(self, lead, system):
        with pytest.raises(Invalid) as refusal:
            leads.edit(lead, by=system, status=LeadStatus.objects.get(type="converted").pk)
        assert refusal.value.code == "convert_first"

    def test_history_tells_it(self, lead, system):
        leads.convert(lead, by=system)
        assert [entry.kind for entry in history.of("lead", lead.pk).order_by("id")] == ["lead.created", "lead.converted"]
        assert LeadChange.objects.filter(lead_id=lead.pk).order_by("-id").first().fields == ["status"]


def test_a_converted_lead_from_elsewhere_has_its_status_since_then(system):
    status = LeadStatus.objects.get(type="converted").pk
    row = {"last_name": "Roth", "status": status, "received_at": NOW - dt.timedelta(days=9), "converted_at": NOW - dt.timedelta(days=2)}
    (lead,) = leads.create_many([row], by=system, facts=True)
    changes = LeadChange.objects.filter(lead_id=lead.pk).order_by("occurred_at")
    assert [("status" in change.fields, (NOW - change.occurred_at).days) for change in changes] == [(False, 9), (True, 2)]
