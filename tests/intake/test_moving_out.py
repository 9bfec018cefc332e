"""A company moves out in another system's form and in again: what comes back is what went, and the past is as it was."""

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from pacesetter.analytics import numbers
from pacesetter.base import clock, fields, guards, warehouse
from pacesetter.base.models import CustomField, ExternalId
from pacesetter.core.errors import NotAllowed, Refused
from pacesetter.crm import accounts, activities, campaigns, contacts, deal_parts, deals, leads
from pacesetter.crm.models import (
    Account,
    Activity,
    Campaign,
    CampaignMember,
    Contact,
    Deal,
    DealChange,
    DealContact,
    Lead,
    LeadChange,
    LeadStatus,
    Product,
    Stage,
)  # fmt: skip
from pacesetter.intake import imports, moving_out
from pacesetter.intake.models import Repair

pytestmark = pytest.mark.django_db
PAST = dt.date(2026, 9, 30)


def at(day: str, hour: int = 9):
    return clock.set_to(dt.datetime.fromisoformat(f"{day}T{hour:02d}:30:00+00:00"))


@pytest.fixture
def company(cast, system):
    """Something of everything, with a past."""
    stages = {stage.key: stage for stage in Stage.objects.order_by("position")}
    first, second, third = list(stages.values())[:3]
    fields.create("account", label={"en": "Plant size"}, type="text", by=system)
    fields.add_options("account.industry", ["Energy"], by=system)
    fields.add_options("source", ["Event"], by=system)
    with at("2026-08-03"):
        group = accounts.create(by=system, name="Delta Group", owner=cast.ines.pk, country="ES", city="Sevilla", industry="Energy")
        delta = accounts.create(
            by=system, name="=Delta, “Chemical”", owner=cast.hugo.pk, parent=group.pk, phone="+34 600 111 222", employees=120
        )
        accounts.edit(group, by=system, **{"custom.plant_size": "Large"})
        dana = contacts.create(
            by=system, first_name="Dana", last_name="Ortega", email="dana@delta.example", account=delta.pk, owner=cast.ines.pk
        )
        fair = campaigns.create(
            by=system, name="Spring fair", kind="Event", since=dt.date(2026, 7, 1), until=dt.date(2026, 7, 2), budget="900"
        )
    with at("2026-08-10"):
        rows = [
            {"name": f"Deal {n}", "account": delta.pk, "owner": owner.pk, "amount": f"{n}000.50", "currency": "USD", "close_date": dt.date(2026, 12, n)}
            for n, owner in ((1, cast.ines), (2, cast.hugo), (3, cast.ines))
        ]  # fmt: skip
        one, two, _ = deals.create_many([{**row, "stage": first.pk} for row in rows], by=system)
        deal_parts.set_roles_many([(one, dana, "champion")], by=system)
    with at("2026-09-02"):
        deals.move_each([(one, second), (two, second)], by=system)
    with at("2026-10-05"):
        one = deals.edit(Deal.objects.get(pk=one.pk), by=system, amount="1500.25", close_date=dt.date(2026, 12, 24), next_step="Call Dana")
        deals.move_each([(one, third)], by=system)
        deals.close_many([deals.Closure(Deal.objects.get(pk=two.pk), "won", dt.date(2026, 10, 5))], by=system)
    with at("2026-10-06"):
        for kind, more in (
            ("call", {"minutes": 12, "inbound": True}), ("email", {}), ("meeting", {}), ("task", {"due_on": dt.date(2026, 12, 1)})
        ):  # fmt: skip
            activities.log(
                kind=kind, subject=f"A {kind}", deal=one.pk, contact=dana.pk, account=delta.pk, user=cast.ines.pk, by=system, **more
            )
        lead = leads.create(
            by=system, first_name="Leo", last_name="Vidal", company="Nube SL", email="leo@nube.example", owner=cast.ana.pk,
            status=LeadStatus.objects.filter(type="working").first().pk, source="Event",
        )  # fmt: skip
        campaigns.add_members_many([{"campaign": fair.pk, "lead": lead.pk, "status": "Sent"}], by=system)
        accounts.SHELF.archive_many([accounts.create(by=system, name="Gone Ltd", owner=cast.ines.pk)], by=system)
    warehouse.refresh(full=True)


def empty():
    """As on the day before the first record."""
    guards.unprotect()
    for model in (CampaignMember, Activity, DealContact, DealChange, LeadChange, Deal, Lead, Contact, Campaign, Product, ExternalId):
        model.objects.all().delete()
    Account.objects.update(parent=None)
    Account.objects.all().delete()
    CustomField.objects.all().delete()
    guards.protect()


def lines(folder: Path) -> dict[str, list[str]]:
    return {file.name: sorted(file.read_text().splitlines()) for file in sorted(folder.glob("*.csv"))}


