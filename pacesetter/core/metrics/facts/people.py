"""Who was in which team, what they called, and the weeks in which a tool could have been used."""

from pacesetter.core.metrics.facts import Group, fact

GROUPS = (
    Group("memberships", ("memberships",), reads=("memberships",)),
    Group("forecasts", ("forecasts",), reads=("calls", "reportings")),
    Group("person_weeks", ("person_weeks",), reads=("licences", "tool_uses", "employments", "leaves")),
)


@fact("memberships")
def memberships() -> str:
    return "SELECT user_id, team_id, since, until FROM memberships"


@fact("forecasts")
def forecasts() -> str:
    """Every call; `manager` marks callers who had reports that day, because their call is not about their own deals."""
    return """
        SELECT c.id, coalesce(c.user_id, 0) AS seen, c.user_id AS owner, c.amount, c.category, c.currency, c.since, c.until,
            company_day(c.submitted_at) AS submitted_on, NULL AS archived_on,
            EXISTS (SELECT 1 FROM reportings r WHERE r.manager_id = c.user_id
                AND r.since <= company_day(c.submitted_at) AND company_day(c.submitted_at) < r.until) AS manager
        FROM calls c"""


@fact("person_weeks")
def person_weeks() -> str:
    """Weeks with at least one weekday licensed, employed and not on leave; `reported` is false where the tool sent nothing that week.

    People without employment dates count as employed: an import may bring none.
    """
    return """
        WITH last AS (SELECT tool_id, max(week) AS week FROM tool_uses GROUP BY 1),
        days AS (
            SELECT l.tool_id, l.user_id, CAST(day AS DATE) AS day
            FROM licences l JOIN last ON last.tool_id = l.tool_id,
                LATERAL (SELECT unnest(generate_series(l.since, least(l.until - 1, last.week + 4), INTERVAL 1 DAY)) AS day)
            WHERE isodow(day) <= 5),
        present AS (
            SELECT DISTINCT tool_id, user_id, CAST(date_trunc('week', d.day) AS DATE) AS week FROM days d
            WHERE NOT EXISTS (SELECT 1 FROM leaves a WHERE a.user_id = d.user_id AND a.since <= d.day AND d.day < a.until)
                AND (EXISTS (SELECT 1 FROM employments e WHERE e.user_id = d.user_id AND e.since <= d.day AND d.day < e.until)
                    OR d.user_id NOT IN (SELECT user_id FROM employments))),
        reports AS (SELECT DISTINCT tool_id, week FROM tool_uses)
        SELECT p.user_id AS id, p.user_id AS seen, p.user_id AS owner, p.tool_id AS tool, p.week, NULL AS archived_on,
            coalesce(u.core_acts, 0) AS core_acts, coalesce(u.signed_in OR u.core_acts > 0, false) AS signed_in, r.week IS NOT NULL AS reported
        FROM present p LEFT JOIN tool_uses u ON u.tool_id = p.tool_id AND u.user_id = p.user_id AND u.week = p.week
            LEFT JOIN reports r ON r.tool_id = p.tool_id AND r.week = p.week"""
