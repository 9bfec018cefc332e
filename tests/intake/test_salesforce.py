"""Salesforce's own files: everything loaded or listed, totals as in the raw files, history on its own days, and back to nothing."""

import csv
import datetime as dt
from collections import Counter, defaultdict

import pytest

from pacesetter.analytics import numbers
from pacesetter.base.models import CustomField, ExternalId, Option, Team, User
from pacesetter.crm.models import Account, Activity, Campaign, CampaignMember, Contact, Deal, DealChange, Lead, LeadChange
from pacesetter.intake import imports
from pacesetter.intake.profiles.salesforce import long_id
from pacesetter.intake.report import describe

pytestmark = pytest.mark.django_db
EVERYTHING = (
    Account,
    Activity,
    Campaign,
    CampaignMember,
    Contact,
    CustomField,
    Deal,
    DealChange,
    ExternalId,
    Lead,
    LeadChange,
    Option,
    Team,
    User,
)


@pytest.fixture
def bring_folder(system):
    def check(folder):
        return imports.check_now(imports.start(folder, by=system), by=system)

    return check


def raw(folder, name):
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def cents(text):
    return round(float(text) * 100) if text else None


def moment(text):
    return dt.datetime.strptime(text, "%m/%d/%y %I:%M %p").replace(tzinfo=dt.UTC)


@pytest.mark.real_data
def test_the_check_of_an_export_takes_or_lists_every_row(salesforce, bring_folder):
    found = describe(bring_folder(salesforce / "export"))
    taken = {one["file"]: (one["target"], one["new"]) for one in found["files"]}
    assert taken == {
        "Account.csv": ("account", 22),
        "AccountContactRelation.csv": ("", 0),
        "Branch__c.csv": ("", 0),
        "Campaign.csv": ("campaign", 8),
        "CampaignMember.csv": ("campaign_member", 68),
        "Case.csv": ("", 0),
        "Contact.csv": ("contact", 102),
        "Lead.csv": ("lead", 60),
        "Opportunity.csv": ("deal", 50),
        "Task.csv": ("activity", 75),
    }
    for one in found["files"]:
        rows = len(raw(salesforce / "export", one["file"]))
        assert one["rows"] == rows
        assert one["new"] + len(one["refused"]) == rows or one["ignored"]


@pytest.mark.real_data
def test_an_export_is_loaded_with_its_totals_and_links(salesforce, bring_folder, load):
    folder = salesforce / "export"
    load(bring_folder(folder))
    deals = raw(folder, "Opportunity.csv")
    by_outcome: dict[str, int] = defaultdict(int)
    for row in deals:
        by_outcome["won" if row["IsWon"] else "lost" if row["IsClosed"] else "open"] += cents(row["Amount"])
    ours: dict[str, int] = defaultdict(int)
    for status, amount in Deal.objects.values_list("status", "amount"):
        ours[status] += amount
    assert ours == by_outcome
    stages = {"Proposal/Quote": "Proposal", "Closed Won": "Won", "Closed Lost": "Lost"}
    counted = Counter(stages.get(row["StageName"], row["StageName"]) for row in deals)
    assert Counter(label["en"] for label in Deal.objects.values_list("stage__label", flat=True)) == counted
    names = {row["Id"]: row["Name"] for row in raw(folder, "Account.csv")}
    assert {(row["Name"], names[row["AccountId"]]) for row in deals} == set(Deal.objects.values_list("name", "account__name"))
    tasks = raw(folder, "Task.csv")
    assert Activity.objects.exclude(contact=None).count() == sum(row["WhoId"].startswith("003") for row in tasks)
    assert Activity.objects.exclude(lead=None).count() == sum(row["WhoId"].startswith("00Q") for row in tasks)
    assert sorted(day.isoformat() for day in Activity.objects.values_list("due_on", flat=True)) == sorted(
        row["ActivityDate"] for row in tasks
    )
    members = raw(folder, "CampaignMember.csv")
    assert CampaignMember.objects.exclude(lead=None).count() == sum(not row["ContactId"] for row in members)
    assert Account.objects.get(name="Patterson-Hansen").country == "US"


@pytest.mark.real_data
def test_metrics_say_what_the_raw_files_say(salesforce, bring_folder, load, system):
    folder = salesforce / "export"
    load(bring_folder(folder))
    rows = raw(folder, "Opportunity.csv")
    won = [row for row in rows if row["IsWon"]]
    (rate,) = numbers.measure("win_rate", by=system, period="all")
    assert (rate.num, rate.den) == (len(won), sum(bool(row["IsClosed"]) for row in rows))
    (booked,) = numbers.measure("bookings", by=system, period="all", variants={"value": "total"})
    assert float(booked.num) == pytest.approx(sum(float(row["Amount"]) for row in won))
    (still,) = numbers.measure("open_pipeline", by=system, period="all", variants={"span": "all_open", "value": "total"})
    assert float(still.num) == pytest.approx(sum(float(row["Amount"]) for row in rows if not row["IsClosed"]))


