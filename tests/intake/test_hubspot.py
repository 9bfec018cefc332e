"""HubSpot's files: objects as a connector lands them, its own exports in two languages, and a folder of our own in its shape."""

import csv
import datetime as dt

import pytest
from django.test import Client

from pacesetter.analytics import numbers
from pacesetter.base import tokens, users
from pacesetter.base.actor import Actor
from pacesetter.base.models import CustomField, ExternalId, Option, Role, Team, User
from pacesetter.crm.models import Account, Activity, Contact, Deal, DealChange, DealContact, Lead, Pipeline, Stage
from pacesetter.intake import imports
from pacesetter.intake.report import describe

pytestmark = pytest.mark.django_db
EVERYTHING = (Account, Activity, Contact, CustomField, Deal, DealChange, DealContact, ExternalId, Lead, Option, Team, User)


def raw(folder, name):
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def bring_folder(system):
    def check(folder):
        return imports.check_now(imports.start(folder, by=system), by=system)

    return check


@pytest.fixture
def bring_files(bring_folder, tmp_path):
    def check(**files):
        folder = tmp_path / "portal"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (folder / f"{name}.csv").write_text(text)
        return bring_folder(folder)

    return check


@pytest.mark.real_data
def test_every_row_is_taken_or_listed(hubspot, bring_folder):
    found = describe(bring_folder(hubspot))
    left = {}
    for one in found["not_taken"]:
        assert one["reason"]
        left[one["file"]] = left.get(one["file"], 0) + one["rows"]
    assert len(found["files"]) == 56
    for one in found["files"]:
        assert one["new"] + one["same"] + left.get(one["file"], 0) == len(raw(hubspot, one["file"])), one["file"]


@pytest.mark.real_data
def test_what_is_loaded_is_what_the_files_say(hubspot, bring_folder, load):
    load(bring_folder(hubspot))
    deals = {row["property_dealname"]: row for row in raw(hubspot, "deal_data.csv")}
    ours = {deal.name: deal for deal in Deal.objects.select_related("owner", "stage")}
    assert ours.keys() == deals.keys()
    assert {name: deal.created_on.isoformat() for name, deal in ours.items()} == {
        name: row["property_createdate"][:10] for name, row in deals.items()
    }
    assert {deal.stage.key for deal in ours.values()} == {"discovery"}
    names = {row["owner_id"]: f"{row['first_name']} {row['last_name']}" for row in raw(hubspot, "owner_data.csv")}
    assert all(
        (deal.owner.name if deal.owner else "") == names.get(deals[name]["owner_id"], deals[name]["owner_id"])
        for name, deal in ours.items()
    )
    revenue = sum(int(row["property_annualrevenue"]) for row in raw(hubspot, "company_data.csv"))
    assert sum(Account.objects.exclude(annual_revenue=None).values_list("annual_revenue", flat=True)) == revenue * 100
    meetings = raw(hubspot, "engagement_meeting_data.csv")
    assert sorted(Activity.objects.filter(kind="meeting").values_list("subject", flat=True)) == sorted(row["title"] for row in meetings)
    lasted = [dt.datetime.fromisoformat(row["end_time"]) - dt.datetime.fromisoformat(row["start_time"]) for row in meetings]
    minutes = sum(round(time.total_seconds() / 60) or 1 for time in lasted if time)
    assert sum(Activity.objects.filter(kind="meeting").values_list("minutes", flat=True)) == minutes


@pytest.mark.real_data
def test_metric_and_api_say_what_the_raw_files_say(hubspot, bring_folder, load, system):
    load(bring_folder(hubspot))
    deals = raw(hubspot, "deal_data.csv")
    (cell,) = numbers.measure("open_pipeline", by=system, period="all", variants={"span": "all_open"})
    assert (cell.n, cell.left_out["no_amount"]) == (
        sum(bool(row["property_amount"]) for row in deals),
        sum(not row["property_amount"] for row in deals),
    )
    user = users.create("Chiara Romano", email="chiara@example.com", role=Role.objects.get(key="vp_sales_ops"), by=system)
    _, secret = tokens.create(user, name="test", by=Actor.of(user, via="web"))
    api = Client(headers={"authorization": f"Bearer {secret}"})
    companies = raw(hubspot, "company_data.csv")
    named = {row["property_company"] for row in raw(hubspot, "contact_data.csv")} - {""}
    answer = api.get("/api/v1/accounts?size=200").json()
    assert answer["count"] == len(companies) + len(named)
    british = sum(row["property_country"] == "United Kingdom" for row in companies)
    assert api.get("/api/v1/accounts?where=country = GB&size=1").json()["count"] == british


