"""What if: neutral is what stands, effects add up, and nobody plays with what they do not see."""

import datetime as dt
from dataclasses import replace

import pytest

from pacesetter.base import clock, history, warehouse
from pacesetter.core import periods
from pacesetter.core.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from pacesetter.core.forecasting.assumptions import NEUTRAL, Assumptions
from pacesetter.crm import deals
from pacesetter.crm.models import Deal
from pacesetter.planning import forecasts, runs, scenarios, what_if
from pacesetter.planning.models import ExpectedPart, Scenario
from pacesetter.planning.what_if import Whose
from tests.planning.past import TODAY, asked

pytestmark = pytest.mark.django_db
Q4, Q1, MONTH = (periods.parse(text, TODAY) for text in ("2026-Q4", "2027-Q1", "2026-12"))
MONEY = ("mean", "won", "open", "new", "p10", "p50", "p90")


@pytest.fixture
def company(cast, system, settings, tmp_path):
    return asked(cast, system, settings, tmp_path)


def test_without_assumptions_the_run_itself_comes_out_to_the_cent(company, system):
    for period in (Q4, Q1, MONTH):
        rows = forecasts.visible(period, by=system)
        assert {(row.user_id, row.team_id) for row in rows} >= {(None, None), (company.ines.pk, None), (None, company.south.pk)}
        for row in rows:
            said = what_if.ask(period, NEUTRAL, by=system, whose=Whose(row.user_id, row.team_id))
            assert said.before.plain() == said.after.plain() == {name: getattr(row, name) for name in MONEY} and said.effects == []


def test_effects_add_up_and_what_is_won_stays(company, system):
    assumed = Assumptions(win_rate=1.2, cycle=1.3, slip=0.2, size=0.9, arrivals=1.1, hires=2)
    for period in (Q4, Q1, MONTH):
        said = what_if.ask(period, assumed, by=system)
        assert [name for name, _ in said.effects] == ["win_rate", "cycle", "slip", "size", "arrivals", "hires"]
        assert sum(amount for _, amount in said.effects) == said.after.mean - said.before.mean
        assert said.after.won == said.before.won and said.after.p10 <= said.after.p50 <= said.after.p90
    people = [what_if.ask(Q4, replace(assumed, hires=0), by=system, whose=Whose(user=user.pk)) for user in (company.ines, company.hugo)]
    assert sum(one.after.mean for one in people) == what_if.ask(Q4, replace(assumed, hires=0), by=system).after.mean


def test_everybody_asks_about_what_they_see(company):
    said = {who: what_if.ask(Q4, NEUTRAL, by=company.actor(who)).whose for who in ("ines", "daniel", "chiara", "yuki")}
    assert said == {"ines": Whose(user=company.ines.pk), "daniel": Whose(team=company.south.pk), "chiara": Whose(), "yuki": Whose()}
    for who, whose in (
        ("ines", Whose(user=company.hugo.pk)),
        ("daniel", Whose(team=company.north.pk)),
        ("mei", Whose(user=company.ines.pk)),
    ):
        with pytest.raises(NotFound):
            what_if.ask(Q4, NEUTRAL, by=company.actor(who), whose=whose)
    for who, whose in (("ines", Whose()), ("nobody", None), ("daniel", Whose())):
        with pytest.raises(Refused) as refusal:
            what_if.ask(Q4, NEUTRAL, by=company.actor(who), whose=whose)
        assert refusal.value.code == "no_what_if"


def test_deals_of_others_are_neither_listed_nor_dropped(company, system):
    mine, theirs = (Deal.objects.filter(status="open", owner=user).values_list("pk", flat=True) for user in (company.ines, company.hugo))
    ground = what_if.Question(Q4, by=company.actor("ines"))
    assert {one.deal.pk for one in ground.deals(50)} == set(mine) and all(0 <= one.chance <= 1 for one in ground.deals(50))
    assert [one.deal.pk for one in ground.deals(0, {mine[0], theirs[0], 987_654})] == [mine[0]]
    named = {"dropped": (theirs[0], 987_654), "worth": {theirs[1]: 5.0}, "moved": {theirs[0]: TODAY}}
    said = ground.ask(Assumptions(**named))
    assert said.missing == 3 and said.after == said.before and said.effects == [] and said.assumed == NEUTRAL
    whole = what_if.ask(Q4, Assumptions(**named), by=system)
    assert whole.missing == 1 and whole.after.mean != whole.before.mean
    company_ = what_if.ask(Q4, Assumptions(dropped=tuple(theirs)), by=system, whose=Whose(user=company.ines.pk))
    assert company_.missing == len(theirs) and company_.after == company_.before


def test_a_deal_that_went_to_another_team_is_out_of_reach_at_once(company, system):
    deal = Deal.objects.filter(status="open", owner=company.ines).first()
    deals.assign(deal, to=company.hugo, by=system)
    said = what_if.ask(Q4, Assumptions(dropped=(deal.pk,)), by=company.actor("ines"))
    assert said.missing == 1 and said.after == said.before


def test_only_what_the_newest_run_speaks_of_can_be_asked(company, system):
    for text in ("2026-Q3", "2026", "2027-Q2"):
        with pytest.raises(Refused) as refusal:
            what_if.ask(periods.parse(text, TODAY), NEUTRAL, by=system)
        assert refusal.value.code == "no_what_if"
    runs.make(TODAY - dt.timedelta(days=30), by=system)
    assert set(ExpectedPart.objects.values_list("run", flat=True)) == {forecasts.newest().key}
    again = runs.make(by=system)
    assert set(ExpectedPart.objects.values_list("run", flat=True)) == {again.key}
    assert what_if.ask(Q4, NEUTRAL, by=system).run == again


