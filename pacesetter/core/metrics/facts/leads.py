"""Leads with their instants on two clocks: the calendar's, and the working clock of the team that received them."""

from pacesetter.core.metrics.facts import Group, fact

GROUPS = (
    Group(
        "clock",
        ("clock",),
        reads=("calendars", "holidays"),
        beside=("leads",),
        daily=True,
        outgrown="""SELECT coalesce(came < known, came IS NOT NULL)
            FROM (SELECT min(company_day(received_at)) AS came FROM raw.leads), (SELECT min(received_on) AS known FROM fact.leads)""",
        before=("leads",),
    ),
    Group("leads", ("lead_calendars", "leads"), noun="lead", reads=("calendars", "teams", "memberships", "clock"), units={"leads": "id"}),
)
_MOMENTS = {"received": "received_at", "assigned": "assigned_at", "answered": "first_response_at", "two_way": "two_way_at"}


@fact("clock")
def clock() -> str:
    """Working intervals of every calendar, with the seconds worked before each: working time is a subtraction.

    Calendar 0 never closes; it serves leads that no calendar receives.
    """
    return """
        WITH bounds AS (SELECT coalesce(min(company_day(received_at)), getvariable('today')) - 7 AS first FROM leads),
        days AS (
            SELECT c.id, c.time_zone, CAST(day AS DATE) AS day, CAST(CAST(c.hours AS JSON) AS INTEGER[][][])[isodow(day)] AS spans
            FROM calendars c, bounds, LATERAL (SELECT unnest(generate_series(first, getvariable('today') + 400, INTERVAL 1 DAY)) AS day)
            WHERE CAST(day AS DATE) NOT IN (SELECT h.day FROM holidays h WHERE h.calendar_id = c.id)),
        spans AS (SELECT id, time_zone, day, unnest(spans) AS span FROM days),
        worked AS (
            SELECT id AS calendar,
                seconds(timezone('UTC', timezone(time_zone, day + span[1] * INTERVAL 1 MINUTE))) AS starts,
                seconds(timezone('UTC', timezone(time_zone, day + span[2] * INTERVAL 1 MINUTE))) AS ends FROM spans)
        SELECT calendar, starts, ends, coalesce(sum(ends - starts) OVER (PARTITION BY calendar ORDER BY starts ROWS UNBOUNDED PRECEDING EXCLUDE CURRENT ROW), 0) AS before
        FROM worked
        UNION ALL SELECT 0, 0, 253402300799, 0"""


@fact("lead_calendars", step=True)
def lead_calendars() -> str:
    """The calendar of the lead's team, else of its owner's team on the day it came, else the company's first."""
    return """
        SELECT l.id, coalesce(t.calendar_id, own.calendar_id, (SELECT min(id) FROM calendars), 0) AS calendar
        FROM leads l LEFT JOIN teams t ON t.id = l.team_id
            LEFT JOIN memberships m ON m.user_id = l.owner_id AND m.since <= company_day(l.received_at) AND company_day(l.received_at) < m.until
            LEFT JOIN teams own ON own.id = m.team_id"""


def _joins() -> str:
    return "\n".join(
        f"ASOF LEFT JOIN clock {name} ON {name}.calendar = k.calendar AND {name}.starts <= seconds(l.{column})"
        for name, column in _MOMENTS.items()
    )


def _positions() -> str:
    worked = "coalesce({n}.before + least(seconds(l.{c}), {n}.ends) - {n}.starts, CASE WHEN l.{c} IS NOT NULL THEN 0 END) AS {n}, seconds(l.{c}) AS {n}_at"
    return ", ".join(worked.format(n=name, c=column) for name, column in _MOMENTS.items())


@fact("leads")
def leads() -> str:
    return f"""
        SELECT l.id, coalesce(l.owner_id, 0) AS seen, l.owner_id AS owner, l.team_id, l.campaign_id AS campaign, k.calendar, {_positions()},
            nullif(l.source, '') AS source, nullif(l.country, '') AS country, l.status_type AS status,
            company_day(l.received_at) AS received_on, company_day(l.archived_at) AS archived_on, l.inbound
        FROM leads l JOIN lead_calendars k ON k.id = l.id {_joins()}"""
