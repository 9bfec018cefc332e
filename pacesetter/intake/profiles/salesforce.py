"""Salesforce: the folders of a Data Export or of Data Loader (API names), and report exports (labels)."""

import re

from pacesetter.intake.profiles.layouts import PROFILES, Layout, Profile

_SHORT = re.compile(r"[0-9a][0-9A-Za-z]{14}")
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def long_id(text: str) -> str:
    """The 18-character form of a 15-character id, which tells capitals apart only by its check letters; other texts unchanged."""
    if not _SHORT.fullmatch(text) or not any(one.isdigit() for one in text[1:3]):
        return text
    parts = (text[at : at + 5] for at in (0, 5, 10))
    return text + "".join(_ALPHABET[sum(1 << place for place, one in enumerate(part) if one.isupper())] for part in parts)


# What ids of a kind begin with.
KEYS = {
    "user": "005", "account": "001", "contact": "003", "deal": "006", "lead": "00Q", "campaign": "701", "campaign_member": "00v",
    "activity": "00T", "product": "01t", "deal_history": "008", "deal_contact": "00K",
}  # fmt: skip


def minted(noun: str, pk: int) -> str:
    """An id that Salesforce would take for one of its own."""
    return long_id(f"{KEYS[noun]}PS{pk:010d}")


ADDRESS = {"City": "city", "State": "region", "PostalCode": "postal_code", "Country": "country", "Street": "street"}
PERSON = {"FirstName": "first_name", "LastName": "last_name", "Title": "title", "Email": "email", "Phone": "phone", "MobilePhone": "mobile"}
COMMON = {"Id": "id", "IsDeleted": "deleted", "OwnerId": "owner"}
CURRENCY = {"CurrencyIsoCode": "currency"}
ACTIVITY = {
    "Id": "id",
    "IsDeleted": "deleted",
    "WhoId": "who",
    "WhatId": "what",
    "AccountId": "account",
    "OwnerId": "user",
    "Subject": "subject",
    "Description": "body",
}

