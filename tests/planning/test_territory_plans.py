"""A territory plan from its first draft to what it changed, and back."""

import datetime as dt
from contextlib import contextmanager

import pytest

from pacesetter.base import clock, history, jobs, settings, territories, users
from pacesetter.base.actor import Actor
from pacesetter.base.models import HistoryEntry, Role, Territory, TerritoryAccount
from pacesetter.core.errors import Conflict, NotAllowed, NotFound, Refused
from pacesetter.crm import accounts, deals
from pacesetter.crm.models import Account, Deal
from pacesetter.planning import (
    territory_accounts,
    territory_drafts,
    territory_figures,
    territory_plans,
    territory_publishing,
    territory_values,
)
from pacesetter.planning.models import TerritoryPlan
from tests.planning import drawn
from tests.planning.drawn import draft, run


@contextmanager
def refuses(code):
    with pytest.raises(Refused) as found:
        yield
    assert found.value.code == code


@pytest.fixture
def known(cast, system):
    return drawn.company(cast, system)


@pytest.fixture
def chiara(cast):
    return cast.actor("chiara")


def of(plan, name):
    return plan.territories.get(name=name)


def live(plan, by, **more):
    plan = territory_plans.approve(territory_plans.submit(plan, by=by), by=by)
    plan = territory_publishing.publish(plan, by=by, **more)
    for job in jobs.Job.objects.filter(state="queued", key="territory.publish"):
        run(job)
    plan.refresh_from_db()
    return plan


def owner(row):
    return Account.objects.get(pk=row.pk).owner.name


class TestDraft:
    def test_it_begins_with_how_accounts_are_shared_now(self, known, chiara):
        plan = draft(chiara)
        assert [(one.name, one.owner.name) for one in plan.territories.all()] == [("Hugo Marchetti",) * 2, ("Ines Navarro",) * 2]
        assert plan.made and plan.accounts.count() == 6
        assert {row.placed_by for row in plan.accounts.all()} == {"coordinates"}

    def test_a_condition_says_which_accounts(self, known, chiara):
        assert draft(chiara, where="city = Madrid").accounts.count() == 2
        with refuses("no_accounts"):
            territory_plans.create("None", where="city = Roma", by=chiara)

    def test_drawing_changes_no_account_and_is_undone(self, known, chiara):
        plan = draft(chiara)
        madrid = [known["Madrid 1"].pk, known["Madrid 2"].pk]
        entry = territory_drafts.move(plan, madrid, to=of(plan, "Hugo Marchetti"), by=chiara)
        assert owner(known["Madrid 1"]) == "Ines Navarro"
        assert plan.accounts.filter(place=of(plan, "Hugo Marchetti")).count() == 4
        territory_drafts.take_back(entry, by=chiara)
        assert plan.accounts.filter(place=of(plan, "Hugo Marchetti")).count() == 2
        with pytest.raises(Conflict):
            territory_drafts.take_back(entry, by=chiara)

    def test_the_second_of_two_who_draw_is_told(self, known, chiara):
        plan = draft(chiara)
        seen = plan.version
        territory_drafts.move(plan, [known["Madrid 1"].pk], to=of(plan, "Hugo Marchetti"), by=chiara, version=seen)
        with pytest.raises(Conflict):
            territory_drafts.move(plan, [known["Madrid 2"].pk], to=of(plan, "Hugo Marchetti"), by=chiara, version=seen)

    def test_pinned_accounts_stay(self, known, chiara):
        plan = draft(chiara)
        territory_drafts.pin(plan, [known["Madrid 1"].pk], by=chiara)
        with refuses("pinned_accounts"):
            territory_drafts.move(plan, [known["Madrid 1"].pk], to=of(plan, "Hugo Marchetti"), by=chiara)
        territory_drafts.alter(of(plan, "Hugo Marchetti"), where="city = Madrid", by=chiara)
        territory_drafts.follow_rules(plan, by=chiara)
        assert set(plan.accounts.filter(place=of(plan, "Hugo Marchetti")).values_list("account__name", flat=True)) == {
            "Madrid 2",
            "Milano 1",
            "Milano 2",
        }

    def test_the_first_rule_counts_and_is_kept_as_the_reason(self, known, chiara):
        plan = draft(chiara)
        south = territory_drafts.add(plan, "South", where="city = Sevilla", by=chiara)
        territory_drafts.alter(of(plan, "Ines Navarro"), where="city in (Madrid, Sevilla)", position=0, by=chiara)
        territory_drafts.follow_rules(plan, by=chiara)
        assert plan.accounts.filter(place=south).count() == 0
        territory_drafts.alter(south, position=-1, by=chiara)
        territory_drafts.follow_rules(plan, by=chiara)
        assert [row.reason for row in plan.accounts.filter(place=south)] == [{"rule": "city = Sevilla"}] * 2

    def test_what_cannot_be_drawn(self, known, chiara, cast):
        plan = draft(chiara)
        with refuses("unknown_field"):
            territory_drafts.add(plan, "North", where="colour = blue", by=chiara)
        with refuses("duplicate"):
            territory_plans.create("fy27", by=chiara)
        with refuses("duplicate"):
            territory_drafts.add(plan, "Ines Navarro", by=chiara)
        with refuses("still_there"):
            territory_drafts.remove(of(plan, "Ines Navarro"), by=chiara)
        with pytest.raises(NotFound):
            territory_drafts.move(plan, [0], to=of(plan, "Ines Navarro"), by=chiara)
        with pytest.raises(NotAllowed):
            territory_drafts.move(plan, [known["Madrid 1"].pk], to=None, by=cast.actor("daniel"))

    def test_a_copy_has_the_same_places(self, known, chiara):
        plan = draft(chiara)
        territory_drafts.move(plan, [known["Madrid 1"].pk], to=of(plan, "Hugo Marchetti"), by=chiara)
        run(territory_plans.create("B", copy=plan, by=chiara))
        copy = TerritoryPlan.objects.get(name="B")
        assert territory_figures.compare(plan, copy)["differ"] == []
        assert copy.accounts.filter(place=of(copy, "Hugo Marchetti")).count() == 3


