"""`pacesetter import`: what scripts rely on."""

import json

import pytest
from click.testing import CliRunner

from pacesetter.cli import imports as door
from pacesetter.crm.models import Deal
from pacesetter.intake.models import Import

pytestmark = pytest.mark.django_db
TEXT = "Deal ID,Deal Name,Stage,Amount,Close Date\n1,A,Discovery,5,2026-12-01\n2,B,Discovery,5,2026-02-30\n"


@pytest.fixture
def pacesetter(monkeypatch, settings, tmp_path):
    settings.PACESETTER_DATA = tmp_path / "data"
    monkeypatch.setattr("pacesetter.cli.prepare.ready", lambda: None)
    (tmp_path / "deals.csv").write_text(TEXT)

    def run(*arguments: str):
        return CliRunner().invoke(door.command, [str(tmp_path / "deals.csv"), *arguments])

    return run


def test_check_says_everything_and_changes_nothing(pacesetter, tmp_path):
    result = pacesetter("--check", "--format", "json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)["files"][0]
    assert (found["dialect"]["delimiter"], found["encoding"], found["rows"], found["new"], found["updates"]) == (",", "utf-8", 2, 1, 0)
    assert [(one["line"], one["code"]) for one in found["refused"]] == [(3, "impossible_date")]
    assert [column["name"] for column in found["columns"]] == ["Deal ID", "Deal Name", "Stage", "Amount", "Close Date"]
    assert not Deal.objects.exists() and not Import.objects.exists()
    assert not any((tmp_path / "data" / "uploads").iterdir())


def test_yes_loads_and_lists_what_was_refused(pacesetter):
    result = pacesetter("--yes", "--format", "json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert (found["state"], found["new"], found["refused"], len(found["files"][0]["refused"])) == ("done", 1, 1, 1)
    assert Deal.objects.get().name == "A"


def test_a_second_time_there_is_nothing_to_load(pacesetter):
    pacesetter("--yes")
    result = pacesetter("--yes")
    assert result.exit_code == 0
    assert "Nothing to load" in result.output
    assert Import.objects.count() == 1


def test_without_yes_it_asks(pacesetter):
    assert pacesetter().exit_code == 1
    assert not Deal.objects.exists() and not Import.objects.exists()


def test_what_was_loaded_can_be_reverted(pacesetter):
    pacesetter("--yes")
    result = CliRunner().invoke(door.command, ["--revert", str(Import.objects.get().pk)])
    assert result.exit_code == 0, result.output
    assert not Deal.objects.exists()
