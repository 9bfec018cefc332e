"""A deal as it was on any day: one row per deal and stretch of days."""

from pacesetter.core.metrics.facts import fact
from pacesetter.core.metrics.facts.deals import COLUMNS, births
from pacesetter.core.metrics.facts.stages import TRAITS, money
from pacesetter.core.metrics.tables import FAR

STEPS, FACTS = ("deal_runs",), ("deal_versions",)


@fact("deal_runs", step=True)
def deal_runs() -> str:
    """Days and values of every deal, one row per deal and day, until the next; of a closed one the day on which the present closure
    began, and who owned it then.
    """
    of_first_day = "SELECT deal_id, min(day) AS day FROM deal_moves GROUP BY 1"
    return f"""
        WITH unborn AS (SELECT d.id FROM deals d LEFT JOIN ({of_first_day}) m ON m.deal_id = d.id WHERE m.deal_id IS NULL OR d.created_on < m.day),
        firsts AS (SELECT deal_id, arg_min(m, (day, seq)) AS f FROM deal_moves m WHERE deal_id IN (FROM unborn) GROUP BY 1),
        every AS (FROM deal_moves UNION ALL BY NAME ({births()})),
        days AS (
            SELECT *, coalesce(lead(day) OVER (PARTITION BY deal_id ORDER BY day, seq), DATE '{FAR}') AS until FROM every QUALIFY until > day),
        marked AS (
            SELECT deal_id, day, until, {COLUMNS},
                status <> 'open' AND lag(status) OVER (PARTITION BY deal_id ORDER BY day) IS DISTINCT FROM status AS begins FROM days)
        SELECT * EXCLUDE (begins), CASE WHEN begins THEN day END AS closed_on, CASE WHEN begins THEN owner_id END AS closer FROM marked WHERE status = 'open' OR begins
        UNION ALL
        SELECT m.* EXCLUDE (begins), b.day, b.owner_id
        FROM (FROM marked WHERE status <> 'open' AND NOT begins) m
            ASOF JOIN (FROM marked WHERE begins) b ON b.deal_id = m.deal_id AND b.day <= m.day"""


@fact("deal_versions")
def deal_versions() -> str:
    """A closed deal belongs to its owner on the closing day, whoever holds it now."""
    return f"""
        SELECT e.deal_id AS id, {TRAITS}, e.pipeline_id AS pipeline, e.type, {money("e")},
            CASE WHEN e.status = 'open' THEN e.owner_id ELSE e.closer END AS owner, e.stage_id AS stage, s.probability, e.status,
            coalesce(nullif(e.category, ''), s.category) AS category, e.day AS since, e.until, t.created_on,
            e.closed_on, e.close_date, q.qualified_on, t.met_on, t.lead_on,
            t.never_real, t.loaded
        FROM deal_runs e JOIN deal_traits t ON t.id = e.deal_id LEFT JOIN stages s ON s.id = e.stage_id
            LEFT JOIN deal_qualified q ON q.deal_id = e.deal_id"""