class TestLife:
    def test_a_plan_is_submitted_approved_and_sent_back(self, known, chiara, cast):
        plan = draft(chiara)
        with refuses("plan_state"):
            territory_plans.approve(plan, by=chiara)
        plan = territory_plans.submit(plan, by=cast.actor("yuki"))
        with pytest.raises(NotAllowed):
            territory_plans.approve(plan, by=cast.actor("yuki"))
        with refuses("plan_state"):
            territory_drafts.move(plan, [known["Madrid 1"].pk], to=of(plan, "Hugo Marchetti"), by=chiara)
        plan = territory_plans.send_back(plan, reason="Too far", by=chiara)
        assert plan.state == "draft"

    def test_a_plan_with_homeless_accounts_is_not_ready(self, known, chiara):
        plan = draft(chiara)
        territory_drafts.move(plan, [known["Madrid 1"].pk], to=None, by=chiara)
        with refuses("not_all_placed"):
            territory_plans.submit(plan, by=chiara)

    def test_sellers_see_no_plans(self, known, chiara, cast):
        plan = draft(chiara)
        with pytest.raises(NotAllowed):
            territory_plans.find(plan.pk, by=cast.actor("ines"))


class TestPublication:
    def moved(self, known, chiara):
        plan = draft(chiara)
        territory_drafts.move(plan, [known["Sevilla 1"].pk, known["Madrid 1"].pk], to=of(plan, "Hugo Marchetti"), by=chiara)
        return plan

    def test_accounts_change_hands_with_one_entry_each(self, known, chiara):
        plan = live(self.moved(known, chiara), chiara)
        assert (owner(known["Sevilla 1"]), owner(known["Sevilla 2"])) == ("Hugo Marchetti", "Ines Navarro")
        assert HistoryEntry.objects.filter(batch=plan.batch).count() == 2
        assert Deal.objects.get().owner.name == "Ines Navarro"
        assert plan.live and set(territories.of_accounts()) == {row.pk for row in known.values()}

    def test_open_deals_follow_when_asked(self, known, chiara):
        plan = self.moved(known, chiara)
        territory_plans.edit(plan, open_deals="now", by=chiara)
        live(plan, chiara)
        assert Deal.objects.get().owner.name == "Hugo Marchetti"

    def test_open_deals_follow_behind_the_quarter(self, known, chiara):
        plan = self.moved(known, chiara)
        territory_plans.edit(plan, open_deals="period_end", by=chiara)
        plan = live(plan, chiara)
        assert plan.deals_on == dt.date(2027, 1, 1)
        with clock.set_to(dt.datetime(2027, 1, 1, 9, tzinfo=dt.UTC)):
            run(jobs.start("territory.due", by=chiara))
        assert Deal.objects.get().owner.name == "Hugo Marchetti"

    def test_a_held_account_waits_for_its_deal(self, known, chiara, system):
        plan = self.moved(known, chiara)
        territory_drafts.hold(plan, [known["Sevilla 1"].pk], by=chiara)
        live(plan, chiara)
        assert owner(known["Sevilla 1"]) == "Ines Navarro" and owner(known["Madrid 1"]) == "Hugo Marchetti"
        run(jobs.start("territory.due", by=chiara))
        assert owner(known["Sevilla 1"]) == "Ines Navarro"
        deals.close_many([deals.Closure(Deal.objects.get(), "won", clock.today(), None)], by=system)
        run(jobs.start("territory.due", by=chiara))
        assert owner(known["Sevilla 1"]) == "Hugo Marchetti"

    def test_taking_back_restores_every_owner(self, known, chiara):
        before = {name: owner(row) for name, row in known.items()}
        first = live(draft(chiara, "Live"), chiara)
        plan = self.moved(known, chiara)
        territory_plans.edit(plan, open_deals="now", by=chiara)
        plan = live(plan, chiara)
        within = territories.of_accounts()
        with clock.set_to(clock.now() + dt.timedelta(days=3)):
            territory_publishing.withdraw(plan, by=chiara)
            job = jobs.Job.objects.get(key="territory.withdraw")
            run(job)
            assert job.result["left"] == 0
            assert {name: owner(row) for name, row in known.items()} == before
            assert Deal.objects.get().owner.name == "Ines Navarro"
            first.refresh_from_db()
            assert first.state == "published"
            assert territories.of_accounts() != within
        assert territories.of_accounts() == within  # as the map was on that day

    def test_all_plans_that_one_replaced_hold_again(self, known, chiara):
        parts = [
            live(draft(chiara, name, where=f"city in ({cities})"), chiara) for name, cities in (("ES", "Madrid, Sevilla"), ("IT", "Milano"))
        ]
        plan = live(self.moved(known, chiara), chiara)
        assert [TerritoryPlan.objects.get(pk=one.pk).state for one in parts] == ["archived"] * 2
        territory_publishing.withdraw(plan, by=chiara)
        assert [TerritoryPlan.objects.get(pk=one.pk).state for one in parts] == ["published"] * 2
        told = history.of("territory_plan", parts[0].pk).values_list("kind", flat=True)
        assert list(told[:2]) == ["territory_plan.published", "territory_plan.archived"]

    def test_a_publication_ahead_waits_for_its_day(self, known, chiara):
        day = clock.today() + dt.timedelta(days=10)
        plan = live(self.moved(known, chiara), chiara, on=day)
        assert owner(known["Madrid 1"]) == "Ines Navarro" and not plan.live
        from pacesetter.planning import territory_jobs

        with clock.set_to(clock.now() + dt.timedelta(days=10)):
            territory_jobs._next_look = 0.0
            territory_jobs.daily()
            run(jobs.Job.objects.get(key="territory.publish"))
            assert owner(known["Madrid 1"]) == "Hugo Marchetti"
        with refuses("publish_in_past"):
            other = draft(chiara, "Late")
            territory_publishing.publish(
                territory_plans.approve(territory_plans.submit(other, by=chiara), by=chiara), on=dt.date(2026, 1, 1), by=chiara
            )

    def test_killed_half_way_it_goes_on_where_it_was(self, known, chiara, monkeypatch):
        monkeypatch.setattr(territory_publishing, "CHUNK", 2)
        plan = territory_plans.approve(territory_plans.submit(self.moved(known, chiara), by=chiara), by=chiara)
        plan = territory_publishing.publish(plan, by=chiara)
        job, steps = jobs.Job.objects.get(key="territory.publish"), []
        taken = jobs.claim(job.pk)

        class Killed(jobs.Running):
            def step(self, *args, **more):
                steps.append(args)
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            territory_publishing.go_live(plan, Killed(taken, chiara))
        jobs.Job.objects.filter(pk=job.pk).update(state="queued")
        run(jobs.Job.objects.get(pk=job.pk))
        assert HistoryEntry.objects.filter(batch=plan.batch).count() == 2
        assert TerritoryAccount.objects.count() == 6 and Territory.objects.count() == 2
        assert len(steps) == 1


