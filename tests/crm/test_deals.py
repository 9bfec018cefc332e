"""Deals: what each verb changes, records and refuses."""

import datetime as dt
import uuid

import pytest

from pacesetter.base import history, listings
from pacesetter.base.models import Dirty, HistoryEntry
from pacesetter.core.errors import Conflict, Invalid, NotAllowed, RateMissing, Refused
from pacesetter.crm import accounts, contacts, deal_parts, deals, pipelines, products
from pacesetter.crm.models import Deal, DealChange, LostReason, Stage

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 20)


def stage(key):
    return Stage.objects.select_related("pipeline").get(key=key)


def kinds(deal):
    return [entry.kind for entry in history.of("deal", deal.pk).order_by("id")]


@pytest.fixture
def deal(system):
    return deals.create(by=system, name="Platform rollout", amount="1200.50", close_date=dt.date(2026, 12, 18))


class TestCreating:
    def test_a_deal_begins_today_in_the_first_stage(self, deal):
        assert (deal.stage.key, deal.status, deal.created_on, deal.closed_on) == ("discovery", "open", TODAY, None)

    def test_one_amount_and_no_term_is_total_and_annual(self, deal):
        assert (deal.amount, deal.annual_amount) == (120050, 120050)

    def test_a_term_over_a_year_makes_the_annual_value(self, system):
        assert deals.create(by=system, name="x", amount="3000", term_months=36).annual_amount == 100000

    def test_it_leaves_one_entry_one_change_and_one_dirty_row(self, deal):
        assert kinds(deal) == ["deal.created"]
        assert DealChange.objects.get(deal_id=deal.pk).stage_id == deal.stage_id
        assert Dirty.objects.filter(noun="deal", object_id=deal.pk).count() == 1

    @pytest.mark.parametrize(
        ("values", "code"),
        [
            ({"name": ""}, "required"),
            ({"name": "x", "amount": "twelve"}, "wrong_type"),
            ({"name": "x", "amount": "1.005"}, "too_many_decimals"),
            ({"name": "x", "colour": "red"}, "unknown_field"),
            ({"name": "x", "type": "gift"}, "unknown_choice"),
            ({"name": "x", "closed_on": TODAY}, "read_only"),
            ({"name": "x" * 201}, "too_long"),
        ],
    )
    def test_nonsense_is_refused_and_leaves_nothing(self, system, values, code):
        with pytest.raises(Invalid) as refusal:
            deals.create(by=system, **values)
        assert refusal.value.code == code
        assert not Deal.objects.exists() and not HistoryEntry.objects.filter(noun="deal").exists()

    def test_a_form_refuses_a_currency_without_rate_and_an_import_does_not(self, system):
        with pytest.raises(RateMissing):
            deals.create(by=system, name="x", currency="EUR", amount="5")
        assert deals.create_many([{"name": "x", "currency": "EUR", "amount": "5"}], by=system, facts=True)[0].amount == 500

    def test_a_stage_that_closes_is_refused_today_and_stated_by_an_import(self, system):
        with pytest.raises(Invalid):
            deals.create(by=system, name="x", stage=stage("won").pk)
        (fact,) = deals.create_many(
            [{"name": "x", "stage": stage("won").pk, "created_on": dt.date(2026, 1, 5), "closed_on": dt.date(2026, 3, 1)}],
            by=system,
            facts=True,
        )
        rows = DealChange.objects.filter(deal_id=fact.pk).order_by("occurred_at")
        assert [(row.status, row.occurred_at.date()) for row in rows] == [("open", dt.date(2026, 1, 5)), ("won", dt.date(2026, 3, 1))]

    def test_an_import_may_not_close_without_a_day(self, system):
        with pytest.raises(Invalid) as refusal:
            deals.create_many([{"name": "x", "stage": stage("lost").pk}], by=system, facts=True)
        assert refusal.value.code == "closed_without_date"


