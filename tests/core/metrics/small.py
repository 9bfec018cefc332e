"""A small company with everything that makes numbers hard: reopened, reassigned, re-dated, archived and foreign deals; leave, ramp, moves between teams.

`raw(until=day)` replays the same story only up to a day: what the tables would have held then.
"""

import datetime as dt
import random
from typing import Any

from tests.core.metrics.world import TODAY

D = dt.date
FAR = D(9999, 12, 31)
PEOPLE = (1, 2, 3, 4)
START = D(2025, 1, 1)
# id, key, position, probability, category, type, qualified
STAGES = [
    (1, "new", 1, 10, "pipeline", "open", False),
    (2, "qualified", 2, 35, "best_case", "open", True),
    (3, "proposal", 3, 70, "commit", "open", True),
    (4, "won", 4, 100, "closed", "won", False),
    (5, "lost", 5, 0, "omitted", "lost", False),
]
COLUMNS = ["pipeline", "stage", "status", "type", "amount", "annual_amount", "currency", "close_date", "category", "owner", "archived"]
Event = tuple[D, dict[str, Any]]


def instant(day: D, hour: int = 12) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour))


ACCOUNTS = {
    pk: {"segment": ("small", "mid", "enterprise", "")[pk - 1], "industry": "tech" if pk % 2 else "health", "country": "US"}
    for pk in (1, 2, 3, 4)
}


def raw(until: D = TODAY, seed: int = 5, deals: int = 240) -> dict[str, list[dict[str, Any]]]:
    """Raw tables as they stood at the end of `until`."""
    story = [_story(pk, random.Random(seed * 1000 + pk)) for pk in range(1, deals + 1)]
    tables: dict[str, list[dict[str, Any]]] = {"deals": [], "deal_changes": [], "deal_credits": [], "deal_lines": [], "meetings": []}
    for pk, (fixed, events) in enumerate(story, 1):
        fixed["ends_lost"] = (
            next(values["status"] for _, values in reversed(events) if "status" in values) == "lost"
        )  # a reason has no history
        _play(tables, pk, fixed, [event for event in events if event[0] <= until])
    leads = _leads(until, random.Random(seed))
    received = {lead["id"]: lead["received_at"] for lead in leads["leads"]}
    for deal in tables["deals"]:
        deal |= {"lead_at": received.get(deal["lead_id"]), **ACCOUNTS[deal["account_id"]]}
    return tables | _people(until) | leads | _reference()


def _story(pk: int, dice: random.Random) -> tuple[dict[str, Any], list[Event]]:
    """What a deal is, and what happens to it."""
    day = START + dt.timedelta(days=dice.randrange(640))
    amount = dice.choice([None, *(dice.randrange(1, 90_000) * 100 + dice.randrange(100) for _ in range(9))])
    fixed = {
        "account_id": dice.randrange(1, 5),
        "source": dice.choice(["web", "event", ""]),
        "competitor": dice.choice(["", "", "pulsar"]),
        "sourced_by_id": dice.choice([None, 3]),
        "product": dice.randrange(1, 4),
        "lead_id": dice.choice([None, 1 + pk % 40]),
        "imported": dice.random() < 0.1,
        "term_months": dice.choice([None, 12, 24]),
    }
    values = {
        "pipeline_id": 1,
        "stage_id": 1,
        "status": "open",
        "type": dice.choice(["new", "new", "expansion", "renewal"]),
        "amount": amount,
        "annual_amount": amount,
        "currency": dice.choice(["USD", "USD", "EUR", "GBP"]),
        "close_date": day + dt.timedelta(days=dice.randrange(20, 120)),
        "category": dice.choice(["", "", "commit"]),
        "owner_id": dice.choice([*PEOPLE, None]),
        "archived": False,
    }
    events: list[Event] = [(day, values)]
    for _ in range(dice.randrange(7)):
        day += dt.timedelta(days=dice.randrange(1, 40))
        events.append((day, _happening(events, dice, day)))
    return fixed, events


def _happening(events: list[Event], dice: random.Random, day: D) -> dict[str, Any]:
    status = next(values["status"] for _, values in reversed(events) if "status" in values)
    if status != "open" and dice.random() < 0.5:
        return {"status": "open", "stage_id": dice.choice([1, 2, 3])}
    kind = dice.choice(["stage", "stage", "won", "lost", "slip", "amount", "owner", "archive"])
    changes: dict[str, dict[str, Any]] = {
        "slip": {"close_date": dice.choice([None, day + dt.timedelta(days=dice.randrange(10, 150))])},
        "amount": dict.fromkeys(("amount", "annual_amount"), dice.randrange(1, 90_000) * 100),
        "owner": {"owner_id": dice.choice(PEOPLE)},
        "archive": {"archived": dice.random() < 0.15},
    }
    if status == "open":
        changes |= {
            "stage": {"stage_id": dice.choice([1, 2, 3])},
            "won": {"status": "won", "stage_id": 4},
            "lost": {"status": "lost", "stage_id": 5},
        }
    return changes.get(kind, {"category": "best_case"})