class TestScenarios:
    ASSUMED = Assumptions(win_rate=1.1, arrivals=0.9)

    def test_what_it_said_then_and_what_it_says_today(self, company, system):
        by = company.actor("daniel")
        made = scenarios.save(" Hope ", period=Q4, assumed=self.ASSUMED, by=by)
        assert (made.name, made.team_id, made.assumptions) == ("Hope", company.south.pk, {"win_rate": 1.1, "arrivals": 0.9})
        assert scenarios.again(made, by=by).after.plain() == made.result["after"] and scenarios.period_of(made) == Q4
        deal = Deal.objects.filter(status="open", owner=company.ines).first()
        with clock.set_to(dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)):
            deals.edit(deal, amount=9_000_000, by=system)
        with clock.set_to(dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)):
            warehouse.refresh()
            runs.make(by=system)
            kept = scenarios.find(made.pk, by=by)
            now = scenarios.again(kept, by=by)
            assert kept.result == made.result and kept.run == made.run and now.run != made.run
            assert now.after.mean > kept.result["after"]["mean"] and now.assumed == self.ASSUMED
        with clock.set_to(dt.datetime(2027, 2, 1, 9, tzinfo=dt.UTC)):
            assert scenarios.again(kept, by=by) is None

    def test_who_sees_which(self, company):
        by = {who: company.actor(who) for who in ("ines", "daniel", "mei", "hugo", "chiara", "yuki", "nobody")}
        for who in ("ines", "daniel", "chiara"):
            scenarios.save(f"{who} alone", period=Q4, assumed=self.ASSUMED, by=by[who])
        for who in ("daniel", "mei", "chiara"):
            scenarios.save(f"{who} shared", period=Q4, assumed=self.ASSUMED, by=by[who], shared=True)
        seen = {who: set(scenarios.visible_to(actor).values_list("name", flat=True)) for who, actor in by.items()}
        everything = {"daniel shared", "mei shared", "chiara shared"}
        assert seen == {
            "ines": {"ines alone"}, "daniel": {"daniel alone", "daniel shared"}, "mei": {"mei shared"}, "hugo": set(),
            "chiara": everything | {"chiara alone"}, "yuki": everything, "nobody": set(),
        }  # fmt: skip
        mine = Scenario.objects.get(name="ines alone")
        with pytest.raises(NotFound):
            scenarios.find(mine.pk, by=by["daniel"])
        shared = scenarios.find(Scenario.objects.get(name="mei shared").pk, by=by["chiara"])
        for change in (lambda: scenarios.edit(shared, name="Mine", by=by["chiara"]), lambda: scenarios.remove(shared, by=by["chiara"])):
            with pytest.raises(NotAllowed):
                change()

    def test_every_change_leaves_a_trace_and_goes_back(self, company):
        by = company.actor("daniel")
        made = scenarios.save("Hope", period=Q4, assumed=self.ASSUMED, by=by)
        scenarios.edit(made, name="Fear", shared=True, by=by)
        entry = history.of("scenario", made.pk).first()
        assert entry.kind == "scenario.edited" and entry.changes == {"name": ["Hope", "Fear"], "shared": [False, True]}
        history.undo(entry, by=by)
        assert (scenarios.find(made.pk, by=by).name, scenarios.find(made.pk, by=by).shared) == ("Hope", False)
        with pytest.raises(Conflict):
            history.undo(entry, by=by)
        before = Scenario.objects.filter(pk=made.pk).values().get()
        pk = made.pk
        scenarios.remove(scenarios.find(pk, by=by), by=by)
        gone = history.of("scenario", pk).first()
        back = scenarios.bring_back(gone, by=by)
        assert Scenario.objects.filter(pk=back.pk).values().get() == before | {"id": back.pk}
        with pytest.raises(NotAllowed):
            scenarios.bring_back(gone, by=company.actor("ines"))
        assert [one.kind for one in history.of("scenario", pk)] == [
            "scenario.removed",
            "scenario.edited",
            "scenario.edited",
            "scenario.saved",
        ]

    def test_what_is_refused_leaves_nothing(self, company, system):
        for name, who, more, error in (
            (" ", "ines", {}, Invalid), ("x" * 81, "ines", {}, Invalid), ("Mine", "ines", {"shared": True}, NotAllowed), ("Mine", "nobody", {}, Refused),
        ):  # fmt: skip
            with pytest.raises(error):
                scenarios.save(name, period=Q4, assumed=self.ASSUMED, by=company.actor(who), **more)
        with pytest.raises(NotAllowed):
            scenarios.save("Nobody's", period=Q4, assumed=self.ASSUMED, by=system)
        made = scenarios.save("Mine", period=Q4, assumed=self.ASSUMED, by=company.actor("ines"))
        with pytest.raises(Invalid):
            scenarios.edit(made, assumptions={}, by=company.actor("ines"))
        with pytest.raises(NotAllowed):
            scenarios.edit(made, shared=True, by=company.actor("ines"))
        assert list(Scenario.objects.values_list("name", "shared")) == [("Mine", False)]
