"""HubSpot: its own exports (English and Spanish labels) and its objects as connectors land them (`property_…`)."""

from pacesetter.intake.profiles.layouts import PROFILES, Layout, Profile


def _files(*names: str) -> tuple[str, ...]:
    """A table is called by its plain name or with `_data` behind it."""
    return tuple(f"{name}{end}" for name in names for end in ("", "_data"))


DELETED = {"_fivetran_deleted": "deleted", "is_deleted": "deleted", "archived": "deleted"}
COMMON = {
    "id": "id",
    "hs_object_id": "id",
    "hubspot_owner_id": "owner",
    "createdate": "created_at",
    "hs_merged_object_ids": "merged_ids",
    **DELETED,
}
PLACE = {"address": "street", "city": "city", "state": "region", "zip": "postal_code", "country": "country"}
ENGAGEMENT = {
    "engagement_id": "id",
    "hubspot_owner_id": "user",
    "owner_id": "user",
    "hs_timestamp": "happened_at",
    "hs_createdate": "entered_at",
    **DELETED,
}


def _engagement(kind: str, columns: dict[str, str], *names: str) -> Layout:
    return Layout("activity", {**ENGAGEMENT, **columns}, marks=(("engagement_id", *columns),), files=_files(*names), fixed={"kind": kind})


def _join(noun: str, key: str, value: str, field: str, name: str) -> Layout:
    return Layout("", {key: "", value: ""}, marks=((key, value, "type_id"),), files=_files(name), joins=(noun, key, value, field))


TABLES = (
    Layout(
        "user",
        {"owner_id": "id", "email": "email", "first_name": "first_name", "last_name": "last_name"},
        marks=(("owner_id", "email", "first_name"),),
        files=_files("owner"),
    ),
    Layout(
        "pipeline",
        {"pipeline_id": "id", "label": "name", "display_order": "position", **DELETED},
        marks=(("pipeline_id", "label", "display_order", "active"),),
        files=_files("deal_pipeline"),
    ),
    Layout(
        "stage",
        {
            "stage_id": "id", "label": "name", "pipeline_id": "pipeline", "display_order": "position", "probability": "share",
            "closed_won": "won", "is_closed": "closed", **DELETED,
        },
        marks=(("stage_id", "label", "pipeline_id", "closed_won"),),
        files=_files("deal_pipeline_stage"),
    ),
    Layout(
        "account",
        {
            **COMMON,
            **PLACE,
            "name": "name", "domain": "domain", "website": "website", "phone": "phone", "industry": "industry",
            "numberofemployees": "employees", "annualrevenue": "annual_revenue", "founded_year": "founded", "hs_parent_company_id": "parent",
        },
        marks=(("id", "name", "annualrevenue"), ("id", "name", "domain"), ("hs_object_id", "name", "domain")),
        files=_files("company"),
        whole=True,
    ),
    Layout(
        "contact",
        {
            **COMMON,
            "email": "email", "firstname": "first_name", "lastname": "last_name", "phone": "phone", "mobilephone": "mobile",
            "jobtitle": "title", "associatedcompanyid": "account", "company": "account", "hs_email_optout": "opted_out",
        },
        marks=(("id", "email", "firstname", "lastname"), ("hs_object_id", "email", "firstname", "lastname")),
        files=_files("contact"),
        whole=True,
    ),
    Layout(
        "deal",
        {
            "deal_id": "id", "hs_object_id": "id", "deal_pipeline_id": "pipeline", "pipeline": "pipeline", "deal_pipeline_stage_id": "stage",
            "dealstage": "stage", "owner_id": "owner", "hubspot_owner_id": "owner", "dealname": "name", "amount": "amount",
            "closedate": "close_date", "createdate": "created_on", "dealtype": "type", "deal_currency_code": "currency",
            "hs_next_step": "next_step", "closed_lost_reason": "lost_note", "hs_manual_forecast_category": "category",
            "hs_merged_object_ids": "merged_ids", **DELETED,
        },
        marks=(("deal_id", "dealname"), ("hs_object_id", "dealname")),
        files=_files("deal"),
        whole=True,
    ),
    Layout(
        "deal_history",
        {"deal_id": "deal", "timestamp": "at", "name": "property", "value": "value"},
        marks=(("deal_id", "timestamp", "name", "value"),),
        files=_files("deal_property_history"),
    ),
    Layout(
        "deal_history",
        {"deal_id": "deal", "date_entered": "at", "value": "stage"},
        marks=(("deal_id", "date_entered", "value"),),
        files=_files("deal_stage"),
    ),
    _engagement("call", {"hs_call_body": "body", "hs_call_title": "subject", "hs_call_duration": "milliseconds", "hs_call_direction": "direction"}, "engagement_call"),
    _engagement("email", {"hs_email_subject": "subject", "hs_email_text": "body", "hs_email_direction": "direction"}, "engagement_email"),
    _engagement("note", {"hs_note_body": "body"}, "engagement_note", "engagement_communication"),
    _engagement("task", {"hs_task_subject": "subject", "hs_task_body": "body", "hs_task_status": "done", "hs_timestamp": "day", "hs_task_completion_date": "done_at"}, "engagement_task"),
    _engagement("meeting", {"start_time": "happened_at", "end_time": "ended_at", "title": "subject", "body": "body", "hs_timestamp": "", "hs_meeting_title": "subject", "hs_meeting_body": "body", "hs_meeting_start_time": "happened_at", "hs_meeting_end_time": "ended_at"}, "engagement_meeting"),
    _join("activity", "engagement_id", "contact_id", "contact", "engagement_contact"),
    _join("activity", "engagement_id", "company_id", "account", "engagement_company"),
    _join("activity", "engagement_id", "deal_id", "deal", "engagement_deal"),
    _join("deal", "deal_id", "company_id", "account", "deal_company"),
    Layout(
        "deal_contact",
        {"deal_id": "deal", "contact_id": "contact"},
        marks=(("deal_id", "contact_id", "type_id"),),
        files=_files("deal_contact"),
    ),
    _join("contact", "contact_id", "company_id", "account", "contact_company"),
    Layout("", {"deal_id": "", "merged_deal_id": ""}, files=_files("merged_deal"), joins=("deal", "deal_id", "merged_deal_id", "merged_ids")),
    Layout("", {"canonical_vid": "", "vid_to_merge": ""}, files=_files("contact_merge_audit"), joins=("contact", "canonical_vid", "vid_to_merge", "merged_ids")),
    Layout("", {"type": "", "portal_id": ""}, files=_files("engagement"), refused="told_elsewhere"),
    Layout("", {"primary_team_id": ""}, files=_files("users"), refused="told_elsewhere"),
    Layout("", {"contact_id": "", "timestamp": "", "name": "", "value": ""}, files=_files("contact_property_history"), refused="history_file"),
    Layout("", {"company_id": "", "timestamp": "", "name": "", "value": ""}, files=_files("company_property_history"), refused="history_file"),
    Layout("", {"ticket_id": ""}, files=_files("ticket", "ticket_company", "ticket_contact", "ticket_deal", "ticket_engagement", "ticket_pipeline", "ticket_pipeline_stage", "ticket_property_history"), refused="support_cases"),
)  # fmt: skip

