"""Who was in which team, what they called and what models said, and the weeks in which a tool could have been used."""

from pacesetter.core.metrics.facts import Group, fact

EVERY_WEEKDAY = 0b11111
GROUPS = (
    Group("memberships", ("memberships",), reads=("memberships",)),
    Group("forecasts", ("forecasts",), reads=("calls", "reportings")),
    Group("model_forecasts", ("model_forecasts",), units={"forecast_rows": "id"}, noun="forecast_run"),
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


@fact("model_forecasts")
def model_forecasts() -> str:
    """What runs said of quarters; `id` is the run, `row` its row, known from the end of the day `known_on` on."""
    return """
        SELECT id, row_id AS row, coalesce(user_id, 0) AS seen, user_id AS owner, amount, currency, since, until, as_of AS known_on, NULL AS archived_on
        FROM forecast_rows WHERE until = months_later(since, 3)"""


@fact("person_weeks")
def person_weeks() -> str:
    """Weeks with at least one weekday licensed, employed and not on leave; `reported` is false where the tool sent nothing that week.

    People without employment dates count as employed: an import may bring none.
    """
    licensed, employed, away = (_weekdays(f"{table}.since", f"{table}.until") for table in ("l", "e", "a"))
    return f"""
        WITH last AS (SELECT tool_id, max(week) AS week FROM tool_uses GROUP BY 1),
        given AS (
            SELECT l.tool_id, l.user_id, l.since, least(l.until, last.week + 5) AS until FROM licences l JOIN last ON last.tool_id = l.tool_id),
        given_weeks AS (SELECT *, unnest(generate_series(date_trunc('week', since), until - 1, INTERVAL 7 DAY))::DATE AS week FROM given),
        licensed AS (SELECT l.tool_id, l.user_id, l.week, bit_or({licensed}) AS days FROM given_weeks l GROUP BY ALL),
        weeks AS (SELECT DISTINCT user_id, week, week + 5 AS ends FROM licensed),
        employed AS (
            SELECT w.user_id, w.week, bit_or({employed}) AS days
            FROM weeks w JOIN employments e ON e.user_id = w.user_id AND e.since < w.ends AND w.week < e.until GROUP BY ALL),
        away AS (
            SELECT w.user_id, w.week, bit_or({away}) AS days
            FROM weeks w JOIN leaves a ON a.user_id = w.user_id AND a.since < w.ends AND w.week < a.until GROUP BY ALL),
        there AS (
            SELECT w.user_id, w.week, ~coalesce(a.days, 0)
                & CASE WHEN w.user_id IN (SELECT user_id FROM employments) THEN coalesce(e.days, 0) ELSE {EVERY_WEEKDAY} END AS days
            FROM weeks w LEFT JOIN employed e ON e.user_id = w.user_id AND e.week = w.week LEFT JOIN away a ON a.user_id = w.user_id AND a.week = w.week),
        present AS (
            SELECT l.tool_id, l.user_id, l.week FROM licensed l JOIN there t ON t.user_id = l.user_id AND t.week = l.week WHERE l.days & t.days > 0),
        reports AS (SELECT DISTINCT tool_id, week FROM tool_uses)
        SELECT p.user_id AS id, p.user_id AS seen, p.user_id AS owner, p.tool_id AS tool, p.week, NULL AS archived_on,
            coalesce(u.core_acts, 0) AS core_acts, coalesce(u.signed_in OR u.core_acts > 0, false) AS signed_in, r.week IS NOT NULL AS reported
        FROM present p LEFT JOIN tool_uses u ON u.tool_id = p.tool_id AND u.user_id = p.user_id AND u.week = p.week
            LEFT JOIN reports r ON r.tool_id = p.tool_id AND r.week = p.week"""


def _weekdays(since: str, until: str) -> str:
    """The weekdays of `week` from `since` to before `until` as bits: days of a week are compared at once."""
    first, end = (f"least(greatest({day} - week, 0), 5)" for day in (since, until))
    return f"greatest((1 << {end}::INTEGER) - (1 << {first}::INTEGER), 0)"