def _play(tables: dict[str, list[dict[str, Any]]], pk: int, fixed: dict[str, Any], events: list[Event]) -> None:
    if not events:
        return
    now: dict[str, Any] = {}
    closed_on = archived_at = None
    for day, changes in events:
        was = now.get("status")
        now = now | changes
        if now["status"] != was:
            closed_on = None if now["status"] == "open" else day
        if "archived" in changes:
            archived_at = instant(day) if changes["archived"] else None
        fields = [name.removesuffix("_id") for name in changes]
        tables["deal_changes"].append(
            now
            | {
                "id": len(tables["deal_changes"]) + 1,
                "deal_id": pk,
                "occurred_at": instant(day),
                "fields": fields,
            }
        )
    own = {name: value for name, value in fixed.items() if name not in ("product", "ends_lost")}
    tables["deals"].append(
        now
        | own
        | {
            "id": pk,
            "created_on": events[0][0],
            "closed_on": closed_on,
            "created_at": instant(events[0][0]),
            "archived_at": archived_at,
            "lost_reason_id": (1 + pk % 3) if now["status"] == "lost" and fixed["ends_lost"] else None,
        }
    )
    tables["deal_lines"].append({"id": pk, "deal_id": pk, "product_id": fixed["product"], "amount": 1})
    if pk % 4 == 0:
        tables["deal_credits"] += [
            {"id": pk * 10, "deal_id": pk, "user_id": 1, "kind": "owner", "share": 3333},
            {"id": pk * 10 + 1, "deal_id": pk, "user_id": 2, "kind": "owner", "share": 6667},
            {"id": pk * 10 + 2, "deal_id": pk, "user_id": 3, "kind": "sdr", "share": 10000},
        ]
    if pk % 3 == 0 and len(events) > 1:
        tables["meetings"].append({"id": pk, "deal_id": pk, "happened_at": instant(events[1][0])})


