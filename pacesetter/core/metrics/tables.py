"""The tables that numbers are made of: what rooms deliver (RAW) and what metrics read (FACTS), with their columns.

Money is in minor units of the row's `currency`, instants in RAW are UTC without a zone, in FACTS seconds since 1970.
A fact stores dates, never states. `seen` is today's owner of the record, 0 for nobody: permission follows today's
organisation; `owner` is who the row belongs to on its own date.
"""

INT, TEXT, DAY, FLAG, INSTANT, TEXTS, REAL = "int64", "string", "date", "boolean", "timestamp", "array<string>", "float64"
SQL_TYPES = {INT: "BIGINT", TEXT: "VARCHAR", DAY: "DATE", FLAG: "BOOLEAN", INSTANT: "TIMESTAMP", TEXTS: "VARCHAR[]", REAL: "DOUBLE"}
FAR = "9999-12-31"
Columns = dict[str, str]


def _columns(**types: str) -> Columns:
    """`type="name name"` turned round into name → type, in order."""
    return {name: kind for kind, names in ((globals()[key], value) for key, value in types.items()) for name in names.split()}


RAW: dict[str, Columns] = {
    "deals": _columns(
        INT="id account_id pipeline_id stage_id owner_id amount annual_amount term_months sourced_by_id campaign_id lost_reason_id",
        TEXT="status type currency competitor source category segment industry country",
        DAY="close_date created_on closed_on",
        INSTANT="created_at archived_at lead_at",
        FLAG="imported",
    ),
    "deal_changes": _columns(
        INT="id deal_id pipeline_id stage_id owner_id amount annual_amount",
        TEXT="status type currency category",
        DAY="close_date",
        INSTANT="occurred_at",
        TEXTS="fields",
    ),
    "deal_credits": _columns(INT="id deal_id user_id share", TEXT="kind"),
    "deal_lines": _columns(INT="id deal_id product_id amount"),
    "leads": _columns(
        INT="id owner_id team_id campaign_id",
        TEXT="source country status_type",
        INSTANT="received_at assigned_at first_response_at two_way_at archived_at",
        FLAG="inbound",
    ),
    "meetings": _columns(INT="id deal_id", INSTANT="happened_at"),
    "stages": _columns(INT="id pipeline_id position probability", TEXT="key category type", FLAG="is_qualified"),
    "lost_reasons": _columns(INT="id", FLAG="never_real"),
    "memberships": _columns(INT="id user_id team_id", DAY="since until"),
    "teams": _columns(INT="id calendar_id"),
    "reportings": _columns(INT="id user_id manager_id", DAY="since until"),
    "employments": _columns(INT="id user_id", DAY="since until ramp_until"),
    "leaves": _columns(INT="id user_id", DAY="since until"),
    "calendars": _columns(INT="id", TEXT="time_zone hours"),
    "holidays": _columns(INT="id calendar_id", DAY="day"),
    "rates": _columns(INT="id scaled", TEXT="rate_set currency", DAY="on"),
    "quotas": _columns(INT="id user_id amount product_id", TEXT="currency", DAY="since until"),
    "calls": _columns(INT="id user_id amount", TEXT="category currency", DAY="since until", INSTANT="submitted_at"),
    "forecast_rows": _columns(INT="id row_id user_id amount", TEXT="currency", DAY="since until as_of"),
    "licences": _columns(INT="id tool_id user_id", DAY="since until"),
    "tool_uses": _columns(INT="id tool_id user_id core_acts", DAY="week", FLAG="signed_in"),
    "targets": _columns(INT="id", TEXT="metric value", DAY="since until"),
}

_DEAL_TRAITS = _columns(
    INT="id seen account product campaign pipeline sourced_by lost_reason",
    TEXT="type segment industry source competitor country",
    DAY="archived_on",
)
_MONEY = _columns(INT="annual total one_off", TEXT="currency")

FACTS: dict[str, Columns] = {
    "deal_versions": _DEAL_TRAITS
    | _MONEY
    | _columns(
        INT="owner stage probability",
        TEXT="status category",
        DAY="since until created_on closed_on close_date qualified_on met_on lead_on",
        FLAG="never_real loaded",
    ),
    "deal_stages": _DEAL_TRAITS
    | _MONEY
    | _columns(INT="owner stage position", TEXT="stage_key", DAY="entered_on passed_on closed_on won_on", FLAG="never_real"),
    "stays": _columns(INT="stage", REAL="stay_p90"),
    "bookings": _DEAL_TRAITS | _MONEY | _columns(INT="owner", TEXT="kind", DAY="on"),
    "booking_credits": _DEAL_TRAITS | _MONEY | _columns(INT="owner lower upper", TEXT="kind credit", DAY="on"),
    "quota_pieces": _columns(
        INT="id seen owner amount lower upper whole weight days quota_product", TEXT="currency", DAY="on until archived_on"
    ),
    "memberships": _columns(INT="user_id team_id", DAY="since until"),
    "leads": _columns(
        INT="id seen owner team_id campaign calendar received assigned answered two_way received_at assigned_at answered_at two_way_at",
        TEXT="source country status",
        DAY="received_on archived_on",
        FLAG="inbound",
    ),
    "clock": _columns(INT="calendar starts ends before"),
    "forecasts": _columns(INT="id seen owner amount", TEXT="category currency", DAY="since until submitted_on archived_on", FLAG="manager"),
    "model_forecasts": _columns(INT="id row seen owner amount", TEXT="currency", DAY="since until known_on archived_on"),
    "person_weeks": _columns(INT="id seen owner tool core_acts", DAY="week archived_on", FLAG="signed_in reported"),
    "rates": _columns(TEXT="rate_set currency", DAY="since", INT="scaled"),
    "plans": _columns(INT="id amount", TEXT="currency", DAY="since until"),
}

# The ways to break a number down. A metric offers those that all of its tables carry; "team" comes from memberships.
DIMENSIONS: Columns = _columns(
    INT="owner team product stage account campaign pipeline lost_reason sourced_by tool",
    TEXT="segment industry source type category competitor country currency",
)
TIMES = ("month", "quarter", "year")
# What a filter may name besides the dimensions.
TRAITS: Columns = _columns(INT="annual total", DAY="created_on closed_on close_date")