DEALS = {
    "Record ID": "id",
    "Record ID - Deal": "id",
    "Deal Name": "name",
    "Pipeline": "pipeline",
    "Deal Stage": "stage",
    "Amount": "amount",
    "Currency": "currency",
    "Close Date": "close_date",
    "Create Date": "created_on",
    "Deal owner": "owner",
    "Deal Type": "type",
    "Next step": "next_step",
    "Closed Lost Reason": "lost_note",
    "Original Source": "source",
    "Forecast category": "category",
    "Associated Company IDs (Primary)": "account",
    "Associated Company IDs": "account",
    "Associated Company": "account",
    "Associated Company Names (Primary)": "account",
    "Merged Deal IDs": "merged_ids",
}
CONTACTS = {
    "Record ID": "id",
    "Record ID - Contact": "id",
    "First Name": "first_name",
    "Last Name": "last_name",
    "Email": "email",
    "Phone Number": "phone",
    "Mobile Phone Number": "mobile",
    "Job Title": "title",
    "Contact owner": "owner",
    "Create Date": "created_at",
    "Associated Company IDs (Primary)": "account",
    "Associated Company IDs": "account",
    "Associated Company": "account",
    "Company Name": "account",
    "Unsubscribed from all email": "opted_out",
    "Merged Contact IDs": "merged_ids",
}
COMPANIES = {
    "Record ID": "id",
    "Record ID - Company": "id",
    "Company name": "name",
    "Company Domain Name": "domain",
    "Website URL": "website",
    "Company owner": "owner",
    "Industry": "industry",
    "Phone Number": "phone",
    "Street Address": "street",
    "City": "city",
    "State/Region": "region",
    "Postal Code": "postal_code",
    "Country/Region": "country",
    "Number of Employees": "employees",
    "Annual Revenue": "annual_revenue",
    "Create Date": "created_at",
    "Year Founded": "founded",
    "Merged Company IDs": "merged_ids",
    "Parent Company": "parent",
}
DEALS_ES = {
    "ID de registro": "id",
    "Nombre del negocio": "name",
    "Pipeline": "pipeline",
    "Etapa del negocio": "stage",
    "Cantidad": "amount",
    "Valor": "amount",
    "Importe": "amount",
    "Moneda": "currency",
    "Fecha de cierre": "close_date",
    "Fecha de creación": "created_on",
    "Propietario del negocio": "owner",
    "Tipo de negocio": "type",
    "Próximo paso": "next_step",
    "Motivo de pérdida cerrado": "lost_note",
    "Associated Company IDs (Primary)": "account",
    "Associated Company IDs": "account",
    "Associated Company": "account",
    "Empresa asociada": "account",
}
CONTACTS_ES = {
    "ID de registro": "id",
    "Nombre": "first_name",
    "Apellidos": "last_name",
    "Correo": "email",
    "Número de teléfono": "phone",
    "Número de teléfono móvil": "mobile",
    "Cargo": "title",
    "Propietario del contacto": "owner",
    "Fecha de creación": "created_at",
    "Associated Company IDs (Primary)": "account",
    "Associated Company IDs": "account",
    "Nombre de la empresa": "account",
}
COMPANIES_ES = {
    "ID de registro": "id",
    "Nombre de la empresa": "name",
    "Nombre de dominio de la empresa": "domain",
    "URL del sitio web": "website",
    "Propietario de la empresa": "owner",
    "Sector": "industry",
    "Número de teléfono": "phone",
    "Dirección": "street",
    "Ciudad": "city",
    "Estado/región": "region",
    "Código postal": "postal_code",
    "País/región": "country",
    "Número de empleados": "employees",
    "Ingresos anuales": "annual_revenue",
    "Fecha de creación": "created_at",
}
EXPORTS = (
    Layout("deal", DEALS, marks=(("Record ID", "Deal Name", "Deal Stage"), ("Record ID - Deal", "Deal Name"), ("Record ID", "Deal Name", "Deal owner"))),
    Layout("contact", CONTACTS, marks=(("Record ID", "First Name", "Last Name"), ("Record ID - Contact",), ("Record ID", "Email", "Contact owner"))),
    Layout("account", COMPANIES, marks=(("Record ID", "Company name", "Company owner"), ("Record ID - Company",), ("Record ID", "Company name", "Company Domain Name"))),
    Layout("deal", DEALS_ES, marks=(("ID de registro", "Nombre del negocio"),)),
    Layout("contact", CONTACTS_ES, marks=(("ID de registro", "Nombre", "Apellidos"), ("ID de registro", "Propietario del contacto"))),
    Layout("account", COMPANIES_ES, marks=(("ID de registro", "Nombre de la empresa", "Propietario de la empresa"), ("ID de registro", "Nombre de la empresa", "URL del sitio web"))),
)  # fmt: skip
# What hashing makes of an empty text, in both ways the connector writes it.
EMPTY = frozenset({"1B2M2Y8AsgTpgAmY7PhCfg==", "d41d8cd98f00b204e9800998ecf8427e"})


def minted(noun: str, pk: int) -> str:
    """HubSpot counts from below; ours begin where it will hardly come."""
    return str(9_000_000_000 + pk)


PROFILES.add(
    "hubspot",
    Profile(
        "hubspot",
        "HubSpot",
        TABLES + EXPORTS,
        prefix="property_",
        own=r"property_(?!hs_)(\w+)",
        own_is_asked=True,
        own_written="property_{}",
        mints=minted,
        noise=(
            "_fivetran_synced",
            "_fivetran_start",
            "_fivetran_end",
            "_fivetran_active",
            "portal_id",
            "hs_lastmodifieddate",
            "created_at",
            "updated_at",
            "active",
            "type",
            "source",
            "source_id",
        ),
        signs=("portal_id", "_fivetran_synced", "_fivetran_deleted", "type_id", "hs_object_id"),
        blanks=EMPTY,
        id_form=r"\d+",
        other="no_place",
    ),
)
