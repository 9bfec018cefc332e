"""The company's deals as forecasting reads them: new business and expansion, annual value, at the plan rate.

Days are the company's. Something that became true on a day is put at its noon, so that the end of a day knows it and its
beginning does not. An archived deal that was open counts as lost from that day; a row without a rate brings nothing.
Signs of life are read from the database: of ten millions only those who forecast, once a night, want all (decisions/signs-of-life.md).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from pacesetter.base import settings, warehouse
from pacesetter.core import money
from pacesetter.core.forecasting import histories
from pacesetter.core.forecasting.histories import OUTCOMES, Array, Histories, Steps, day_number
from pacesetter.core.periods import Period
from pacesetter.planning import signs
from pacesetter.planning.signs import Signs

NOON = 0.5
WORTH = """CASE WHEN {0}.currency = getvariable('company_currency') THEN {0}.annual
    ELSE worth({0}.annual, r.scaled, {0}.currency, getvariable('company_exponent')) END"""
RATES = "(FROM rates WHERE rate_set = 'plan') r"
VERSIONS = f"""
    SELECT v.id, v.since, v.created_on, v.stage, v.owner, v.status, v.close_date, v.archived_on, {WORTH.format("v")} AS annual
    FROM (SELECT *, coalesce(closed_on, close_date, since) AS dated FROM deal_versions WHERE type IS DISTINCT FROM 'renewal') v
        ASOF LEFT JOIN {RATES} ON r.currency = v.currency AND r.since <= v.dated
    ORDER BY v.id, v.since"""
BOOKED = f"""
    SELECT b."on" AS day, b.owner, m.team_id AS team, CAST(sum(stretch({WORTH.format("b")}, b.lower, b.upper, 10000)) AS BIGINT) AS booked
    FROM (FROM booking_credits WHERE credit = 'owner' AND type IS DISTINCT FROM 'renewal') b
        ASOF LEFT JOIN {RATES} ON r.currency = b.currency AND r.since <= b."on"
        LEFT JOIN memberships m ON m.user_id = b.owner AND m.since <= b."on" AND b."on" < m.until
    GROUP BY ALL HAVING booked IS NOT NULL ORDER BY ALL"""
_DAYS = ("since", "created_on", "close_date", "archived_on")


def of_company(version: warehouse.Manifest) -> Histories:
    """All deals of a version of the extracts; owners are users' ids as texts, amounts minor units of the company's currency."""
    found = warehouse.arrow(version, VERSIONS, variables())
    columns = {name: _days(found[name]) if name in _DAYS else found[name].to_numpy() for name in found.column_names}
    return _histories(columns, signs.read(version.instant))


@dataclass(frozen=True)
class Booked:
    """What was booked, one row per day and owner: days since 1970, the owner (0 is nobody) and their team on that day, minor units."""

    day: Array
    owner: Array
    team: Array
    amount: Array

    def inside(self, period: Period, until: float = np.inf) -> Array:
        """Which rows lie in the period and before the moment `until`."""
        return np.asarray((self.day >= day_number(period.since)) & (self.day < min(day_number(period.until), until)))

    def by_owner(self, period: Period) -> dict[int, int]:
        """What each owner booked in the period."""
        rows = self.inside(period)
        owners, place = np.unique(self.owner[rows], return_inverse=True)
        sums = np.zeros(len(owners), dtype=np.int64)
        np.add.at(sums, place, self.amount[rows])
        return dict(zip(owners.tolist(), sums.tolist(), strict=True))


def booked(version: warehouse.Manifest) -> Booked:
    """The bookings of a version of the extracts; pages ask for the same one again and again."""
    known = variables()
    key = (version.token, *known.values())
    if key not in _BOOKED:
        rows = warehouse.arrow(version, BOOKED, known)
        owner, team = (np.nan_to_num(rows[name].to_numpy().astype(float)).astype(np.int64) for name in ("owner", "team"))
        _BOOKED.clear()
        _BOOKED[key] = Booked(_days(rows["day"]), owner, team, rows["booked"].to_numpy())
    return _BOOKED[key]


_BOOKED: dict[tuple[Any, ...], Booked] = {}


def variables() -> dict[str, Any]:
    currency = settings.get("company.currency")
    return {"company_currency": currency, "company_exponent": money.exponent(currency)}


def _days(column: Any) -> Array:
    """Days since 1970, not a number where there is none."""
    return np.asarray(column.cast("int32").cast("float64").to_numpy())


def _histories(rows: dict[str, Array], alive: Signs) -> Histories:
    ids, first, deal = np.unique(rows["id"], return_index=True, return_inverse=True)
    at = rows["since"] + NOON
    created = np.fmin(rows["created_on"][first], rows["since"][first]) + NOON
    stage, stages = _texts(rows["stage"])
    owner, owners = _texts(rows["owner"])
    steps = {
        "stage": _told(deal, at, stage),
        "owner": _told(deal, at, owner),
        "amount": Steps(deal, at, rows["annual"].astype(float)),
        "close_date": Steps(deal, at, rows["close_date"]),
        "outcome": _outcomes(deal, at, rows),
    }
    touches = alive.of(ids, created)
    steps |= {"touch": touches} if len(touches.deal) else {}
    return histories.of(ids.astype(str).astype(object), created, steps, {"stage": stages, "owner": owners, "touch": alive.words})


def _texts(values: Array) -> tuple[Array, list[str]]:
    """Ids as places in the list of those that occur; not a number where there is none."""
    values = values.astype(float)
    known = np.unique(values[~np.isnan(values)])
    return np.where(np.isnan(values), np.nan, np.searchsorted(known, values)), [str(int(one)) for one in known]


def _told(deal: Array, at: Array, value: Array) -> Steps:
    """Only the rows at which the value changed: time in a stage counts from when it was entered."""
    changed = np.ones(len(deal), dtype=bool)
    same = (value[1:] == value[:-1]) | (np.isnan(value[1:]) & np.isnan(value[:-1]))
    changed[1:] = (deal[1:] != deal[:-1]) | ~same
    return Steps(deal[changed], at[changed], value[changed])


def _outcomes(deal: Array, at: Array, rows: dict[str, Array]) -> Steps:
    codes = np.asarray([float(OUTCOMES[status]) for status in rows["status"]])
    told = _told(deal, at, codes)
    gone = np.flatnonzero(~np.isnan(rows["archived_on"]) & np.append(deal[1:] != deal[:-1], True) & (codes == OUTCOMES["open"]))
    everything = [
        np.concatenate(parts)
        for parts in (
            (told.deal, deal[gone]),
            (told.at, np.maximum(rows["archived_on"][gone] + NOON, at[gone])),
            (told.value, np.full(len(gone), float(OUTCOMES["lost"]))),
        )
    ]
    order = np.lexsort((everything[1], everything[0]))
    return Steps(*(part[order] for part in everything))


def end_of(day: date) -> float:
    """The moment at which a day is over."""
    return day_number(day) + 1