def test_figures_add_up(known, chiara):
    plan = draft(chiara)
    territory_drafts.move(plan, [known["Sevilla 1"].pk], to=of(plan, "Hugo Marchetti"), by=chiara)
    figures = territory_figures.Figures(plan)
    hugo, ines = figures.lines()
    assert (hugo.gained, hugo.lost, ines.gained, ines.lost) == (1, 0, 0, 1)
    assert (hugo.now.accounts, hugo.plan.accounts, ines.plan.accounts) == (2, 3, 3)
    assert (hugo.plan.pipeline, hugo.now.pipeline) == (500000, 0)
    [move] = figures.moves()
    assert (move.before.name, move.after.name, move.cities, move.deals, move.pipeline) == (
        "Ines Navarro",
        "Hugo Marchetti",
        ("Sevilla",),
        1,
        500000,
    )
    assert hugo.plan.km >= hugo.now.km
    assert history.of("territory_plan", plan.pk).count() == 2


def test_what_somebody_says_stands_above_the_estimate(known, chiara, cast):
    territory_values.put(known["Madrid 1"], "potential", 700000, by=chiara)
    territory_values.put(known["Madrid 1"], "workload", 1250, by=chiara)
    row = draft(chiara).accounts.get(account=known["Madrid 1"])
    assert (row.potential, row.potential_source, row.workload, row.workload_source) == (700000, "typed", 12.5, "typed")
    territory_values.put(known["Madrid 1"], "potential", None, by=chiara)
    assert draft(chiara, "B").accounts.get(account=known["Madrid 1"]).potential_source == "estimated"
    with refuses("negative"):
        territory_values.put(known["Madrid 1"], "potential", -1, by=chiara)
    with pytest.raises(NotAllowed):
        territory_values.put(known["Madrid 1"], "potential", 1, by=cast.actor("hugo"))


