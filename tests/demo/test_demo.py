"""The demo company: the plan has the shape it promises, and playing a short one leaves a company that adds up."""

import datetime as dt
import json
import random
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings

from pacesetter.base.models import Option, User
from pacesetter.core.errors import Refused
from pacesetter.crm.models import Account, Activity, Contact, Deal, DealChange, Lead, LineItem
from pacesetter.demo import is_unfinished, make, plan, play
from pacesetter.planning.models import ForecastCall, Quota

TODAY = dt.date(2026, 11, 20)
NOW = dt.datetime(2026, 11, 20, 10, 40, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def script():
    return plan.make(TODAY, NOW, seed=7)


class TestPlan:
    def test_the_same_seed_makes_the_same_company(self, script):
        again = plan.make(TODAY, NOW, seed=7)
        assert [(d.name, d.value, d.outcome, d.ends) for d in again.deals] == [(d.name, d.value, d.outcome, d.ends) for d in script.deals]
        assert plan.make(TODAY, NOW, seed=8).deals[5].value != script.deals[5].value or len(plan.make(TODAY, NOW, seed=8).deals) != len(
            script.deals
        )

    def test_size_and_win_rates_are_as_promised(self, script):
        assert 3_300 <= len(script.deals) <= 4_400
        for key, segment in plan.SEGMENTS.items():
            new = [d for d in script.deals if d.type == "new" and d.company.segment.key == key]
            assert sum(d.outcome == "won" for d in new) / len(new) == pytest.approx(segment.win_rate, abs=0.045)

    def test_about_three_hundred_deals_are_open(self, script):
        assert 220 <= sum(not d.closed_by(TODAY) for d in script.deals) <= 380

    def test_nothing_of_the_future_is_played(self, script):
        """What is planned for later would all happen on the last day, and every open deal stand in its last stage."""
        open_ = [deal for deal in script.deals if not deal.closed_by(TODAY)]
        agenda = play._agenda(script, random.Random(7))
        planned = Counter((deal.key, stage) for deal in script.deals for day, stage in deal.stages if day <= TODAY)
        played = Counter((deal.key, stage) for events in agenda.values() for stage, deal in events["move"])
        assert played and not played - planned
        assert any(day > TODAY for deal in open_ for day, _ in deal.stages), "some have a future"
        assert max(agenda) == TODAY

    def test_answers_are_spread_as_promised(self, script):
        settled = [lead for lead in script.leads if (NOW - lead.received).days > 7]
        share = Counter("never" if x.answered_after is None else "hour" if x.answered_after <= 60 else "later" for x in settled)
        assert share["hour"] / len(settled) == pytest.approx(0.45, abs=0.05)
        assert share["never"] / len(settled) == pytest.approx(0.13, abs=0.03)

    def test_planted_drivers_show(self, script):
        new = [d for d in script.deals if d.type == "new"]

        def rate(deals):
            return sum(d.outcome == "won" for d in deals) / len(deals)

        pushed = [d for d in new if d.drivers["three_or_more_pushes"]]
        assert rate(pushed) < rate([d for d in new if not d.drivers["three_or_more_pushes"]]) - 0.05


@pytest.mark.django_db
def test_a_short_company_is_played_and_adds_up(monkeypatch):
    monkeypatch.setattr(plan, "MONTHS", 3)
    steps = []
    people = make("s", seed=7, password="amber-quarry-77-lake", step=lambda done, total, text: steps.append((done, total)))
    assert {person.role.key for person in people} >= {"vp_sales_ops", "sales_manager", "seller", "sdr", "administrator"}
    assert all(person.check_password("amber-quarry-77-lake") for person in people[:2])
    assert Deal.objects.count() > 150 and Account.objects.exists() and Contact.objects.exists() and Lead.objects.count() > 800
    assert Activity.objects.filter(kind="task").exists() and Quota.objects.exists() and ForecastCall.objects.filter(user=None).exists()
    for deal in Deal.objects.prefetch_related("lines").select_related("stage"):
        assert deal.amount == sum(line.amount for line in deal.lines.all())
        assert deal.status == deal.stage.type
        last = DealChange.objects.filter(deal_id=deal.pk).order_by("-occurred_at", "-id")
        status = next(change.status for change in last if "status" in change.fields)
        stage = next(change.stage_id for change in last if "stage" in change.fields)
        assert (status, stage) == (deal.status, deal.stage_id)
    assert LineItem.objects.count() == Deal.objects.count()
    truth = json.loads((Path(settings.PACESETTER_DATA) / "demo" / "truth.json").read_text())
    assert truth["odds"]["several_contacts"] == 1.6 and len(truth["placebos"]) >= 6
    assert steps[-1][0] < steps[-1][1]
    with pytest.raises(Refused):
        make("s", seed=7, password="amber-quarry-77-lake", step=lambda *_: None)
    assert User.objects.filter(is_active=False).exists()
    assert all(option.label.keys() == {"en", "es", "it"} for option in Option.objects.all())
    assert Option.objects.get(key="energy").label["es"] == "Energía"


@pytest.mark.django_db
def test_an_interrupted_company_is_made_anew(monkeypatch):
    monkeypatch.setattr(plan, "MONTHS", 1)
    password = "amber-quarry-77-lake"

    def dies(done, total, text):
        if done > 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make("s", seed=7, password=password, step=dies)
    half = User.objects.count()
    assert is_unfinished() and half
    make("s", seed=7, password=password, step=lambda *_: None)
    assert not is_unfinished() and User.objects.count() == half
    assert Deal.objects.values("name", "created_on", "account").distinct().count() == Deal.objects.count()
