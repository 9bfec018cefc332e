"""From typed changes to the days on which a deal was what: the ground of stages, versions and bookings."""

from pacesetter.core.metrics.facts import Group, fact

FACTS = ("deal_traits", "entry_stages", "deal_known", "deal_events")

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


def group(facts: tuple[str, ...]) -> Group:
    """All facts whose rows belong to deals."""
    own = {"deals": "id", "deal_changes": "deal_id", "deal_credits": "deal_id", "deal_lines": "deal_id", "meetings": "deal_id"}
    return Group("deals", facts, noun="deal", reads=("stages", "lost_reasons"), units=own)


@fact("deal_traits", step=True)
def deal_traits() -> str:
    """What a deal has no history of: account, product (its largest line), reason, source."""
    return """
        WITH main AS (SELECT deal_id, arg_max(product_id, (amount, -id)) AS product FROM deal_lines GROUP BY 1),
             met AS (SELECT deal_id, min(company_day(happened_at)) AS met_on FROM meetings GROUP BY 1)
        SELECT d.id, coalesce(d.owner_id, 0) AS seen, d.account_id AS account, main.product, d.campaign_id AS campaign,
            d.sourced_by_id AS sourced_by, d.lost_reason_id AS lost_reason,
            nullif(d.segment, '') AS segment, nullif(d.industry, '') AS industry, nullif(d.country, '') AS country,
            nullif(d.source, '') AS source, nullif(d.competitor, '') AS competitor,
            company_day(d.archived_at) AS archived_on, d.created_on, d.closed_on AS last_closed_on, d.status AS last_status, d.term_months,
            coalesce(r.never_real, false) AS never_real,
            coalesce(d.imported AND d.created_on = company_day(d.created_at), false) AS loaded,
            met.met_on, company_day(d.lead_at) AS lead_on
        FROM deals d LEFT JOIN main ON main.deal_id = d.id
            LEFT JOIN met ON met.deal_id = d.id LEFT JOIN lost_reasons r ON r.id = d.lost_reason_id"""


@fact("entry_stages", step=True)
def entry_stages() -> str:
    """Where a deal begins when nobody noted it."""
    return "SELECT pipeline_id, arg_min(id, position) AS stage_id FROM stages WHERE type = 'open' GROUP BY 1"


def _carry(column: str, name: str) -> str:
    """The last known value; wrapped in a struct, because an emptied value is known too."""
    known = f"CASE WHEN list_contains(c.fields, '{name}') OR list_contains(c.fields, '{column}') THEN {{'v': c.{column}}} END"
    return f"last_value({known} IGNORE NULLS) OVER w AS {column}"


@fact("deal_known", step=True)
def deal_known() -> str:
    """Every change with all columns filled from the changes before it, else from the deal as it is now."""
    carried = ", ".join(_carry(column, name) for column, name in _CARRIED.items())
    fallback = {"stage_id": "CASE WHEN d.status = 'open' THEN d.stage_id ELSE entry.stage_id END"}  # a stage nobody noted was an open one
    filled = ", ".join(f"CASE WHEN k.{c} IS NULL THEN {fallback.get(c, 'd.' + c)} ELSE k.{c}.v END AS {c}" for c in _CARRIED)
    return f"""
        WITH k AS (SELECT c.deal_id, company_day(c.occurred_at) AS day, row_number() OVER w AS seq, {carried}
            FROM deal_changes c WINDOW w AS (PARTITION BY c.deal_id ORDER BY c.occurred_at, c.id))
        SELECT k.deal_id, k.day, k.seq, {filled} FROM k JOIN deals d ON d.id = k.deal_id LEFT JOIN entry_stages entry ON entry.pipeline_id = d.pipeline_id"""


@fact("deal_events", step=True)
def deal_events() -> str:
    """Days and values of every deal, one row per deal and day; `closed_on` of a closed deal wins over the day its change was written.

    Deals that came without history get one from their own dates: open in the first stage when created, closed when closed.
    """
    return f"""
        WITH last_other AS (
            SELECT k.deal_id, max(k.seq) FILTER (k.status IS DISTINCT FROM d.status) AS seq
            FROM deal_known k JOIN deals d ON d.id = k.deal_id GROUP BY 1),
        tailed AS (
            SELECT k.*, d.closed_on, d.status <> 'open' AND k.seq > coalesce(o.seq, 0) AS tail,
                d.status <> 'open' AND k.seq = coalesce(o.seq, 0) + 1 AS head
            FROM deal_known k JOIN deals d ON d.id = k.deal_id LEFT JOIN last_other o ON o.deal_id = k.deal_id),
        moved AS (
            SELECT deal_id, seq, {COLUMNS}, CASE WHEN head THEN closed_on WHEN tail THEN greatest(day, closed_on)
                WHEN closed_on IS NOT NULL THEN least(day, closed_on) ELSE day END AS day
            FROM tailed),
        closures AS (
            SELECT d.id AS deal_id, 1000000000 AS seq, {COLUMNS}, d.closed_on AS day
            FROM deals d WHERE d.status <> 'open' AND NOT EXISTS (SELECT 1 FROM tailed t WHERE t.deal_id = d.id AND t.tail)),
        known AS (FROM moved UNION ALL BY NAME FROM closures),
        firsts AS (SELECT deal_id, arg_min(known, (day, seq)) AS f FROM known GROUP BY 1),
        births AS (
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
            FROM deals d LEFT JOIN firsts ON firsts.deal_id = d.id
                LEFT JOIN stages s ON s.id = coalesce(f.stage_id, d.stage_id)
                LEFT JOIN entry_stages entry ON entry.pipeline_id = coalesce(f.pipeline_id, d.pipeline_id)
            WHERE f IS NULL OR d.created_on < f.day),
        every AS (FROM known UNION ALL BY NAME FROM births)
        SELECT * FROM every QUALIFY row_number() OVER (PARTITION BY deal_id, day ORDER BY seq DESC) = 1"""
