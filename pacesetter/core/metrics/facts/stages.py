"""When a deal first entered and passed each stage of its pipeline; skipped stages count as entered and passed."""

from pacesetter.core.metrics.facts import fact

FACTS = ("stage_spans", "deal_stages", "deal_qualified")
TRAITS = "t.seen, t.account, t.product, t.campaign, t.sourced_by, t.lost_reason, t.segment, t.industry, t.country, t.source, t.competitor, t.archived_on"


def money(alias: str) -> str:
    """Annual, total and one-off value. One-off is what the term's annual values do not explain; most terms are whole years."""
    months, annual = "coalesce(t.term_months, 12)", f"CAST({alias}.annual_amount AS HUGEINT)"
    term = f"CASE WHEN {months} % 12 = 0 THEN {annual} * ({months} // 12) ELSE half_even({annual} * {months}, 12) END"
    return f"""{alias}.annual_amount AS annual, {alias}.amount AS total,
        CASE WHEN {alias}.amount IS NOT NULL THEN greatest({alias}.amount - {term}, 0) END AS one_off, nullif({alias}.currency, '') AS currency"""


@fact("stage_spans", step=True)
def stage_spans() -> str:
    """Entry and passing days. A won deal has passed every stage; being lost passes none; coming back counts once."""
    return """
        WITH reach AS (
            SELECT e.deal_id, d.pipeline_id, e.day, CASE WHEN e.status = 'won' THEN 1000000 WHEN s.type = 'open' THEN s.position END AS position
            FROM deal_runs e JOIN deals d ON d.id = e.deal_id JOIN stages s ON s.id = e.stage_id
            WHERE e.pipeline_id = d.pipeline_id AND e.status <> 'lost')
        SELECT r.deal_id, s.id AS stage_id, min(r.day) AS entered_on, min(r.day) FILTER (r.position > s.position) AS passed_on
        FROM reach r JOIN stages s ON s.pipeline_id = r.pipeline_id AND s.type = 'open' AND s.position <= r.position
        GROUP BY ALL"""


@fact("deal_stages")
def deal_stages() -> str:
    """One row per deal and stage it entered, with owner and value on that day."""
    return f"""
        SELECT x.deal_id AS id, {TRAITS}, e.pipeline_id AS pipeline, e.type, {money("e")}, e.owner_id AS owner,
            x.stage_id AS stage, s.key AS stage_key, s.position, x.entered_on, x.passed_on, t.last_closed_on AS closed_on,
            CASE WHEN t.last_status = 'won' THEN t.last_closed_on END AS won_on, t.never_real
        FROM stage_spans x JOIN deal_runs e ON e.deal_id = x.deal_id AND e.day = x.entered_on
            JOIN deal_traits t ON t.id = x.deal_id JOIN stages s ON s.id = x.stage_id"""


@fact("stays", view=True)
def stays() -> str:
    """The 90th percentile of the days spent in a stage, over all deals that left it."""
    return """
        SELECT stage, quantile_cont(coalesce(passed_on, closed_on) - entered_on, 0.9) AS stay_p90
        FROM deal_stages WHERE coalesce(passed_on, closed_on) IS NOT NULL GROUP BY 1"""


@fact("deal_qualified", step=True)
def deal_qualified() -> str:
    return "SELECT deal_id, min(entered_on) AS qualified_on FROM stage_spans WHERE stage_id IN (SELECT id FROM stages WHERE is_qualified) GROUP BY 1"
