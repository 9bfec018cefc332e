"""From typed changes to the days on which a deal was what: the ground of stages, versions and bookings."""

from pacesetter.core.metrics.facts import Group, fact

FACTS = ("deal_traits", "entry_stages", "deal_known", "deal_moves")

# column of DealChange → the names under which `fields` may list it
_CARRIED = {
    "pipeline_id": "pipeline",
    "stage_id": "stage",
    "status": "status",
    "type": "type",
    "amount": "amount",
    "annual_amount": "annual_amount",
    "currency": "currency",
    "close_date": "close_date",
    "category": "category",
    "owner_id": "owner",
}
COLUMNS = ", ".join(_CARRIED)
# An emptied value is known too: it is carried as a value that nobody writes.
_NO_NUMBER = "-9223372036854775808"
_EMPTIED = {"amount": _NO_NUMBER, "annual_amount": _NO_NUMBER, "owner_id": _NO_NUMBER, "close_date": "DATE '0001-01-01'"}
_QUARTER_HOUR = 900_000_000  # microseconds; no clock is put forward or back within one


def group(facts: tuple[str, ...]) -> Group:
    """All facts whose rows belong to deals."""
    own = {"deals": "id", "deal_changes": "deal_id", "deal_credits": "deal_id", "deal_lines": "deal_id", "meetings": "deal_id"}
    return Group("deals", facts, noun="deal", reads=("stages", "lost_reasons"), units=own)


@fact("deal_traits", step=True)
def deal_traits() -> str:
    """What a deal has no history of: account, product (its largest line), reason, source."""
    return """
        WITH main AS (SELECT deal_id, arg_max(product_id, (amount, -id)) AS product FROM deal_lines GROUP BY 1),
             met AS (SELECT deal_id, company_day(min(happened_at)) AS met_on FROM meetings GROUP BY 1)
        SELECT d.id, coalesce(d.owner_id, 0) AS seen, d.account_id AS account, main.product, d.campaign_id AS campaign,
            d.sourced_by_id AS sourced_by, d.lost_reason_id AS lost_reason,
            nullif(d.segment, '') AS segment, nullif(d.industry, '') AS industry, nullif(d.country, '') AS country,
            nullif(d.source, '') AS source, nullif(d.competitor, '') AS competitor,
            company_day(d.archived_at) AS archived_on, d.created_on, d.closed_on AS last_closed_on, d.status AS last_status, d.term_months,
            coalesce(r.never_real, false) AS never_real,
            CASE WHEN d.imported THEN coalesce(d.created_on = company_day(d.created_at), false) ELSE false END AS loaded,
            met.met_on, company_day(d.lead_at) AS lead_on
        FROM deals d LEFT JOIN main ON main.deal_id = d.id
            LEFT JOIN met ON met.deal_id = d.id LEFT JOIN lost_reasons r ON r.id = d.lost_reason_id"""


@fact("entry_stages", step=True)
def entry_stages() -> str:
    """Where a deal begins when nobody noted it."""
    return "SELECT pipeline_id, arg_min(id, position) AS stage_id FROM stages WHERE type = 'open' GROUP BY 1"


def _said(column: str, name: str) -> str:
    """The column where a change says it."""
    value = f"coalesce({column}, {_EMPTIED[column]})" if column in _EMPTIED else column
    names = " OR ".join(f"list_contains(fields, '{known}')" for known in dict.fromkeys((name, column)))
    return f"CASE WHEN {names} THEN {value} END AS {column}"


def _filled(column: str) -> str:
    """The last value that was said, else the deal's own; a stage that nobody noted was an open one."""
    own = "CASE WHEN d.status = 'open' THEN d.stage_id ELSE entry.stage_id END" if column == "stage_id" else f"d.{column}"
    known = f"nullif(k.{column}, {_EMPTIED[column]})" if column in _EMPTIED else f"k.{column}"
    return f"CASE WHEN k.{column} IS NULL THEN {own} ELSE {known} END AS {column}"