def past(system):
    return [
        (cell.value, cell.num, cell.den, cell.n)
        for key, period in (("open_pipeline", "2026-Q4"), ("stage_conversion", "2026"), ("win_rate", "all"))
        for cell in numbers.measure(key, by=system, period=period, as_of=PAST if key == "open_pipeline" else None)
    ]


@pytest.mark.parametrize("like", ["salesforce", "hubspot"])
def test_what_moved_out_comes_in_again_and_the_past_with_it(company, system, tmp_path, like):
    report = moving_out.write(tmp_path / "out", by=system, like=like)
    before, history = lines(tmp_path / "out"), past(system)
    assert report.rows and history[0][3] == 3
    empty()
    batch = imports.check_now(imports.start(tmp_path / "out", by=system), by=system)
    imports.accept_all(batch, by=system)
    for asked in Repair.objects.filter(file__batch=batch, optional=True):
        imports.decide(asked, accept=True, by=system)
    imports.run_now(imports.run(batch, by=system), batch)
    batch.refresh_from_db()
    assert batch.state == "done"
    warehouse.refresh(full=True)
    assert past(system) == history
    assert Account.objects.get(phone="+34 600 111 222").name == "=Delta, “Chemical”", "harmless in a spreadsheet, and itself again here"
    moving_out.write(tmp_path / "again", by=system, like=like)
    after = lines(tmp_path / "again")
    gone = [line for file in before.values() for line in file if "Gone Ltd" in line]
    assert len(gone) == 1, "an archived record leaves as deleted"
    for name, file in before.items():
        assert after[name] == [line for line in file if line not in gone], name


def test_what_a_form_has_no_place_for_is_listed_beside_the_files(company, system, tmp_path):
    report = moving_out.write(tmp_path / "out", by=system, like="hubspot")
    assert report.lost["lead", "*"] == 1 and report.lost["deal_contact", "role"] == 1
    assert "- lead, all: 1" in (tmp_path / "out" / moving_out.NOTE).read_text()
    own = moving_out.write(tmp_path / "own", by=system)
    assert not own.lost and own.rows["histories-of-deals"] == DealChange.objects.count(), "our own words have a place for everything"


def test_workbooks_and_parquet_hold_typed_cells(company, system, tmp_path):
    moving_out.write(tmp_path / "x", by=system, form="xlsx")
    moving_out.write(tmp_path / "p", by=system, form="parquet")
    table = pq.read_table(tmp_path / "p" / "deals.parquet").to_pylist()
    one = next(row for row in table if row["Deal"] == "Deal 1")
    assert (one["Amount"], one["Close date"], one["Owner"]) == (
        Decimal("1500.2500"),
        dt.date(2026, 12, 24),
        str(Deal.objects.get(name="Deal 1").owner_id),
    )
    sheet = load_workbook(tmp_path / "x" / "accounts.xlsx").active
    cells = list(sheet.iter_rows(values_only=True))
    assert [row[cells[0].index("Name")] for row in cells if str(row[cells[0].index("Name")]).startswith("=")] == ["=Delta, “Chemical”"]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_a_field_that_a_company_calls_like_one_of_ours_keeps_a_column_of_its_own(company, system, tmp_path):
    fields.create("deal", label={"en": "Amount"}, type="text", by=system)
    moving_out.write(tmp_path / "out", by=system)
    heads = (tmp_path / "out" / "deals.csv").read_text().splitlines()[0].split(",")
    assert {"Amount", "Amount (custom.amount)"} <= set(heads) and len(heads) == len(set(heads))


def test_no_cell_of_a_csv_is_run_by_a_spreadsheet(company, system, tmp_path):
    moving_out.write(tmp_path / "out", by=system)
    with (tmp_path / "out" / "accounts.csv").open(newline="") as file:
        names = [row["Name"] for row in csv.DictReader(file)]
    assert "'=Delta, “Chemical”" in names


def test_only_what_one_may_see_and_take_leaves(company, cast, system, tmp_path):
    with pytest.raises(NotAllowed):
        moving_out.write(tmp_path / "no", by=cast.actor("nobody"))
    moving_out.write(tmp_path / "mine", by=cast.actor("daniel"))
    with (tmp_path / "mine" / "deals.csv").open(newline="") as file:
        assert {row["Deal"] for row in csv.DictReader(file)} == {"Deal 1", "Deal 3"}
    assert (tmp_path / "mine" / "campaign-members.csv").read_text().count("\n") == 2
    moving_out.write(tmp_path / "other", by=cast.actor("mei"))
    assert (tmp_path / "other" / "campaign-members.csv").read_text().count("\n") == 1, "Ana's lead is not hers to see"
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "other.txt").touch()
    with pytest.raises(Refused, match="not empty"):
        moving_out.write(tmp_path / "full", by=system)