OBJECTS = (
    Layout(
        "user",
        {"Id": "id", "Name": "name", "FirstName": "first_name", "LastName": "last_name", "Email": "email", "Title": "job_title", "ManagerId": "manager"},
        marks=(("Id", "Username", "LastName"), ("Id", "Username", "Name")),
        files=("User",),
    ),
    Layout(
        "account",
        {
            **COMMON,
            **CURRENCY,
            "Name": "name", "ParentId": "parent", "Phone": "phone", "Website": "website", "Industry": "industry", "AccountSource": "source",
            "AnnualRevenue": "annual_revenue", "NumberOfEmployees": "employees", "BillingAddress": "address",
            **{f"Billing{part}": field for part, field in ADDRESS.items()},
            "BillingLatitude": "latitude", "BillingLongitude": "longitude", "CreatedDate": "created_at", "YearStarted": "founded",
        },
        marks=(("Id", "Name", "BillingCity"), ("Id", "Name", "ParentId", "Industry"), ("Id", "Name", "NumberOfEmployees", "AnnualRevenue")),
        files=("Account",),
        whole=True,
    ),
    Layout(
        "contact",
        {**COMMON, **PERSON, "AccountId": "account", "Name": "full_name", "HasOptedOutOfEmail": "opted_out", "CreatedDate": "created_at"},
        marks=(("Id", "AccountId", "LastName"),),
        files=("Contact",),
        whole=True,
    ),
    Layout(
        "campaign",
        {"Id": "id", "IsDeleted": "deleted", "Name": "name", "Type": "kind", "StartDate": "since", "EndDate": "until", "BudgetedCost": "budget", "CurrencyIsoCode": "currency"},
        marks=(("Id", "Name", "BudgetedCost"), ("Id", "Name", "StartDate", "EndDate", "NumberOfLeads")),
        files=("Campaign",),
        whole=True,
    ),
    Layout(
        "deal",
        {
            **COMMON,
            **CURRENCY,
            "AccountId": "account", "Name": "name", "StageName": "stage", "Amount": "amount", "CloseDate": "close_date", "Type": "type",
            "NextStep": "next_step", "LeadSource": "source", "CampaignId": "campaign", "ForecastCategoryName": "category",
            "CreatedDate": "created_on", "Loss_Reason__c": "lost_reason",
        },
        marks=(("Id", "Name", "StageName", "CloseDate"),),
        files=("Opportunity",),
        whole=True,
    ),
    Layout(
        "lead",
        {
            **COMMON,
            **PERSON,
            "Name": "full_name", "Company": "company", "Country": "country", "Status": "status", "LeadSource": "source", "Description": "request",
            "CreatedDate": "received_at", "ConvertedDate": "converted_at", "ConvertedAccountId": "converted_account",
            "ConvertedContactId": "converted_contact", "ConvertedOpportunityId": "converted_deal",
        },
        marks=(("Id", "LastName", "IsConverted"), ("Id", "LastName", "Company", "Status")),
        files=("Lead",),
        whole=True,
    ),
    Layout(
        "campaign_member",
        {"Id": "id", "IsDeleted": "deleted", "CampaignId": "campaign", "LeadId": "lead", "ContactId": "contact", "Status": "status", "HasResponded": "responded", "CreatedDate": "added_on",
         **dict.fromkeys(("Salutation", "FirstName", "LastName", "Title", "Street", "City", "State", "PostalCode", "Country", "Email", "Phone", "Fax", "MobilePhone", "LeadSource", "Type"), "")},
        marks=(("Id", "CampaignId", "LeadId", "ContactId"),),
        files=("CampaignMember",),
    ),
    Layout(
        "activity",
        {
            **ACTIVITY,
            "ActivityDate": "day", "TaskSubtype": "kind", "IsClosed": "done", "CompletedDateTime": "done_at", "CreatedDate": "entered_at",
            "CallDurationInSeconds": "seconds", "CallType": "direction",
        },
        marks=(("Id", "WhoId", "WhatId", "Priority"), ("Id", "WhoId", "WhatId", "TaskSubtype")),
        files=("Task",),
        fixed={"kind": "task"},
        whole=True,
    ),
    Layout(
        "activity",
        {**ACTIVITY, "StartDateTime": "happened_at", "ActivityDateTime": "happened_at", "ActivityDate": "day", "DurationInMinutes": "minutes"},
        marks=(("Id", "WhoId", "StartDateTime"), ("Id", "WhatId", "DurationInMinutes")),
        files=("Event",),
        fixed={"kind": "meeting"},
        whole=True,
    ),
    Layout(
        "product",
        {"Id": "id", "IsDeleted": "deleted", "Name": "name", "ProductCode": "sku", "Family": "family", "CurrencyIsoCode": "currency"},
        marks=(("Id", "Name", "ProductCode"),),
        files=("Product2",),
    ),
    Layout(
        "deal_history",
        {
            "Id": "id", "IsDeleted": "deleted", "OpportunityId": "deal", "CreatedDate": "at", "StageName": "stage", "Amount": "amount",
            "CloseDate": "close_date", "ForecastCategory": "category", "CurrencyIsoCode": "currency",
        },
        marks=(("OpportunityId", "StageName", "CreatedDate"),),
        files=("OpportunityHistory",),
    ),
    Layout(
        "deal_history",
        {
            "Id": "id", "IsDeleted": "deleted", "OpportunityId": "deal", "CreatedDate": "at", "Field": "property", "NewValue": "value",
            "OldValue": "value_before",
        },
        marks=(("OpportunityId", "Field", "OldValue", "NewValue"),),
        files=("OpportunityFieldHistory",),
    ),
    Layout(
        "deal_contact",
        {"Id": "id", "IsDeleted": "deleted", "OpportunityId": "deal", "ContactId": "contact", "Role": "role"},
        marks=(("OpportunityId", "ContactId", "IsPrimary"),),
        files=("OpportunityContactRole",),
    ),
    Layout("", {"AccountId": "", "ContactId": "", "IsDirect": ""}, refused="relation_file", files=("AccountContactRelation",)),
    Layout("", {"CaseNumber": "", "Id": ""}, refused="support_cases", files=("Case",)),
)  # fmt: skip
REPORTS = (
    Layout(
        "deal",
        {
            "Opportunity ID": "id", "Opportunity Name": "name", "Account Name": "account", "Stage": "stage", "Amount": "amount",
            "Amount Currency": "currency", "Close Date": "close_date", "Created Date": "created_on", "Opportunity Owner": "owner",
            "Type": "type", "Next Step": "next_step", "Lead Source": "source", "Forecast Category": "category",
            "Primary Campaign Source": "campaign", "Loss Reason": "lost_reason",
        },
        marks=(("Opportunity Name", "Stage", "Opportunity Owner"), ("Opportunity Name", "Fiscal Period"), ("Opportunity ID", "Opportunity Name")),
    ),
    Layout(
        "lead",
        {
            "Lead ID": "id", "First Name": "first_name", "Last Name": "last_name", "Title": "title", "Company / Account": "company",
            "Email": "email", "Phone": "phone", "Mobile": "mobile", "Lead Status": "status", "Lead Owner": "owner",
            "Lead Source": "source", "Country": "country", "Created Date": "received_at", "Create Date": "received_at",
        },
        marks=(("Company / Account", "Lead Status"), ("Company / Account", "Lead Owner"), ("Lead Status", "Lead Owner", "Last Name")),
    ),
    Layout(
        "contact",
        {
            "Contact ID": "id", "First Name": "first_name", "Last Name": "last_name", "Title": "title", "Account Name": "account",
            "Email": "email", "Phone": "phone", "Mobile": "mobile", "Contact Owner": "owner", "Email Opt Out": "opted_out",
        },
        marks=(("Contact ID", "Last Name"), ("Mailing City", "Last Name"), ("Mailing Street", "Last Name")),
    ),
    Layout(
        "account",
        {
            "Account ID": "id", "Account Name": "name", "Account Owner": "owner", "Parent Account": "parent", "Industry": "industry",
            "Annual Revenue": "annual_revenue", "Annual Revenue Currency": "currency", "Employees": "employees", "Website": "website",
            "Phone": "phone", "Billing City": "city", "Billing Street": "street", "Billing Zip/Postal Code": "postal_code",
            "Billing State/Province": "region", "Billing Country": "country", "Account Source": "source",
        },
        marks=(("Account Name", "Billing State/Province"), ("Account Name", "Account Owner", "Billing City"), ("Account ID", "Account Name", "Account Owner")),
    ),
)  # fmt: skip
NOISE = (
    *("SystemModstamp", "CreatedById", "LastModifiedDate", "LastModifiedById", "LastActivityDate", "LastViewedDate", "LastReferencedDate"),
    *("PhotoUrl", "CreatedDate", "Jigsaw", "JigsawCompanyId", "JigsawContactId", "IsUnreadByOwner", "HasOpenActivity", "HasOverdueTask"),
    *("IsClosed", "IsWon", "Probability", "ExpectedRevenue", "ForecastCategory", "Fiscal", "FiscalQuarter", "FiscalYear"),
    *("IsConverted", "IsHighPriority", "IsArchived", "IsReminderSet", "IsRecurrence", "HasOpportunityLineItem", "IsActive"),
    *("BillingGeocodeAccuracy", "ShippingGeocodeAccuracy", "OpportunityHistoryKey", "IsCustomerPortal", "IsEmailBounced"),
    *("Name", "LeadOrContactId", "LeadOrContactOwnerId", "CompanyOrAccount", "NumberOfLeads", "NumberOfConvertedLeads", "NumberOfContacts"),
    *("NumberOfResponses", "NumberOfOpportunities", "NumberOfWonOpportunities", "AmountAllOpportunities", "AmountWonOpportunities"),
)
PROFILES.add(
    "salesforce",
    Profile(
        "salesforce",
        "Salesforce",
        OBJECTS + REPORTS,
        own=r"(\w+?)__c",
        noise=NOISE,
        signs=("IsDeleted", "SystemModstamp", "CreatedById", "OwnerId", "LastModifiedById"),
        blank_is_no=True,
        ids=long_id,
        id_form=r"[0-9a][0-9A-Za-z]{14}[A-Z0-5]{3}",
        other="no_place",
        own_written="{}__c",
        mints=minted,
    ),
)