@fact("deal_known", step=True)
def deal_known() -> str:
    """Every change with all columns filled from the changes before it, else from the deal as it is now.

    The company's clock is asked once per quarter of an hour that occurs: asking it for every change costs as much as all the filling.
    """
    said = ", ".join(_said(*pair) for pair in _CARRIED.items())
    carried = ", ".join(f"last_value({column} IGNORE NULLS) OVER w AS {column}" for column in _CARRIED)
    return f"""
        WITH quarters AS (SELECT DISTINCT epoch_us(occurred_at) // {_QUARTER_HOUR} AS quarter FROM deal_changes),
        shifts AS (SELECT quarter, company_time(begun) - begun AS shift FROM (SELECT quarter, make_timestamp(quarter * {_QUARTER_HOUR}) AS begun FROM quarters)),
        said AS (SELECT id, deal_id, occurred_at, {said} FROM deal_changes),
        k AS (SELECT deal_id, occurred_at, row_number() OVER w AS seq, {carried} FROM said WINDOW w AS (PARTITION BY deal_id ORDER BY occurred_at, id))
        SELECT k.deal_id, CAST(k.occurred_at + s.shift AS DATE) AS day, k.seq, {", ".join(map(_filled, _CARRIED))}, d.status AS now, d.closed_on
        FROM k JOIN shifts s ON s.quarter = epoch_us(k.occurred_at) // {_QUARTER_HOUR}
            JOIN deals d ON d.id = k.deal_id LEFT JOIN entry_stages entry ON entry.pipeline_id = d.pipeline_id"""


@fact("deal_moves", step=True)
def deal_moves() -> str:
    """Changes with the days that count: `closed_on` of a closed deal wins over the day its change was written.

    A deal that is closed although no change says so gets one.
    """
    return f"""
        WITH ends AS (
            SELECT deal_id, max(seq) AS last, coalesce(max(seq) FILTER (status IS DISTINCT FROM now), 0) AS other
            FROM deal_known WHERE now <> 'open' GROUP BY 1)
        SELECT k.deal_id, seq, {COLUMNS}, CASE WHEN seq = e.other + 1 THEN closed_on WHEN seq > e.other THEN greatest(day, closed_on)
            WHEN closed_on IS NOT NULL THEN least(day, closed_on) ELSE day END AS day
        FROM deal_known k LEFT JOIN ends e ON e.deal_id = k.deal_id
        UNION ALL
        SELECT d.id, 1000000000, {COLUMNS}, d.closed_on
        FROM deals d LEFT JOIN ends e ON e.deal_id = d.id WHERE d.status <> 'open' AND (e.deal_id IS NULL OR e.last = e.other)"""


def births() -> str:
    """Deals whose first change came after they did, or never, as they were before: open, in the first stage."""
    return """
        SELECT d.id AS deal_id, 0 AS seq,
            coalesce(f.pipeline_id, d.pipeline_id) AS pipeline_id,
            CASE WHEN s.type = 'open' THEN s.id ELSE entry.stage_id END AS stage_id,
            'open' AS status, coalesce(f.type, d.type) AS type,
            CASE WHEN f IS NULL THEN d.amount ELSE f.amount END AS amount,
            CASE WHEN f IS NULL THEN d.annual_amount ELSE f.annual_amount END AS annual_amount,
            coalesce(f.currency, d.currency) AS currency,
            CASE WHEN f IS NULL THEN d.close_date ELSE f.close_date END AS close_date,
            CASE WHEN f IS NULL THEN d.category ELSE f.category END AS category,
            CASE WHEN f IS NULL THEN d.owner_id ELSE f.owner_id END AS owner_id,
            coalesce(d.created_on, least(f.day, company_day(d.created_at))) AS day
        FROM unborn LEFT JOIN firsts ON firsts.deal_id = unborn.id JOIN deals d ON d.id = unborn.id
            LEFT JOIN stages s ON s.id = coalesce(f.stage_id, d.stage_id)
            LEFT JOIN entry_stages entry ON entry.pipeline_id = coalesce(f.pipeline_id, d.pipeline_id)"""
