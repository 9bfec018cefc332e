"""A deal as it was on any day: one row per deal and stretch of days."""

from pacesetter.core.metrics.facts import fact
from pacesetter.core.metrics.facts.stages import TRAITS, money
from pacesetter.core.metrics.tables import FAR

FACTS = ("deal_runs", "deal_versions")


@fact("deal_runs", step=True)
def deal_runs() -> str:
    """Events with the day on which the present closure began, and who owned the deal on that day."""
    return f"""
        WITH marked AS (
            SELECT *, status <> 'open' AND lag(status) OVER w IS DISTINCT FROM status AS begins FROM deal_events
            WINDOW w AS (PARTITION BY deal_id ORDER BY day))
        SELECT * EXCLUDE (begins), last_value(CASE WHEN begins THEN {{'day': day, 'owner': owner_id}} END IGNORE NULLS) OVER w AS run,
            coalesce(lead(day) OVER w, DATE '{FAR}') AS until
        FROM marked WINDOW w AS (PARTITION BY deal_id ORDER BY day)"""


@fact("deal_versions")
def deal_versions() -> str:
    """A closed deal belongs to its owner on the closing day, whoever holds it now."""
    return f"""
        SELECT e.deal_id AS id, {TRAITS}, e.pipeline_id AS pipeline, e.type, {money("e")},
            CASE WHEN e.status = 'open' THEN e.owner_id ELSE e.run.owner END AS owner, e.stage_id AS stage, s.probability, e.status,
            coalesce(nullif(e.category, ''), s.category) AS category, e.day AS since, e.until, t.created_on,
            CASE WHEN e.status <> 'open' THEN e.run.day END AS closed_on, e.close_date, q.qualified_on, t.met_on, t.lead_on,
            t.never_real, t.loaded
        FROM deal_runs e JOIN deal_traits t ON t.id = e.deal_id LEFT JOIN stages s ON s.id = e.stage_id
            LEFT JOIN deal_qualified q ON q.deal_id = e.deal_id"""
