"""What moved the forecast, asked by machines."""

import datetime as dt

import pytest

from pacesetter.base import clock, warehouse
from pacesetter.crm import accounts, deals
from pacesetter.crm.models import Stage
from tests.conftest import NOW

D = dt.date


@pytest.fixture
def moving(cast, system, settings, tmp_path):
    """A week ago Ines and Hugo had a deal each in commit; since then hers grew, his was pushed out, and she has a new one."""
    settings.PACESETTER_DATA = tmp_path
    stage = Stage.objects.filter(type="open").order_by("-position").first()
    with clock.set_to(NOW - dt.timedelta(days=10)):
        acme = accounts.create(name="Acme Foods", by=system)
        row = {"account": acme.pk, "stage": stage.pk, "category": "commit", "close_date": D(2026, 12, 10)}
        hers, his = deals.create_many(
            [
                row | {"name": "Hers", "amount": "1000", "owner": cast.ines.pk},
                row | {"name": "His", "amount": "500", "owner": cast.hugo.pk},
            ],
            by=system,
        )
    deals.edit(hers, by=system, amount="1250")
    deals.edit(his, by=system, close_date=D(2027, 2, 1))
    new = deals.create(**row, name="New", amount="70.05", owner=cast.ines.pk, by=system)
    warehouse.refresh()
    return hers, his, new


def test_every_deal_is_named_once_and_the_sum_is_right(caller, moving):
    hers, his, new = moving
    status, found = caller("chiara").call("GET", "/forecast/moves?since=2026-11-15")
    assert status == 200
    assert (found["start"], found["end"], found["currency"]) == (1500.0, 1320.05, "USD")
    assert [(bar["kind"], bar["amount"], bar["deals"]) for bar in found["bars"]] == [
        ("new", 70.05, 1), ("increased", 250.0, 1), ("pushed_out", -500.0, 1),
    ]  # fmt: skip
    assert {step["deal"]: step["kind"] for step in found["deals"]} == {hers.pk: "increased", his.pk: "pushed_out", new.pk: "new"}


def test_each_sees_the_movement_of_their_own(caller, moving, cast):
    asked = "/forecast/moves?since=2026-11-15"
    for name in ("ines", "daniel"):
        found = caller(name).call("GET", asked)[1]
        assert (found["start"], found["end"]) == (1000.0, 1320.05)
        assert caller(name).call("GET", f"{asked}&owner={cast.hugo.pk}")[0] == 404
    assert caller("chiara").call("GET", f"{asked}&owner={cast.hugo.pk}")[1]["end"] == 0.0
    assert caller("").call("GET", asked)[0] == 401


@pytest.mark.parametrize(
    "asked", ["since=2026-11-15&measure=hopes", "since=2026-11-15&until=2026-11-01", "since=2026-11-15&period=soon", ""]
)
def test_what_cannot_be_answered_is_refused(caller, moving, asked):
    assert caller("chiara").call("GET", f"/forecast/moves?{asked}")[0] == 422


def test_a_manager_adjusts_with_a_reason(caller, cast):
    assert caller("ines").call("POST", "/calls", {"amount": 100})[0] == 201
    status, call = caller("daniel").call("POST", "/calls", {"amount": 80, "user": cast.ines.pk, "reason": "caution", "note": "thin"})
    assert (status, call["reason"], call["user"], call["submitted_by"]) == (201, "caution", cast.ines.pk, cast.daniel.pk)
    assert [row["amount"] for row in caller("ines").call("GET", "/calls")[1]] == [80.0, 100.0]
    assert caller("ines").call("POST", "/calls", {"amount": 80, "reason": "mood"})[0] == 422
