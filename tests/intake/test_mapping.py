"""Headers of other systems: what they hold and which column is which, in three languages; remembered next time."""

import pytest

from pacesetter.intake import imports, mapping
from pacesetter.intake.mapping import signature


def columns(header: str, **shapes: str) -> list[dict]:
    shares = {"number": {"number": 1.0, "date": 0}, "date": {"number": 0, "date": 1.0}}
    return [
        {"name": name, "type": "text", "filled": 10, "shares": shares.get(shapes.get(mapping.squash(name), ""), {"number": 0, "date": 0})}
        for name in header.split(",")
    ]


SALESFORCE_EXPORT = "Id,AccountId,Name,StageName,Amount,Probability,CloseDate,Type,NextStep,LeadSource,IsClosed,IsWon,ForecastCategory,CampaignId,OwnerId,CreatedDate"
SALESFORCE_REPORT = "Opportunity Name,Type,Lead Source,Amount,Amount Currency,Close Date,Next Step,Stage,Probability (%),Fiscal Period,Age,Created Date,Opportunity Owner,Owner Role,Account Name"
HUBSPOT_DEALS = (
    "Record ID,Deal Name,Pipeline,Deal Stage,Amount,Close Date,Create Date,Deal owner,Deal Type,Associated Company IDs (Primary)"
)
HUBSPOT_CONTACTS_ES = "ID de registro,Nombre,Apellidos,Correo,Cargo,Número de teléfono,Propietario del contacto,Nombre de la empresa"
PIPEDRIVE = "Title,Organization,Value,Currency,Stage,Owner,Add time,Expected close date"
ITALIAN = "Nome trattativa,Azienda,Importo,Fase,Data di chiusura,Responsabile"
DATES = {
    "closedate": "date",
    "createddate": "date",
    "createdate": "date",
    "addtime": "date",
    "expectedclosedate": "date",
    "datadichiusura": "date",
}
NUMBERS = {"amount": "number", "value": "number", "importo": "number"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "header", "target", "fields"),
    [
        ("Opportunity.csv", SALESFORCE_EXPORT, "deal", {"Id": "id", "AccountId": "account", "StageName": "stage", "CloseDate": "close_date", "OwnerId": "owner", "CreatedDate": "created_on", "CampaignId": "campaign"}),
        ("report1700.csv", SALESFORCE_REPORT, "deal", {"Opportunity Name": "name", "Stage": "stage", "Opportunity Owner": "owner", "Account Name": "account", "Amount Currency": "currency", "Age": "", "Owner Role": ""}),
        ("hubspot-crm-exports-all-deals.csv", HUBSPOT_DEALS, "deal", {"Record ID": "id", "Deal Name": "name", "Deal Stage": "stage", "Deal owner": "owner", "Associated Company IDs (Primary)": "account"}),
        ("hubspot-crm-exports-contactos.csv", HUBSPOT_CONTACTS_ES, "contact", {"ID de registro": "id", "Nombre": "first_name", "Apellidos": "last_name", "Correo": "email", "Nombre de la empresa": "account"}),
        ("deals-2026.csv", PIPEDRIVE, "deal", {"Title": "name", "Organization": "account", "Value": "amount", "Add time": "created_on", "Expected close date": "close_date"}),
        ("trattative.csv", ITALIAN, "deal", {"Nome trattativa": "name", "Azienda": "account", "Importo": "amount", "Fase": "stage", "Data di chiusura": "close_date", "Responsabile": "owner"}),
        ("Account.csv", "Id,Name,Type,ParentId,BillingStreet,BillingCity,BillingState,BillingPostalCode,BillingCountry,Phone,Website,Industry,OwnerId", "account", {"Id": "id", "ParentId": "parent", "BillingPostalCode": "postal_code", "OwnerId": "owner"}),
        ("leads.csv", "First Name,Last Name,Company / Account,Email,Phone,Lead Status,Lead Owner,Lead Source", "lead", {"Company / Account": "company", "Lead Status": "status", "Lead Owner": "owner"}),
        ("Task.csv", "Id,WhoId,WhatId,Subject,ActivityDate,OwnerId,Description,TaskSubtype", "activity", {"WhoId": "who", "WhatId": "what", "Subject": "subject", "TaskSubtype": "kind"}),
    ],
)  # fmt: skip
def test_other_systems_headers(name, header, target, fields):
    shaped = columns(header, **DATES, **NUMBERS, activitydate="date")
    assert mapping.target_of(name, shaped) == target
    chosen = dict(zip(header.split(","), mapping.fields_of(mapping.LOADERS[target](), shaped), strict=True))
    assert {column: chosen[column] for column in fields} == fields


@pytest.mark.django_db
def test_each_field_is_filled_once():
    shaped = columns("Email,E-mail,Email address,Last Name")
    chosen = [field for field in mapping.fields_of(mapping.LOADERS["contact"](), shaped) if field]
    assert len(chosen) == len(set(chosen))


@pytest.mark.django_db
def test_an_amount_needs_numbers():
    assert mapping.fields_of(mapping.LOADERS["deal"](), columns("Name,Amount")) == ["name", ""]


def test_the_signature_ignores_order_case_and_signs():
    assert signature(["Deal Name", "Close-Date"]) == signature(["closedate", "DEAL NAME"])


def test_a_confirmed_mapping_is_remembered(bring, load, system):
    text = "Ref,What,Where it stands,How much\n1,A,Discovery,5\n"
    batch = bring_unknown(text, bring, system)
    load(batch)
    again = bring(text.replace("1,A", "2,B"), "other.csv")
    file = again.files.get()
    assert file.remembered_at
    assert [column["field"] for column in file.columns] == ["id", "name", "stage", "amount"]
    assert again.source == batch.source
    assert (again.count("new"), again.count("refused")) == (1, 0)


def test_accepted_stages_are_remembered(bring, load):
    text = "Deal ID,Deal Name,Stage\n{0},A,Prospecting\n"
    load(bring(text.format(1)))
    repair = bring(text.format(2)).files.get().repairs.get()
    assert (repair.kind, repair.decision, repair.params["remembered"]) == ("stage", "accepted", True)


def bring_unknown(text, bring, system):
    """A file of which nothing is recognised, mapped by hand."""
    from pacesetter.core.errors import Invalid

    with pytest.raises(Invalid) as refusal:
        bring(text, "things.csv")
    assert refusal.value.code == "nothing_mapped"
    batch = imports.Import.objects.get()
    file = batch.files.get()
    assert file.ignored["code"] == "target_unknown"
    imports.set_target(file, target="deal", by=system)
    imports.set_mapping(file, fields={"Ref": "id", "What": "name", "Where it stands": "stage", "How much": "amount"}, by=system)
    batch.refresh_from_db()
    return imports.check_now(batch, by=system)
