"""Pipedrive's exports: every header says of which record it is ("Deal - Title")."""

from pacesetter.intake.profiles.layouts import PROFILES, Layout, Profile

PERSON = {
    "Person - ID": "id",
    "Person - Name": "full_name",
    "Person - First name": "first_name",
    "Person - Last name": "last_name",
    "Person - Email - Work": "email",
    "Person - Email": "email",
    "Person - Phone - Work": "phone",
    "Person - Phone": "phone",
    "Person - Phone - Mobile": "mobile",
    "Person - Job title": "title",
    "Person - Organization": "account",
    "Person - Owner": "owner",
    "Person - Person created": "created_at",
}
PROFILES.add(
    "pipedrive",
    Profile(
        "pipedrive",
        "Pipedrive",
        (
            Layout(
                "deal",
                {
                    "Deal - ID": "id",
                    "Deal - Title": "name",
                    "Deal - Organization": "account",
                    "Deal - Value": "amount",
                    "Deal - Currency of Value": "currency",
                    "Deal - Currency": "currency",
                    "Deal - Pipeline": "pipeline",
                    "Deal - Stage": "stage",
                    "Deal - Status": "outcome",
                    "Deal - Owner": "owner",
                    "Deal - Expected close date": "close_date",
                    "Deal - Deal closed on": "closed_on",
                    "Deal - Won time": "closed_on",
                    "Deal - Deal created": "created_on",
                    "Deal - Lost reason": "lost_reason",
                    "Deal - Source channel": "source",
                },
                marks=(("Deal - Title",), ("Deal - ID", "Deal - Stage")),
            ),
            Layout("contact", PERSON, marks=(("Person - Name",),)),
            Layout(
                "account",
                {
                    "Organization - ID": "id",
                    "Organization - Name": "name",
                    "Organization - Owner": "owner",
                    "Organization - Address": "address",
                    "Organization - Website": "website",
                    "Organization - Industry": "industry",
                    "Organization - Organization created": "created_at",
                },
                marks=(("Organization - Name",),),
            ),
        ),
        id_form=r"\d+",
    ),
)