def _people(until: D) -> dict[str, list[dict[str, Any]]]:
    """Two teams, a change of team in mid-quarter, a leave, a ramp, a leaver; quotas, calls and tools."""
    quarters = [(D(year, month, 1), D(year + month // 10, (month + 2) % 12 + 1, 1)) for year in (2025, 2026) for month in (1, 4, 7, 10)]
    calls = [
        {
            "user_id": user,
            "since": since,
            "until": end,
            "category": category,
            "currency": "USD",
            "amount": (30 + 7 * (since.month + week + (user or 0))) * 100_000,
            "submitted_at": instant(since + dt.timedelta(days=7 * week + 3)),
        }
        for since, end in quarters
        for user in (None, 1, 2, 4)
        for category in ("commit", "best_case")
        for week in (0, 2, 5)
    ]
    weeks = [D(2025, 1, 6) + dt.timedelta(days=7 * n) for n in range(98)]
    uses = [
        {"tool_id": tool, "user_id": user, "week": week, "signed_in": (tool + user + n) % 5 != 0, "core_acts": (n + user) % 4}
        for n, week in enumerate(weeks)
        for tool in (1, 2)
        for user in (1, 2, 3)
        if (n + tool) % 11 != 3
    ]
    return {
        "memberships": [
            {"user_id": 1, "team_id": 1, "since": START, "until": D(2026, 5, 10)},
            {"user_id": 1, "team_id": 2, "since": D(2026, 5, 10), "until": FAR},
            {"user_id": 2, "team_id": 1, "since": START, "until": FAR},
            {"user_id": 3, "team_id": 2, "since": D(2025, 6, 1), "until": FAR},
        ],
        "teams": [{"id": 1, "calendar_id": 1}, {"id": 2, "calendar_id": 2}],
        "reportings": [{"id": 1, "user_id": 1, "manager_id": 4, "since": START, "until": FAR}],
        "employments": [
            {"id": 1, "user_id": 1, "since": D(2020, 1, 1), "until": FAR},
            {"id": 2, "user_id": 2, "since": START, "until": D(2026, 8, 15)},
            {"id": 3, "user_id": 3, "since": D(2026, 1, 15), "until": FAR, "ramp_until": D(2026, 6, 15)},
        ],
        "leaves": [{"id": 1, "user_id": 1, "since": D(2026, 2, 2), "until": D(2026, 3, 16)}],
        "quotas": [
            {
                "user_id": user,
                "since": since,
                "until": end,
                "amount": (2_500_000 + user * 111_111),
                "currency": "EUR" if user == 2 else "USD",
                "product_id": 0,
            }
            for since, end in quarters
            for user in PEOPLE
        ]
        + [{"user_id": 1, "since": quarters[0][0], "until": quarters[0][1], "amount": 100, "currency": "USD", "product_id": 2}],
        "calls": [call for call in calls if call["submitted_at"].date() <= until],
        "forecast_rows": [row for row in _said(quarters) if row["as_of"] <= until],
        "licences": [
            {"id": 10 * tool + user, "tool_id": tool, "user_id": user, "since": START, "until": FAR} for tool in (1, 2) for user in PEOPLE
        ],
        "tool_uses": [use for use in uses if use["week"] <= until],
        "targets": [{"metric": "bookings", "value": "123456.70", "since": since, "until": end} for since, end in quarters],
    }


def _said(quarters: list[tuple[D, D]]) -> list[dict[str, Any]]:
    """What runs on some days of each quarter said of it and of its first month; the last run knows nothing of person 2 any more."""
    days = [(since + dt.timedelta(days=7 * week + 4), since, end) for since, end in quarters for week in (0, 2, 4)]
    asked = [(run, day, since, until) for run, (day, since, end) in enumerate(days, 1) for until in (end, since + dt.timedelta(days=31))]
    return [
        {
            "id": run,
            "row_id": 100 * run + 10 * (until.month % 3) + (user or 0),
            "user_id": user,
            "amount": (40 + 5 * (since.month + run % 3 + (user or 0))) * 100_000,
            "currency": "USD",
            "since": since,
            "until": until,
            "as_of": day,
        }
        for run, day, since, until in asked
        for user in (None, 1, 2)
        if run % 3 or user != 2
    ]


def _leads(until: D, dice: random.Random) -> dict[str, list[dict[str, Any]]]:
    rows = []
    for pk in range(1, 121):
        came = dt.datetime(2025, 1, 1) + dt.timedelta(minutes=dice.randrange(690 * 1440))
        later = [came + dt.timedelta(minutes=int(dice.expovariate(1 / 400))) for _ in range(3)]
        answered = later[1] if dice.random() < 0.8 else None
        row = {
            "id": pk,
            "owner_id": dice.choice([*PEOPLE, None]),
            "team_id": dice.choice([None, 1, 2]),
            "source": dice.choice(["web", "event", ""]),
            "country": "IT",
            "status_type": "new",
            "inbound": dice.random() < 0.9,
            "received_at": came,
        }
        row |= {
            "assigned_at": later[0],
            "first_response_at": answered,
            "two_way_at": max(later) if answered and dice.random() < 0.5 else None,
        }
        if came.date() <= until:
            rows.append(
                row
                | {
                    name: None if row[name] and row[name].date() > until else row[name]
                    for name in ("assigned_at", "first_response_at", "two_way_at")
                }
            )
    return {"leads": rows}


def _reference() -> dict[str, list[dict[str, Any]]]:
    """Stages, calendars, rates: no history of their own. GBP has no spot rate; nothing has one before 2025-02."""
    nine_to_five = "[[[540,780],[840,1080]],[[540,1020]],[[540,1020]],[[540,1020]],[[540,1020]],[],[]]"
    rates = [
        (D(2025, 1, 1), "EUR", 10_800_000_000, "plan"),
        (D(2026, 1, 1), "EUR", 11_234_567_891, "plan"),
        (D(2025, 1, 1), "GBP", 12_500_000_000, "plan"),
    ]
    rates += [(D(2025, 2, 1) + dt.timedelta(days=3 * n), "EUR", 10_500_000_000 + 7_654_321 * n, "spot") for n in range(220)]
    rates += [(D(2025 + n // 12, n % 12 + 1, 1), "EUR", 10_600_000_000 + 12_345_678 * n, "month_average") for n in range(23)]
    return {
        "stages": [
            {
                "id": pk,
                "pipeline_id": 1,
                "key": key,
                "position": position,
                "probability": probability,
                "category": category,
                "type": kind,
                "is_qualified": qualified,
            }
            for pk, key, position, probability, category, kind, qualified in STAGES
        ],
        "lost_reasons": [{"id": pk, "never_real": pk == 2} for pk in (1, 2, 3)],
        "calendars": [
            {"id": 1, "time_zone": "Europe/Rome", "hours": nine_to_five},
            {"id": 2, "time_zone": "America/New_York", "hours": nine_to_five},
        ],
        "holidays": [{"id": 1, "calendar_id": 1, "day": D(2026, 4, 6)}, {"id": 2, "calendar_id": 2, "day": D(2026, 7, 3)}],
        "rates": [{"on": on, "currency": currency, "scaled": scaled, "rate_set": name} for on, currency, scaled, name in rates],
    }