@pytest.mark.real_data
def test_merged_contacts_are_one_and_hashed_mail_is_none(hubspot, bring_folder, load):
    load(bring_folder(hubspot))
    contacts = raw(hubspot, "contact_data.csv")
    kept = next(row for row in contacts if row["property_hs_merged_object_ids"])
    merged = kept["property_hs_merged_object_ids"].split(";")
    assert Contact.objects.count() == len(contacts) - len({row["id"] for row in contacts} & set(merged))
    ids = ExternalId.objects.filter(source="hubspot", noun="contact")
    assert {ids.get(value=one).object_id for one in merged} == {ids.get(value=kept["id"]).object_id}
    assert set(Contact.objects.values_list("email", flat=True)) == {""}


@pytest.mark.real_data
def test_back_leaves_nothing(hubspot, bring_folder, load, revert):
    before = (Pipeline.objects.count(), Stage.objects.count())
    batch = revert(load(bring_folder(hubspot)))
    assert batch.kept == []
    assert [model.__name__ for model in EVERYTHING if model.objects.exists()] == []
    assert (Pipeline.objects.count(), Stage.objects.count()) == before


OWNERS = "owner_id,email,first_name,last_name,_fivetran_synced\n7,ann@acme.example,Ann,Lee,2026-01-01\n"
PIPELINES = "pipeline_id,label,display_order,active,_fivetran_deleted\n900,Partners,1,TRUE,FALSE\n"
STAGES = """stage_id,label,pipeline_id,probability,closed_won,is_closed,display_order,_fivetran_deleted
s1,First talk,900,0.2,FALSE,FALSE,0,FALSE
s2,Offer out,900,0.7,FALSE,FALSE,1,FALSE
s3,Signed,900,1.0,TRUE,TRUE,2,FALSE
s4,No deal,900,0.0,FALSE,TRUE,3,FALSE
"""
COMPANIES = "id,property_name,property_domain,is_deleted\n50,Acme,acme.example,false\n51,Gone Ltd,gone.example,true\n"
CONTACTS = "id,property_email,property_firstname,property_lastname,is_deleted\n60,ida@acme.example,Ida,Berg,false\n"
DEALS = """deal_id,deal_pipeline_id,deal_pipeline_stage_id,owner_id,property_dealname,property_amount,property_closedate,property_createdate,is_deleted
1,900,s2,7,Alpha,300,2026-12-01 00:00:00,2026-01-05 08:00:00,false
2,900,s3,7,Beta,500,2026-06-30 00:00:00,2026-02-01 08:00:00,false
"""
HISTORY = """deal_id,timestamp,_fivetran_synced,source,name,value
1,2026-01-05 08:00:00.100,x,CRM_UI,dealstage,s1
1,2026-01-05 08:00:00.100,x,CRM_UI,amount,100
1,2026-05-01 08:00:00.000,x,CRM_UI,amount,300
1,2026-05-02 08:00:00.000,x,CRM_UI,dealstage,s2
2,2026-02-01 08:00:00.000,x,CRM_UI,dealstage,s1
2,2026-06-30 09:00:00.000,x,CRM_UI,dealstage,s3
2,2026-03-01 09:00:00.000,x,CRM_UI,closedate,1782777600000
2,2026-03-01 09:00:00.000,x,CRM_UI,hs_priority,high
"""
BELONGING = "deal_id,company_id,type_id,category\n1,50,5,X\n9,50,5,X\n"
PEOPLE = "deal_id,contact_id,type_id,category\n1,60,3,X\n"
PORTAL = {
    "owner_data": OWNERS,
    "deal_pipeline_data": PIPELINES,
    "deal_pipeline_stage_data": STAGES,
    "company_data": COMPANIES,
    "contact_data": CONTACTS,
    "deal_data": DEALS,
    "deal_property_history_data": HISTORY,
    "deal_company_data": BELONGING,
    "deal_contact_data": PEOPLE,
}


