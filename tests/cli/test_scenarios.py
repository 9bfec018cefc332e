"""What if on the command line: what it prints, what it keeps and for whom."""

import datetime as dt
import json

import pytest
from click.testing import CliRunner

from pacesetter.cli import main
from pacesetter.crm.models import Deal
from pacesetter.planning import market, runs
from pacesetter.planning.models import Scenario
from tests.planning.past import live

D = dt.date
pytestmark = pytest.mark.django_db


@pytest.fixture
def run(cast, system, settings, tmp_path, monkeypatch):
    settings.PACESETTER_DATA = tmp_path
    live(cast, system)
    runs.make(by=system)
    monkeypatch.setattr("pacesetter.cli.prepare.ready", lambda quiet=True: None)

    def call(*arguments, code=0):
        done = CliRunner().invoke(main, ["forecast", *arguments])
        assert done.exit_code == code, done.output
        return done.output

    return call


def test_what_if_is_printed_and_answered_to_scripts(run, cast):
    told = run("what-if", "--win-rate", "1.2", "--arrivals", "0.9", "--hires", "2", "--hired-on", "2026-12-01")
    assert "win_rate" in told and "hires" in told and "Expected" in told and "2026-10-01 to 2027-01-01" in told
    deal = Deal.objects.filter(status="open").first()
    asked = ("--drop", "987654", "--move", f"{deal.pk}=2027-03-31", "--worth", f"{deal.pk}=99.5", "--format", "json")
    found = json.loads(run("what-if", *asked, "--period", "next_quarter"))
    assert found["missing"] == 1 and found["assumptions"] == {"moved": {str(deal.pk): "2027-03-31"}, "worth": {str(deal.pk): 9950.0}}
    added = sum(one["amount"] for one in found["effects"])
    assert added == pytest.approx(found["after"]["mean"] - found["before"]["mean"])
    company = json.loads(run("what-if", "--format", "json"))["before"]["mean"]
    people = [json.loads(run("what-if", "--of", user.email, "--format", "json"))["before"]["mean"] for user in (cast.ines, cast.hugo)]
    assert sum(people) == pytest.approx(company)
    assert json.loads(run("what-if", "--team", "south", "--format", "json"))["before"]["mean"] == pytest.approx(people[0])


def test_a_scenario_is_kept_as_its_owner_sees_it(run, cast):
    told = run("what-if", "--win-rate", "1.1", "--save", "Hope", "--for", cast.ines.email)
    made = Scenario.objects.get()
    assert f"Kept as scenario {made.pk}, Hope." in told and (made.user_id, made.owner_id) == (cast.ines.pk, cast.ines.pk)
    assert json.loads(run("scenarios", "--format", "json")) == []
    Scenario.objects.update(shared=True)
    (row,) = json.loads(run("scenarios", "--format", "json"))
    assert (row["name"], row["owner"]) == ("Hope", "Ines Navarro") and row["then"] == row["now"] == made.result["after"]["mean"] / 100
    assert "Hope" in run("scenarios")


def test_the_market_that_bookings_follow(run, system, monkeypatch):
    assert "No market series yet" in run("market") and json.loads(run("market", "--format", "json")) == []
    assert "--market does nothing" in run("what-if", "--market", "1.1")
    (value,) = market.put_many([{"series": "Orders", "month": D(2026, 10, 1), "value": 51.2}], by=system)
    assert "not asked yet" in run("market")
    tried = {"effect": {"lag": 1, "elasticity": 2.0}, "without": 0.3, "beside": 0.2, "days": 12, "logs": True, "taken": True}
    known = {"series": value.series_id, "name": "Orders", "known_until": "2026-10-01", "expected_until": None}
    monkeypatch.setattr("pacesetter.planning.market_effects.moved", lambda run, *said: run.card.update(market=[tried | known]) or {})
    runs.make(by=system)
    assert "taken: 1% is +2.00% after 1 month," in " ".join(run("market").split()), "cells are as narrow as the terminal"
    assert "A change of Orders is felt from 2026-12-01 on." in run("what-if", "--market", "1.1")
    assert "after this period" in run("what-if", "--market", "1.1", "--market-since", "2027-02-01")
    grown, plain = (json.loads(run("what-if", *more, "--format", "json"))["after"]["mean"] for more in (("--market", "1.1"), ()))
    assert grown > plain


def test_refusals_are_one_line(run):
    for arguments in (
        ("--win-rate", "9"), ("--period", "last_quarter"), ("--team", "nowhere"), ("--of", "nobody@nowhere.example"), ("--save", "Mine"),
        ("--move", "7"), ("--worth", "7=much"),
    ):  # fmt: skip
        assert run("what-if", *arguments, code=2).strip().count("\n") == 0, arguments