class TestEditing:
    def test_a_later_close_date_is_a_slip_and_an_earlier_one_is_not(self, deal, system):
        deals.edit(deal, by=system, close_date=dt.date(2027, 1, 15))
        assert deal.slips == 1
        deals.edit(deal, by=system, close_date=dt.date(2026, 12, 1))
        assert deal.slips == 1

    def test_nothing_changed_leaves_no_trace(self, deal, system):
        deals.edit(deal, by=system, name="Platform  rollout")
        assert kinds(deal) == ["deal.created"] and deal.version == 1

    def test_the_second_editor_of_a_field_sees_both_values(self, deal, cast):
        daniel, ines = cast.actor("daniel"), cast.actor("chiara")
        deals.edit(deal, by=ines, version=1, amount="2000")
        with pytest.raises(Conflict) as refusal:
            deals.edit(deal, by=ines, version=1, amount="3000")
        assert (refusal.value.params["yours"], refusal.value.params["theirs"]) == (300000, 200000)
        deals.edit(deal, by=ines, version=1, next_step="Call")  # another field does not collide
        assert daniel.level == "team" and deal.amount == 200000

    def test_only_the_owner_and_those_above_may_edit(self, cast):
        deal = deals.create(by=cast.actor("ines"), name="x")
        deals.edit(deal, by=cast.actor("daniel"), next_step="Call")
        for name in ("hugo", "mei"):
            with pytest.raises(NotAllowed):
                deals.edit(deal, by=cast.actor(name), next_step="Steal")
        with pytest.raises(NotAllowed):
            deals.edit(deal, by=cast.actor("yuki"), next_step="Analyse")
        with pytest.raises(NotAllowed):
            deals.edit(deal, by=cast.actor("nobody"), next_step="?")

    def test_fields_that_belong_to_verbs_cannot_be_edited(self, deal, system):
        for key, value in (("stage", stage("won").pk), ("status", "won"), ("owner", 1), ("slips", 0)):
            with pytest.raises(Invalid) as refusal:
                deals.edit(deal, by=system, **{key: value})
            assert refusal.value.code == "read_only"

    def test_an_archived_deal_cannot_be_edited_until_it_is_back(self, deal, system):
        deals.archive(deal, by=system)
        with pytest.raises(Refused):
            deals.edit(deal, by=system, next_step="x")
        deals.restore(deal, by=system)
        deals.edit(deal, by=system, next_step="x")


class TestMoving:
    def test_moving_on_and_back(self, deal, system):
        deals.move_stage(deal, to=stage("proposal"), by=system)
        deals.move_stage(deal, to=stage("qualification"), by=system)
        assert kinds(deal) == ["deal.created", "deal.moved", "deal.moved"]

    def test_a_strict_pipeline_refuses_skips_and_steps_back(self, deal, system):
        pipelines.edit(deal.pipeline, allow_skip=False, allow_back=False, by=system)
        with pytest.raises(Refused) as refusal:
            deals.move_stage(deal, to=stage("proposal"), by=system)
        assert refusal.value.code == "skipped_stage"
        deals.move_stage(deal, to=stage("qualification"), by=system)
        with pytest.raises(Refused) as refusal:
            deals.move_stage(deal, to=stage("discovery"), by=system)
        assert refusal.value.code == "backwards"

    def test_required_fields_and_exit_criteria_hold(self, deal, system):
        pipelines.edit_stage(stage("qualification"), required_fields=["next_step"], by=system)
        with pytest.raises(Invalid) as refusal:
            deals.move_stage(deal, to=stage("qualification"), by=system)
        assert refusal.value.code == "stage_needs"
        deals.edit(deal, by=system, next_step="Call")
        criteria = [{"key": "buyer", "label": {"en": "Buyer known"}, "required": True}]
        pipelines.edit_stage(stage("discovery"), exit_criteria=criteria, by=system)
        with pytest.raises(Refused) as refusal:
            deals.move_stage(deal, to=stage("qualification"), by=system)
        assert "Buyer known" in str(refusal.value)
        deals.tick_criterion(deal, key="buyer", met=True, by=system)
        deals.move_stage(deal, to=stage("qualification"), by=system)

    def test_one_refused_deal_stops_all(self, deal, system):
        other = deals.create(by=system, name="Other")
        deals.close_won(other, by=system)
        with pytest.raises(Refused):
            deals.move_stage_many([deal, other], to=stage("proposal"), by=system)
        deal.refresh_from_db()
        assert deal.stage.key == "discovery"


