"""The plan of a period: what the company is asked to book, and the quotas of its teams and people."""

import datetime as dt
from collections import Counter
from typing import Any

from pacesetter.base import warehouse
from pacesetter.base.teams import members_on
from pacesetter.core.periods import Period
from pacesetter.planning.histories import variables

# Step by step: a macro names its argument several times, and macros inside macros multiply.
QUOTAS = """
    WITH valued AS (
        SELECT q.*, CASE WHEN q.currency = getvariable('company_currency') THEN q.amount
            ELSE worth(q.amount, r.scaled, q.currency, getvariable('company_exponent')) END AS minor
        FROM (FROM quota_pieces WHERE quota_product IS NULL) q
            ASOF LEFT JOIN (FROM rates WHERE rate_set = 'plan') r ON r.currency = q.currency AND r.since <= q."on"),
    cut AS MATERIALIZED (SELECT owner, "on", CAST(stretch(minor, lower, upper, whole) AS HUGEINT) * weight AS n, days * 10000 AS d FROM valued WHERE minor IS NOT NULL)
    SELECT owner, "on", half_even(n, d) AS amount FROM cut"""
TARGETS = "SELECT since, until, amount FROM plans"


def of(period: Period) -> dict[str, int]:
    """Plans in minor units by subject: "company", "team:4" with the people in it on the last day, "user:7"; quotas as attainment counts them.

    The company's is the target of *Bookings* for just this period, else the sum of all quotas.
    """
    pieces, targets = _known()
    quotas: Counter[int] = Counter()
    for owner, day, amount in pieces:
        quotas[owner] += amount if day in period else 0
    found = {f"user:{pk}": amount for pk, amount in quotas.items()}
    for team, (_teams, people) in members_on(period.last).items():
        found[f"team:{team}"] = sum(quotas[pk] for pk in people)
    found["company"] = targets.get((period.since, period.until)) or quotas.total()
    return {subject: amount for subject, amount in found.items() if amount}


def _known() -> tuple[list[tuple[int, dt.date, int]], dict[tuple[dt.date, dt.date], int]]:
    """Pieces of quotas by owner and day, and the company's targets; past periods ask for them again and again."""
    version, known = warehouse.current() or warehouse.refresh(), variables()
    key = (version.token, *known.values())
    if key not in _READ:
        pieces = [(row["owner"], row["on"], row["amount"]) for row in warehouse.query(version, QUOTAS, known)]
        targets = {(row["since"], row["until"]): row["amount"] for row in warehouse.query(version, TARGETS, known)}
        _READ.clear()
        _READ[key] = (pieces, targets)
    return _READ[key]


_READ: dict[tuple[Any, ...], Any] = {}
