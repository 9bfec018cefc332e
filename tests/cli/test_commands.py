"""Commands: what scripts may rely on."""

import datetime as dt
import json

import pytest
from click.testing import CliRunner

from pacesetter.base.models import User
from pacesetter.cli import COMMANDS, main
from pacesetter.crm import accounts, deals

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setattr("pacesetter.cli.prepare.ready", lambda quiet=True: None)

    def call(*arguments):
        return CliRunner().invoke(main, list(arguments))

    return call


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(run, name):
    answer = run(name, "--help")
    assert answer.exit_code == 0 and "Usage" in answer.output


def test_metric_is_a_list_of_rows(run, system):
    won, lost = deals.create_many([{"name": "a", "amount": "100"}, {"name": "b", "amount": "50"}], by=system)
    from pacesetter.crm.models import LostReason

    deals.close_won(won, by=system)
    deals.close_lost(lost, reason=LostReason.objects.get(key="price"), by=system)
    (row,) = json.loads(run("metric", "win_rate", "--format", "json").output)
    assert {key: row[key] for key in ("value", "num", "den", "n", "left_out", "as_of")} == {
        "value": 0.5,
        "num": 1,
        "den": 2,
        "n": 2,
        "left_out": 0,
        "as_of": "2026-11-20",
    }
    (row,) = json.loads(run("metric", "bookings", "--period", "all", "--format", "json").output)
    assert (row["value"], row["den"], row["currency"]) == (100, None, "USD")
    rows = json.loads(
        run("metric", "win_rate", "--by", "type", "--where", "type = new", "--variant", "weigh=amount", "--format", "json").output
    )
    assert [(r["type_key"], round(r["value"], 4)) for r in rows] == [("new", 0.6667)]


@pytest.mark.parametrize(
    "arguments",
    [
        ("metric", "happiness"),
        ("metric", "win_rate", "--period", "soon"),
        ("metric", "win_rate", "--by", "colour"),
        ("metric", "win_rate", "--variant", "weigh=love"),
        ("deals", "--where", "colour = red"),
        ("user", "link", "no@example.com"),
    ],
)
def test_what_cannot_be_is_one_line_and_exit_2(run, arguments):
    answer = run(*arguments)
    assert answer.exit_code == 2 and len(answer.output.strip().splitlines()) == 1 and "Traceback" not in answer.output


def test_deals_speak_the_language_of_lists(run, system):
    account = accounts.create(by=system, name="Lattice")
    deals.create_many([{"name": "a", "amount": "100", "account": account.pk}, {"name": "b", "amount": "5"}], by=system)
    rows = json.loads(run("deals", "--where", "amount > 50", "--format", "json").output)
    assert [(row["name"], row["amount"], row["account"]) for row in rows] == [("a", 100, "Lattice")]


def test_people_are_added_with_a_link(run):
    answer = run("user", "add", "Ines Navarro", "ines@example.com", "--role", "seller")
    assert "/invitations/" in answer.output and User.objects.get().role.key == "seller"
    assert "Ines" in run("user", "list").output


def test_settings_are_shown_and_changed(run):
    assert "EUR" in run("settings", "company.currency=EUR").output
    assert run("settings", "company.currency=EURO").exit_code == 2


def test_calls_are_submitted_and_read(run, system, cast):
    assert (
        "submitted for 2026-Q4"
        in run("calls", "submit", "120000", "--of", "ines@example.com", "--reason", "deal", "--note", "Two yeses").output
    )
    run("calls", "submit", "130000", "--of", "ines@example.com")
    run("calls", "submit", "900000.50")
    company, hers = json.loads(run("calls", "list", "--format", "json").output)
    assert (company["who"], company["amount"], hers["who"], hers["amount"], hers["reason"]) == (
        "company",
        900000.5,
        "Ines Navarro",
        130000,
        "",
    )
    assert [row["reason"] for row in json.loads(run("calls", "list", "--all", "--format", "json").output)] == ["", "", "deal"]
    refused = run("calls", "submit", "1", "--of", "nobody@nowhere.example")
    assert refused.exit_code == 2 and run("calls", "submit", "1", "--reason", "mood").exit_code == 2


def test_what_moved_is_printed_and_adds_up(run, system, settings, tmp_path):
    settings.PACESETTER_DATA = tmp_path
    deals.create(name="a", amount="100.50", category="commit", close_date=dt.date(2026, 12, 1), by=system)
    found = json.loads(run("calls", "moved", "--since", "2026-11-19", "--format", "json").output)
    assert (found["start"], found["end"], [deal["kind"] for deal in found["deals"]]) == (0, 100.5, ["new"])
    assert "+100.50" in run("calls", "moved", "--since", "2026-11-19").output