@pytest.mark.real_data
def test_own_columns_become_fields(salesforce, bring_folder, load):
    load(bring_folder(salesforce / "export"))
    field = CustomField.objects.get(noun="contact", label__en="Annual Income")
    assert field.type == "number"
    incomes = {row["Email"]: float(row["Annual_Income__c"]) for row in raw(salesforce / "export", "Contact.csv")}
    assert {one.email: one.custom[f"f{field.pk}"] for one in Contact.objects.all()} == incomes
    assert CustomField.objects.get(noun="lead", label__en="Home Phone").type == "text"


@pytest.mark.real_data
def test_owners_are_placeholders_until_a_file_says_who_they_are(salesforce, bring_folder, load, bring):
    load(bring_folder(salesforce / "export"))
    unknown = User.objects.get(name="005Ec000004oBPNIA2")
    assert not unknown.is_active and Deal.objects.filter(owner=unknown).count() == 50
    users = "Id,Username,LastName,FirstName,Email\n005Ec000004oBPN,ann@acme.example,Lee,Ann,ann@acme.example\n"
    load(bring(users, "User.csv"))
    unknown.refresh_from_db()
    assert (unknown.name, unknown.email, unknown.is_active) == ("Ann Lee", "ann@acme.example", False)
    assert Deal.objects.filter(owner__name="Ann Lee").count() == 50


def test_an_owner_who_is_here_already_takes_over(bring, load, system):
    from pacesetter.base import users

    deals = (
        "Id,IsDeleted,Name,StageName,Amount,CloseDate,CreatedDate,OwnerId\n0061,0,A,Discovery,5,2026-12-01,2026-01-05,005Ec000004oBPNIA2\n"
    )
    load(bring(deals, "Opportunity.csv"))
    ann = users.create("Ann Lee", email="ann@acme.example", by=system)
    load(bring("Id,Username,LastName,FirstName,Email\n005Ec000004oBPN,a,Lee,Ann,ann@acme.example\n", "User.csv"))
    deal = Deal.objects.get()
    assert (deal.owner_id, set(DealChange.objects.values_list("owner_id", flat=True))) == (ann.pk, {ann.pk})
    again = bring(deals, "Opportunity.csv")
    assert (again.count("new"), again.count("updates"), again.count("same")) == (0, 0, 1)


@pytest.mark.real_data
@pytest.mark.parametrize("part", ["export", "history"])
def test_again_changes_nothing_and_back_leaves_nothing(salesforce, bring_folder, load, revert, system, part):
    batch = load(bring_folder(salesforce / part))
    again = bring_folder(salesforce / part)
    assert (again.count("new"), again.count("updates"), again.count("refused")) == (0, 0, batch.count("refused"))
    imports.discard(again, by=system)
    revert(batch)
    assert batch.kept == []
    assert [model.__name__ for model in EVERYTHING if model.objects.exists()] == []


@pytest.mark.real_data
def test_history_stands_on_its_own_days(salesforce, bring_folder, load):
    folder = salesforce / "history"
    load(bring_folder(folder))
    told = DealChange.objects.filter(origin="told")
    rows = raw(folder, "OpportunityHistory.csv")
    ours = {one.object_id: one.value for one in ExternalId.objects.filter(noun="deal")}
    kept = sorted((ours[one.deal_id], one.occurred_at, one.amount) for one in told)
    expected = sorted(((row["OpportunityId"], moment(row["CreatedDate"]), cents(row["Amount"])) for row in rows), key=str)
    assert sorted(kept, key=str) == expected
    now = {deal.pk: (deal.stage_id, deal.amount) for deal in Deal.objects.all()}
    last = {}
    for change in DealChange.objects.order_by("occurred_at", "id"):
        stage, amount = last.get(change.deal_id, (None, None))
        last[change.deal_id] = (
            change.stage_id if "stage" in change.fields else stage,
            change.amount if "amount" in change.fields else amount,
        )
    assert last == now


@pytest.mark.real_data
@pytest.mark.parametrize("day", [dt.date(2026, 2, 23), dt.date(2026, 2, 24), dt.date(2026, 3, 7)])
def test_pipeline_as_of_a_past_day_is_that_of_the_files(salesforce, bring_folder, load, system, day):
    """Computed by hand from the history file: the last row of each opportunity up to the end of that day."""
    folder = salesforce / "history"
    load(bring_folder(folder))
    latest: dict[str, dict[str, str]] = {}
    for row in sorted(raw(folder, "OpportunityHistory.csv"), key=lambda row: moment(row["CreatedDate"])):
        if moment(row["CreatedDate"]).date() <= day:
            latest[row["OpportunityId"]] = row
    amounts = [float(row["Amount"]) if row["Amount"] else None for row in latest.values() if not row["StageName"].startswith("Closed")]
    (cell,) = numbers.measure("open_pipeline", by=system, period="all", as_of=day, variants={"span": "all_open"})
    assert (float(cell.num), cell.n) == (sum(one for one in amounts if one), sum(one is not None for one in amounts))


def test_short_ids_are_the_long_ones():
    assert long_id("005Ec000004oBPN") == "005Ec000004oBPNIA2"
    assert long_id("Acme Industries") == "Acme Industries"
