"""Maven Analytics' "CRM Sales Opportunities": a hardware seller's deals, accounts, products and sales teams."""

from pacesetter.intake.profiles.layouts import PROFILES, Layout, Profile

PROFILES.add(
    "maven",
    Profile(
        "maven",
        "Maven",
        (
            Layout("user", {"sales_agent": "name", "manager": "manager", "regional_office": "team"}),
            Layout(
                "account",
                {
                    "account": "name",
                    "sector": "industry",
                    "year_established": "founded",
                    "revenue": "annual_revenue",
                    "employees": "employees",
                    "office_location": "country",
                    "subsidiary_of": "parent",
                },
                scale={"revenue": 1_000_000},
            ),
            Layout("product", {"product": "name", "series": "family", "sales_price": "price"}),
            Layout(
                "deal",
                {
                    "opportunity_id": "id",
                    "sales_agent": "owner",
                    "product": "product",
                    "account": "account",
                    "deal_stage": "stage",
                    "engage_date": "created_on",
                    "close_date": "close_date",
                    "close_value": "amount",
                },
            ),
            Layout("", {"Table": "", "Field": "", "Description": ""}, refused="describes_columns"),
        ),
    ),
)
