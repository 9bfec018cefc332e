"""Reverting: creations go, updates get their old values, what others touched is kept and listed."""

from pacesetter.base.models import ExternalId, HistoryEntry, Option, Team, User
from pacesetter.crm import activities, deal_parts, deals
from pacesetter.crm.models import Account, Deal, DealChange, LineItem
from tests.intake.test_load import counts, text


def test_an_empty_company_is_empty_again_but_remembers(bring, load, revert):
    batch = revert(load(bring(text())))
    assert batch.state == "reverted" and batch.kept == []
    for model in (Deal, Account, User, Team, Option, ExternalId, LineItem, DealChange):
        assert not model.objects.exists(), model
    assert HistoryEntry.objects.filter(kind="deal.created").count() == 3
    assert HistoryEntry.objects.filter(kind="deal.reverted").count() == 3


def test_updates_are_put_back(bring, load, revert):
    load(bring(text()))
    newer = load(bring(text("1,First,Closed Won,150,2026-11-02,2026-01-02,Ann Lee,,")))
    revert(newer)
    first = Deal.objects.get(name="First")
    assert (first.status, first.amount, first.closed_on, Deal.objects.count()) == ("open", 10050, None, 3)
    assert LineItem.objects.get(deal=first).amount == 10050


def test_what_others_touched_is_kept_and_listed(bring, load, revert, system):
    batch = load(bring(text()))
    touched = Deal.objects.get(name="Third")
    deals.edit(touched, by=system, next_step="Ask again")
    revert(batch)
    assert list(Deal.objects.all()) == [touched]
    assert {"noun": "deal", "id": touched.pk, "code": "touched_since"} in batch.kept
    assert {"noun": "account", "id": touched.account_id, "code": "in_use_since"} in batch.kept
    assert Account.objects.get() == touched.account
    assert User.objects.get() == touched.owner


def test_a_record_that_others_use_is_kept(bring, load, revert, system):
    batch = load(bring(text()))
    deal = Deal.objects.get(name="First")
    activities.log(kind="call", deal=deal, by=system)
    revert(batch)
    assert list(Deal.objects.all()) == [deal]


def test_a_changed_update_is_kept(bring, load, revert, system):
    load(bring(text()))
    newer = load(bring(text("1,First,Discovery,150,2026-12-01,2026-01-02,Ann Lee,Acme,Widget")))
    first = Deal.objects.get(name="First")
    from pacesetter.crm.models import Product

    deal_parts.set_lines(first, lines=[(Product.objects.get(), 1, 17000)], by=system)
    revert(newer)
    first.refresh_from_db()
    assert first.amount == 17000
    assert {one["code"] for one in newer.kept} == {"undo_conflict"}
    assert {one["id"] for one in newer.kept} == {first.pk}


def test_after_a_revert_the_file_can_come_again(bring, load, revert):
    revert(load(bring(text())))
    assert counts(load(bring(text()))) == (3, 0, 0, 0)


def test_people_who_were_there_go_back_to_their_team(bring, load, revert, cast):
    batch = load(bring("Sales agent,Manager,Regional office\nInes Navarro,Mei Tanaka,North\n", "sales_teams.csv"))
    from pacesetter.base import teams

    assert teams.team_of(cast.ines) == cast.north
    revert(batch)
    assert teams.team_of(cast.ines) == cast.south
    assert teams.everyone_under(cast.daniel.pk) == {cast.ines.pk, cast.ana.pk}
