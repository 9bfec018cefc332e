"""What moved the forecast of a period between two days, from the facts that every number is made of and inside the reader's scope."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from pacesetter.analytics.reader import Reader
from pacesetter.core import money
from pacesetter.core.forecasting.moves import Change, Measure, State, Waterfall, Window, waterfall
from pacesetter.core.periods import Period

# Deals that are dated or booked in the period on either day and differ between the two; money at the plan rate, as the metrics have it.
# Most deals are the same on both days: they are left out first, and only what is left is valued.
_IN_SCOPE = "seen IN (SELECT scope_owner FROM scope WHERE noun = 'deal')"
_STATE = (
    "{'status': status, 'amount': amount, 'due': close_date, 'category': category, 'owner': owner, 'closed': closed_on, 'counts': counts}"
)
_CHANGES = """
WITH plan_rates AS (SELECT currency AS rated, since AS rated_since, scaled FROM rates WHERE rate_set = 'plan'),
days AS (SELECT getvariable('first_day') AS first, getvariable('last_day') AS last),
differing AS MATERIALIZED (
    SELECT id, status, owner, category, close_date, closed_on, annual, currency, archived_on, since, until, type IS DISTINCT FROM 'renewal' AS counts
    FROM deal_versions
    WHERE since <= getvariable('last_day') AND until > getvariable('first_day') AND {scope}
        AND (since > getvariable('first_day') OR until <= getvariable('last_day')
            OR (status = 'open' AND close_date >= getvariable('first_day') AND close_date < getvariable('last_day'))
            OR (archived_on > getvariable('first_day') AND archived_on <= getvariable('last_day')))),
deals AS (
    SELECT v.*, 0 AS side, first AS day FROM differing v, days WHERE since <= first AND until > first AND (archived_on IS NULL OR archived_on > first)
    UNION ALL
    SELECT v.*, 1 AS side, last AS day FROM differing v, days WHERE since <= last AND until > last AND (archived_on IS NULL OR archived_on > last)),
valued AS (
    SELECT d.*, {worth} AS amount
    FROM (SELECT *, coalesce(close_date, day) AS rate_day FROM deals) d
        ASOF LEFT JOIN plan_rates r ON d.currency = r.rated AND d.rate_day >= r.rated_since),
states AS (
    SELECT id, any_value({state}) FILTER (side = 0) AS before, any_value({state}) FILTER (side = 1) AS after FROM valued GROUP BY id),
ledger AS (
    SELECT b.id, b.owner, b.annual, b.currency, b."on" AS rate_day, b."on" <= first AND (b.archived_on IS NULL OR b.archived_on > first) AS early,
        b.archived_on IS NULL OR b.archived_on > last AS late
    FROM bookings b SEMI JOIN states s ON s.id = b.id, days
    WHERE b."on" >= getvariable('since') AND b."on" < getvariable('until') AND b."on" <= last AND b.type IS DISTINCT FROM 'renewal' AND {scope}),
owned AS (
    SELECT d.id, d.owner, sum({worth}) FILTER (early) AS before, sum({worth}) FILTER (late) AS after
    FROM ledger d ASOF LEFT JOIN plan_rates r ON d.currency = r.rated AND d.rate_day >= r.rated_since GROUP BY 1, 2),
booked AS (
    SELECT id, list({{'owner': owner, 'before': CAST(coalesce(before, 0) AS BIGINT), 'after': CAST(coalesce(after, 0) AS BIGINT)}}) AS entries
    FROM owned GROUP BY id)
SELECT s.id, s.before, s.after, b.entries FROM states s LEFT JOIN booked b ON b.id = s.id
WHERE b.id IS NOT NULL OR {dated_before} OR {dated_after}
ORDER BY s.id"""
_WORTH = """CASE WHEN d.currency = getvariable('company_currency') THEN d.annual
        WHEN r.scaled IS NOT NULL THEN worth(d.annual, r.scaled, d.currency, getvariable('company_exponent')) END"""
_DATED = "(s.{side}.due >= getvariable('since') AND s.{side}.due < getvariable('until'))"


def moved(
    reader: Reader, period: Period, first: dt.date, last: dt.date, measure: Measure, owners: Iterable[int | None] | None = None
) -> Waterfall:
    """The movement of a measure from the end of the day `first` to the end of `last`; with `owners`, of what was theirs on each day."""
    window = Window(period, first, last, measure, None if owners is None else frozenset(owners))
    return waterfall(changes(reader, period, first, last), window, standing(reader, period, first, window))


def standing(reader: Reader, period: Period, day: dt.date, window: Window) -> int:
    """The measure at the end of a day in minor units, from the metrics bookings and open pipeline themselves."""
    total = Decimal(0)
    for owner, category, amount in parts(reader, period, day):
        counts = window.measure.won if category == "closed" else window.measure.counts(category)
        total += amount if counts and (window.owners is None or owner in window.owners) else 0
    return money.to_minor(str(total), reader.currency)


def parts(reader: Reader, period: Period, day: dt.date) -> list[tuple[int | None, str | None, Decimal]]:
    """Every owner's bookings (as the category `closed`) and open pipeline by category, in major units, at the end of a day."""
    won = reader.cells(reader.ask("bookings", ("owner",), None, None), period, day)
    opened = reader.cells(reader.ask("open_pipeline", ("owner", "category"), None, None), period, day)
    booked = [(cell.key["owner"], "closed", Decimal(cell.value or 0)) for cell in won]
    return booked + [(cell.key["owner"], cell.key["category"], Decimal(cell.value or 0)) for cell in opened]


def changes(reader: Reader, period: Period, first: dt.date, last: dt.date) -> list[Change]:
    """Every deal of the period that was not the same on both days."""
    known = {"scope": "true" if reader.scope is None else _IN_SCOPE, "worth": _WORTH, "state": _STATE}
    sql = _CHANGES.format(**known, dated_before=_DATED.format(side="before"), dated_after=_DATED.format(side="after"))
    rows = reader.between(sql, period, first, last)
    return [Change(row["id"], _state(row["before"]), _state(row["after"]), _booked(row["entries"])) for row in rows]


def _state(found: Mapping[str, Any] | None) -> State | None:
    return None if found is None else State(**found)


def _booked(entries: list[dict[str, Any]] | None) -> dict[int | None, tuple[int, int]]:
    return {entry["owner"]: (entry["before"], entry["after"]) for entry in entries or []}