def test_who_draws_without_seeing_the_company_sees_their_own_plans(known, chiara, cast, system):
    role = Role.objects.create(key="planner", label={"en": "Planner"}, level="team", capabilities=["territory.plan"])
    users.edit(cast.daniel, role=role, by=system)
    settings.put("company.accounts_open", False, by=system)
    daniel = cast.actor("daniel")
    draft(chiara)
    own = draft(daniel, "South")
    assert [one.name for one in territory_plans.visible_to(daniel)] == ["South"]
    assert own.accounts.count() == 4
    accounts.assign_many([known["Madrid 1"]], to=cast.hugo, by=system)
    assert territory_accounts.of(own, by=cast.actor("daniel")).count() == 3
    deals.assign_many([Deal.objects.get()], to=cast.hugo, by=system)
    assert territory_figures.Figures(own, cast.actor("daniel")).pipeline.sum() == 0
    assert territory_accounts.of(own, by=chiara).count() == 4


def test_who_may_not_draw_sends_nothing_back(known, chiara, cast):
    plan = territory_plans.submit(draft(chiara), by=chiara)
    limited = Actor.of(cast.chiara, via="api", only=["token.create"])
    with pytest.raises(NotAllowed):
        territory_plans.send_back(plan, by=limited)


@pytest.mark.parametrize("capacity", [0, -1, float("inf"), float("nan"), 1e300])
def test_a_capacity_is_a_number_of_people(known, chiara, capacity):
    with refuses("capacity"):
        territory_drafts.add(draft(chiara), "North", capacity=capacity, by=chiara)


def test_accounts_come_a_page_at_a_time_and_each_once(known, chiara):
    plan = draft(chiara)
    territory_values.put(known["Milano 2"], "potential", 700000, by=chiara)
    rows, cursor, seen = territory_accounts.of(plan, by=chiara), "", []
    while True:
        page = territory_accounts.page(rows, cursor=cursor, size=4)
        seen += [row.account_id for row in page.rows]
        cursor = page.next
        if not cursor:
            break
    assert sorted(seen) == sorted(row.pk for row in known.values())
    territory_drafts.move(plan, [known["Madrid 1"].pk], to=None, by=chiara)
    assert [row.account.name for row in territory_accounts.of(plan, by=chiara, moved=True)] == ["Madrid 1"]
    assert [row.account.name for row in territory_accounts.of(plan, by=chiara, territory=territory_accounts.NOWHERE)] == ["Madrid 1"]
    with refuses("bad_cursor"):
        territory_accounts.page(rows, cursor="x")
