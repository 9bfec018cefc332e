"""Quotas cut into pieces at month, team, employment, leave and ramp, so that any period and any team adds up."""

from pacesetter.core.metrics.facts import Group, fact

GROUP = Group("quotas", ("quota_stretches", "quota_pieces"), reads=("quotas", "employments", "leaves", "memberships"))
RAMP_SCALE = 10_000


@fact("quota_stretches", step=True)
def quota_stretches() -> str:
    """How much of the quota counts on each day: nothing when away, a straight line from zero to all while ramping.

    A month in which nothing begins or ends for its person, and nobody ramps, is one stretch of alike days; any other falls into days.
    """
    return f"""
        WITH months AS (
            SELECT id, user_id, greatest(since, month) AS since, least(until, months_later(month, 1)) AS until
            FROM (SELECT q.*, unnest(generate_series(date_trunc('month', since), until - 1, INTERVAL 1 MONTH))::DATE AS month FROM quotas q)),
        edges AS (
            SELECT user_id, unnest([since, until]) AS day FROM (FROM memberships UNION ALL BY NAME FROM leaves UNION ALL BY NAME FROM employments)),
        uneven AS (
            SELECT DISTINCT m.id, m.since FROM months m JOIN edges e ON e.user_id = m.user_id AND m.since < e.day AND e.day < m.until
            UNION SELECT m.id, m.since FROM months m JOIN employments e ON e.user_id = m.user_id AND e.since < m.until AND m.since < e.ramp_until),
        stretches AS (
            SELECT id, user_id, since AS day, until - since AS days FROM months ANTI JOIN uneven USING (id, since)
            UNION ALL
            SELECT id, user_id, days_later(since, unnest(range(until - since))), 1 FROM months SEMI JOIN uneven USING (id, since)),
        employed AS (
            SELECT d.id, d.day, max(CASE WHEN e.ramp_until IS NULL OR d.day >= e.ramp_until THEN {RAMP_SCALE}
                ELSE half_even({RAMP_SCALE} * (d.day - e.since + 1), greatest(e.ramp_until - e.since, 1)) END) AS weight
            FROM stretches d JOIN employments e ON e.user_id = d.user_id AND e.since <= d.day AND d.day < e.until GROUP BY ALL)
        SELECT d.*, CASE WHEN EXISTS (SELECT 1 FROM leaves a WHERE a.user_id = d.user_id AND a.since <= d.day AND d.day < a.until) THEN 0
            WHEN d.user_id NOT IN (SELECT user_id FROM employments) THEN {RAMP_SCALE}
            ELSE coalesce(w.weight, 0) END AS weight,
            (SELECT any_value(m.team_id) FROM memberships m WHERE m.user_id = d.user_id AND m.since <= d.day AND d.day < m.until) AS team
        FROM stretches d LEFT JOIN employed w ON w.id = d.id AND w.day = d.day"""


@fact("quota_pieces")
def quota_pieces() -> str:
    """`lower` and `upper` of `whole` days place a piece in its quota; `weight` of `days` × 10,000 says how much of it counts."""
    return """
        WITH pieces AS (
            SELECT id, date_trunc('month', day) AS month, team, min(day) AS "on", max(days_later(day, days)) AS until, sum(days) AS days, sum(days * weight) AS weight
            FROM quota_stretches GROUP BY id, month, team, weight = 0),
        placed AS (SELECT *, sum(days) OVER (PARTITION BY id ORDER BY "on", until) AS upper, sum(days) OVER (PARTITION BY id) AS whole FROM pieces)
        SELECT p.id, q.user_id AS seen, q.user_id AS owner, q.amount, p.upper - p.days AS lower, p.upper, p.whole, p.weight, p.days,
            nullif(q.product_id, 0) AS quota_product, q.currency, p."on", p.until, NULL AS archived_on
        FROM placed p JOIN quotas q ON q.id = p.id"""