class TestClosing:
    def test_won(self, deal, system):
        deals.close_won(deal, by=system, on=dt.date(2026, 11, 20))
        assert (deal.status, deal.stage.key, deal.closed_on) == ("won", "won", TODAY)

    def test_lost_needs_a_reason_and_not_the_future(self, deal, system):
        with pytest.raises(Invalid) as refusal:
            deals.close_lost(deal, reason=None, by=system)
        assert refusal.value.code == "reason_needed"
        with pytest.raises(Invalid) as refusal:
            deals.close_won(deal, by=system, on=dt.date(2026, 11, 21))
        assert refusal.value.code == "closed_in_future"
        deal.refresh_from_db()
        assert deal.status == "open"

    def test_not_twice_and_not_before_it_began(self, deal, system):
        with pytest.raises(Invalid):
            deals.close_won(deal, by=system, on=dt.date(2026, 11, 1))
        deals.close_won(deal, by=system)
        with pytest.raises(Refused) as refusal:
            deals.close_won(deal, by=system)
        assert refusal.value.code == "already_closed"

    def test_reopening_returns_to_the_stage_before(self, deal, system):
        deals.move_stage(deal, to=stage("negotiation"), by=system)
        deals.close_lost(deal, reason=LostReason.objects.get(key="price"), by=system)
        deals.reopen(deal, by=system)
        assert (deal.stage.key, deal.status, deal.closed_on, deal.lost_reason_id) == ("negotiation", "open", None, None)

    def test_undo_of_a_closure(self, deal, system):
        deals.close_lost(deal, reason=LostReason.objects.get(key="price"), by=system)
        history.undo(history.of("deal", deal.pk).first(), by=system)
        deal.refresh_from_db()
        assert (deal.status, deal.lost_reason_id, deal.stage.key) == ("open", None, "discovery")

    def test_a_closure_typed_later_holds_since_its_day(self, system):
        (deal,) = deals.create_many([{"name": "x", "created_on": dt.date(2026, 9, 1)}], by=system, facts=True)
        deals.close_won(deal, by=system, on=dt.date(2026, 10, 5))
        assert DealChange.objects.filter(deal_id=deal.pk).order_by("-occurred_at").first().occurred_at.date() == dt.date(2026, 10, 5)


class TestUndo:
    def test_an_edit_is_put_back_with_its_slip(self, deal, system):
        deals.edit(deal, by=system, close_date=dt.date(2027, 3, 1), next_step="Call")
        history.undo(history.of("deal", deal.pk).first(), by=system)
        deal.refresh_from_db()
        assert (deal.close_date, deal.slips, deal.next_step) == (dt.date(2026, 12, 18), 0, "")

    def test_what_changed_again_is_refused_and_kept(self, deal, system):
        deals.edit(deal, by=system, next_step="Call")
        first = history.of("deal", deal.pk).first()
        deals.edit(deal, by=system, next_step="Mail")
        with pytest.raises(Conflict) as refusal:
            history.undo(first, by=system)
        assert refusal.value.code == "undo_conflict"

    def test_a_batch_is_undone_but_for_what_was_touched(self, system):
        both = deals.create_many([{"name": "a"}, {"name": "b"}], by=system)
        batch = uuid.uuid4()
        deals.edit_many(both, by=system, batch=batch, next_step="Call")
        deals.edit(both[0], by=system, next_step="Mail")
        done, left = listings.undo_batch(batch, by=system)
        assert done == 1 and [entry.object_id for entry, _ in left] == [both[0].pk]


class TestParts:
    def test_line_items_make_the_amount_read_only(self, deal, system):
        product = products.create(by=system, name="Seat", price="10", currency="USD")
        deal_parts.set_lines(deal, lines=[(product, 3, None), (product, 1, 550)], by=system)
        assert (deal.amount, deal.annual_amount) == (3550, 3550)
        with pytest.raises(Invalid) as refusal:
            deals.edit(deal, by=system, amount="5")
        assert refusal.value.code == "amount_from_lines"

    def test_credit_shares_add_up(self, deal, cast, system):
        with pytest.raises(Invalid) as refusal:
            deal_parts.set_credits(deal, shares=[(cast.ines, "owner", 5000), (cast.hugo, "owner", 4000)], by=system)
        assert refusal.value.code == "shares" and not deal.credits.exists()
        deal_parts.set_credits(deal, shares=[(cast.ines, "owner", 6000), (cast.hugo, "owner", 4000), (cast.ana, "sdr", 10000)], by=system)
        assert deal.credits.count() == 3

    def test_contact_roles_come_and_go(self, deal, system):
        contact = contacts.create(by=system, last_name="Whitfield", account=accounts.create(by=system, name="Cobalt").pk)
        for role in ("user", "champion", None):
            deal_parts.set_role(deal, contact=contact, role=role, by=system)
        with pytest.raises(Invalid) as refusal:
            deal_parts.set_role(deal, contact=contact, role="somebody who signs things", by=system)
        assert refusal.value.code == "unknown_choice" and not deal.people.exists()
        assert [entry.data["after"] for entry in history.of("deal", deal.pk).filter(kind="deal.contact").order_by("id")] == [
            "user",
            "champion",
            None,
        ]


def test_assigning_outside_ones_reach_is_refused(cast):
    deal = deals.create(by=cast.actor("ines"), name="x")
    with pytest.raises(NotAllowed):
        deals.assign(deal, to=cast.hugo, by=cast.actor("ines"))
    deals.assign(deal, to=cast.hugo, by=cast.actor("daniel"))
    assert deal.owner == cast.hugo
    with pytest.raises(NotAllowed):
        deals.assign(deal, to=cast.ines, by=cast.actor("daniel"))
