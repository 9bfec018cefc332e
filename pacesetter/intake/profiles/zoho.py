"""Zoho CRM's exports: labels, with the ids of references in columns of their own ("Account Name.id")."""

from pacesetter.intake.profiles.layouts import PROFILES, Layout, Profile

OF_MONEY = {"Record Id": "id", "Currency": "currency"}
PERSON = {"First Name": "first_name", "Last Name": "last_name", "Title": "title", "Email": "email", "Phone": "phone", "Mobile": "mobile"}
PROFILES.add(
    "zoho",
    Profile(
        "zoho",
        "Zoho CRM",
        (
            Layout(
                "deal",
                {
                    **OF_MONEY,
                    "Deal Name": "name",
                    "Account Name": "account",
                    "Stage": "stage",
                    "Pipeline": "pipeline",
                    "Amount": "amount",
                    "Closing Date": "close_date",
                    "Created Time": "created_on",
                    "Deal Owner": "owner",
                    "Type": "type",
                    "Next Step": "next_step",
                    "Lead Source": "source",
                    "Campaign Source": "campaign",
                    "Reason For Loss": "lost_reason",
                    "Forecast Category": "category",
                },
                marks=(("Record Id", "Deal Name", "Closing Date"),),
            ),
            Layout(
                "account",
                {
                    **OF_MONEY,
                    "Account Name": "name",
                    "Account Owner": "owner",
                    "Parent Account": "parent",
                    "Website": "website",
                    "Phone": "phone",
                    "Industry": "industry",
                    "Employees": "employees",
                    "Annual Revenue": "annual_revenue",
                    "Billing Street": "street",
                    "Billing City": "city",
                    "Billing State": "region",
                    "Billing Code": "postal_code",
                    "Billing Country": "country",
                    "Created Time": "created_at",
                },
                marks=(("Record Id", "Account Name", "Account Owner"),),
            ),
            Layout(
                "contact",
                {
                    "Record Id": "id",
                    **PERSON,
                    "Account Name": "account",
                    "Contact Owner": "owner",
                    "Email Opt Out": "opted_out",
                    "Created Time": "created_at",
                },
                marks=(("Record Id", "Last Name", "Contact Owner", "Account Name"), ("Record Id", "Last Name", "Account Name.id")),
            ),
            Layout(
                "lead",
                {
                    "Record Id": "id",
                    **PERSON,
                    "Company": "company",
                    "Lead Status": "status",
                    "Lead Source": "source",
                    "Lead Owner": "owner",
                    "Country": "country",
                    "Created Time": "received_at",
                },
                marks=(("Record Id", "Company", "Lead Owner"), ("Record Id", "Company", "Lead Status", "Last Name")),
            ),
        ),
        noise=("Modified Time", "Created By", "Modified By", "Last Activity Time", "Probability (%)", "Expected Revenue", "Tag"),
        signs=("Account Name.id", "Created By.id", "Modified By.id"),
        id_form=r"(zcrm_)?\d{10,}",
    ),
)