def test_a_process_of_their_own_comes_with_its_stages(bring_files, load, revert):
    batch = bring_files(**PORTAL)
    assert batch.totals["deal"]["won"] == {"count": 1, "sums": {"USD": 50000}}
    load(batch)
    stages = Stage.objects.filter(pipeline__label__en="Partners").order_by("position")
    assert [(one.label["en"], one.type, one.probability, one.category) for one in stages] == [
        ("First talk", "open", 20, "pipeline"),
        ("Offer out", "open", 70, "best_case"),
        ("Signed", "won", 100, "closed"),
        ("No deal", "lost", 0, "omitted"),
    ]
    alpha = Deal.objects.select_related("account", "owner").get(name="Alpha")
    assert (alpha.account.name, alpha.owner.name, DealContact.objects.get().contact.name) == ("Acme", "Ann Lee", "Ida Berg")
    assert not Account.objects.filter(name="Gone Ltd").exists()
    revert(batch)
    assert batch.kept == [] and not Pipeline.objects.filter(label__en="Partners").exists()
    assert [model.__name__ for model in EVERYTHING if model.objects.exists()] == []


@pytest.mark.parametrize(("day", "open_then"), [("2026-01-06", 100), ("2026-03-01", 600), ("2026-05-03", 800), ("2026-07-01", 300)])
def test_property_histories_prove_the_day_of_the_move(bring_files, load, system, day, open_then):
    batch = load(bring_files(**PORTAL))
    (cell,) = numbers.measure("open_pipeline", by=system, period="all", as_of=dt.date.fromisoformat(day), variants={"span": "all_open"})
    assert int(cell.num or 0) == open_then
    again = bring_files(**PORTAL)
    assert (again.count("new"), again.count("updates")) == (0, 0), batch
    told = DealChange.objects.get(origin="told", fields=["close_date"])
    assert told.close_date == dt.date(2026, 6, 30)


ENGLISH = """Record ID,Deal Name,Pipeline,Deal Stage,Amount,Close Date,Create Date,Deal owner,Deal Type,Associated Company,Associated Company IDs (Primary)
11,Alpha,Sales Pipeline,Qualified To Buy,1200.5,2026-12-01 10:00,2026-01-05 08:00,Ann Lee,newbusiness,Acme,
12,Beta,Sales Pipeline,Closed Won,500,2026-06-30 10:00,2026-02-01 08:00,Ann Lee,existingbusiness,Acme,
"""
SPANISH = """ID de registro,Nombre,Apellidos,Correo,Cargo,Número de teléfono,Propietario del contacto,Fecha de creación,Nombre de la empresa,Associated Company IDs (Primary)
21,Ida,Berg,ida@acme.example,Directora,+34 600 000 000,Ann Lee,2026-01-05 08:00,Acme,
22,Uma,Rao,uma@acme.example,,,Ann Lee,2026-01-06 08:00,Acme,70;71
"""


def test_their_own_exports_in_english_and_spanish(bring, load):
    deals = bring(ENGLISH, "hubspot-crm-exports-all-deals-2026-11-20.csv")
    assert (deals.source, deals.files.get().target) == ("hubspot", "deal")
    load(deals)
    found = {deal.name: (deal.status, deal.amount, deal.type, deal.account.name) for deal in Deal.objects.select_related("account")}
    assert found == {"Alpha": ("open", 120050, "new", "Acme"), "Beta": ("won", 50000, "expansion", "Acme")}
    contacts = bring(SPANISH, "hubspot-crm-exports-todos-los-contactos-2026-11-20.csv")
    assert (contacts.source, contacts.files.get().target) == ("hubspot", "contact")
    load(contacts)
    assert Contact.objects.get(email="ida@acme.example").title == "Directora"
    assert Contact.objects.get(email="uma@acme.example").account is None
