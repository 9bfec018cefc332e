"""Possible duplicates with a choice per group, and records that the source no longer has."""

import json

import pytest
from click.testing import CliRunner

from pacesetter.cli import main
from pacesetter.core.errors import Invalid
from pacesetter.crm import accounts, contacts
from pacesetter.crm.models import Account, Contact, Deal
from pacesetter.intake import imports
from pacesetter.intake.report import describe

pytestmark = pytest.mark.django_db
CONTACTS = """Contact ID,First Name,Last Name,Email,Title
1,Ida,Berg,ida@acme.example,CFO
2,Uma,Rao,uma@rao.example,CEO
"""
ACCOUNTS = """Account ID,Account Name,Website,City
1,Acme Holding,https://www.acme.example,Rome
2,Beta,https://beta.example,Oslo
"""


@pytest.fixture
def here(system, db):
    return contacts.create(first_name="Ida", last_name="Berg-Olsen", email="ida@acme.example", by=system)


def groups(batch):
    return list(batch.files.get().repairs.filter(kind="alike"))


def counted(batch):
    return tuple(batch.count(what) for what in ("new", "updates", "same", "refused"))


def test_the_same_mail_is_shown_and_updates_unless_somebody_says_otherwise(bring, here):
    batch = bring(CONTACTS, "contacts.csv")
    (group,) = groups(batch)
    assert (group.code, group.params["usual"], group.values[0]["to"], group.rows) == ("alike_email", "update", here.pk, 1)
    assert counted(batch) == (1, 1, 0, 0)


@pytest.mark.parametrize(
    ("choice", "counts", "there"), [("update", (1, 1, 0, 0), 2), ("create", (2, 0, 0, 0), 3), ("skip", (1, 0, 0, 1), 2)]
)
def test_the_choice_is_done(bring, load, system, here, choice, counts, there):
    batch = bring(CONTACTS, "contacts.csv")
    imports.choose(groups(batch)[0], choice, by=system)
    imports.check_now(batch, by=system)
    assert counted(batch) == counts
    load(batch)
    assert (counted(batch), Contact.objects.count()) == (counts, there)
    assert groups(batch)[0].decision == choice
    again = bring(CONTACTS, "contacts.csv")
    assert (again.count("new"), again.count("updates")) == ((1, 0) if choice == "skip" else (0, 0)) or choice == "skip"


def test_a_domain_is_a_weaker_likeness(bring, load, system):
    acme = accounts.create(name="Acme", domain="acme.example", by=system)
    batch = bring(ACCOUNTS, "accounts.csv")
    (group,) = groups(batch)
    assert (group.code, group.params["usual"], group.values[0]["to"]) == ("alike_domain", "create", acme.pk)
    assert counted(batch) == (2, 0, 0, 0)
    imports.choose(group, "update", by=system)
    imports.check_now(batch, by=system)
    assert counted(batch) == (1, 1, 0, 0)
    load(batch)
    acme.refresh_from_db()
    assert (acme.name, acme.city, Account.objects.count()) == ("Acme Holding", "Rome", 2)


def test_twins_in_one_file(bring, load, system):
    batch = bring(CONTACTS + "3,Ida,Berg,IDA@acme.example,CFO\n", "contacts.csv")
    (group,) = groups(batch)
    assert (group.code, group.params["line"], [one["line"] for one in group.values]) == ("twins_email", 2, [4])
    with pytest.raises(Invalid):
        imports.choose(group, "update", by=system)
    imports.choose(group, "skip", by=system)
    imports.check_now(batch, by=system)
    load(batch)
    assert Contact.objects.count() == 2


def test_the_command_line_shows_them_and_decides_for_all(tmp_path, here, monkeypatch):
    monkeypatch.setattr("pacesetter.cli.prepare.ready", lambda quiet=True: None)
    path = tmp_path / "contacts.csv"
    path.write_text(CONTACTS)
    shown = CliRunner().invoke(main, ["import", str(path), "--check"], catch_exceptions=False)
    assert "Possible duplicates" in shown.stdout and "1 groups" in shown.stdout
    answer = CliRunner().invoke(main, ["import", str(path), "--yes", "--duplicates", "skip", "--format", "json"], catch_exceptions=False)
    found = json.loads(answer.stdout)
    assert (found["new"], found["updates"], found["refused"]) == (1, 0, 1)


EXPORT = """Id,IsDeleted,Name,StageName,Amount,CloseDate
0061,{0},Alpha,Discovery,100,2026-12-01
0062,0,Beta,Discovery,200,2026-12-01
"""


def test_what_the_source_deleted_can_be_archived(bring, load, revert):
    load(bring(EXPORT.format(0), "Opportunity.csv"))
    batch = bring(EXPORT.format(1), "Opportunity.csv")
    (repair,) = batch.files.get().repairs.filter(kind="gone")
    assert (repair.code, repair.optional, [one["label"] for one in repair.values]) == ("deleted_there", False, ["Alpha"])
    assert describe(batch)["archives"] == 1
    load(batch)
    assert Deal.objects.get(name="Alpha").archived_at
    assert not bring(EXPORT.format(1), "Opportunity.csv").files.get().repairs.filter(kind="gone").exists()
    revert(batch)
    assert Deal.objects.get(name="Alpha").archived_at is None


def test_what_a_newer_full_export_lacks_is_shown(bring, load, system):
    load(bring(EXPORT.format(0), "Opportunity.csv"))
    newer = "\n".join(line for line in EXPORT.format(0).splitlines() if "Alpha" not in line) + "\n"
    batch = bring(newer, "Opportunity.csv")
    (repair,) = batch.files.get().repairs.filter(kind="gone")
    assert (repair.code, repair.optional, describe(batch)["archives"]) == ("missing_there", True, 0)
    imports.decide(repair, accept=True, by=system)
    imports.check_now(batch, by=system)
    assert describe(batch)["archives"] == 1
    load(batch)
    assert Deal.objects.get(name="Alpha").archived_at and not Deal.objects.get(name="Beta").archived_at


def test_a_deleted_row_that_never_came_is_refused(bring, load):
    batch = bring(EXPORT.format("true"), "Opportunity.csv")
    assert counted(batch) == (1, 0, 0, 1)
    assert batch.files.get().refusals.get().code == "deleted_in_source"
