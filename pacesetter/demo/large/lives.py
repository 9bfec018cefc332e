"""The lives of some deals as one table of events: born, moved on, pushed out, revised, handed over, ended. Pure and seeded.

Every event carries the values after it, as `DealChange` stores them; what a deal is now are the values after its last one.
"""

from typing import Any

import numpy as np

from pacesetter.demo import cast, plan
from pacesetter.demo.large.sales import NEVER, NEW, RENEWAL, Columns

BORN, MOVED, PUSHED, REVISED, ASSIGNED, ENDED = range(6)
WON, LOST = len(plan.STAGES), len(plan.STAGES) + 1  # places in the list of stages
REVISES = 0.05  # of deals have their amount revised once
FORGOTTEN = 0.3  # of open deals nobody moves the date any more
DAY, ELEVEN = 86_400, 11 * 3600
RATES = {country: float(place.plan_rate) for country, place in cast.PLACES.items()}
RATE_OF = np.array([RATES[seat.country] for seat in cast.SEATS])


def workday(day: Any) -> Any:
    """The day itself, or the Monday after: 1970 began on a Thursday."""
    weekday = (day + 3) % 7
    return day + np.where(weekday >= 5, 7 - weekday, 0)


def prepare(deals: Columns, rng: Any) -> Columns:
    """What a deal's life needs to be told: its last day, its worth in its own currency, how far it got, and why it was lost."""
    count = len(deals["seat"])
    pulled = deals["won"] & (deals["type"] != RENEWAL) & (rng.random(count) < 0.25)
    ends = workday(np.where(pulled, _towards_quarter_end(deals["ends"], rng), deals["ends"]))
    annual = np.rint(deals["value"] / RATE_OF[deals["seat"]] / 100).astype(np.int64) * 100 * 100  # minor units
    reached = np.where(deals["won"], len(plan.STAGES), 1 + rng.choice(5, count, p=np.array(plan.LOST_AT)))
    reasons = np.array([share for _, share in cast.LOST])
    reason = rng.choice(len(reasons), count, p=reasons / reasons.sum())
    return deals | {"ends": ends, "annual": annual, "reached": reached, "reason": reason}


def _towards_quarter_end(ends: Any, rng: Any) -> Any:
    months = ends.astype("datetime64[D]").astype("datetime64[M]")
    following = (
        (months - (months.astype(np.int64) % 3).astype("timedelta64[M]") + np.timedelta64(3, "M")).astype("datetime64[D]").astype(np.int64)
    )
    return np.maximum(ends, following - 1 - rng.integers(0, 21, len(ends)))


def tell(deals: Columns, now: int, rng: Any) -> Columns:
    """The events of deals until `now` (seconds since 1970), in order, with the values after each."""
    today = now // DAY
    before = np.minimum(deals["ends"], today + 1)  # nothing but the end happens on the last day
    parts = [
        _born(deals),
        _moved(deals, before, rng),
        *_pushed(deals, before, today, rng),
        _revised(deals, before, rng),
        _assigned(deals, before),
    ]
    parts.append(_ended(deals, today))
    events = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort((events["kind"], events["at"], events["deal"]))
    events = {name: values[order] for name, values in events.items()}
    events["at"] = np.minimum(events["at"], now)
    return events | _after(deals, events)


def _event(deal: Any, kind: int, at: Any, value: Any) -> Columns:
    count = len(deal)
    return {"deal": deal, "kind": np.full(count, kind), "at": at, "value": np.broadcast_to(value, (count,))}


def _born(deals: Columns) -> Columns:
    return _event(np.arange(len(deals["seat"])), BORN, deals["created"] * DAY + ELEVEN, 0)


def _moved(deals: Columns, before: Any, rng: Any) -> Columns:
    """Entering the stages after the first one; one deal in ten skips the demo."""
    count, stages = len(before), len(plan.STAGES)
    weights = np.array(plan.STAGE_SHARES) * rng.uniform(0.5, 1.6, (count, stages))
    weights[np.arange(stages) >= deals["reached"][:, None]] = 0
    passed = (np.cumsum(weights, axis=1) - weights) / weights.sum(axis=1, keepdims=True)
    length = np.maximum(1, deals["ends"] - deals["created"])[:, None]
    days = workday(deals["created"][:, None] + np.rint(length * passed).astype(np.int64))
    there = (
        (np.arange(stages) > 0)
        & (np.arange(stages) < deals["reached"][:, None])
        & (days > deals["created"][:, None])
        & (days < before[:, None])
    )
    there[:, 2] &= rng.random(count) >= 0.1
    deal, stage = np.nonzero(there)
    return _event(deal, MOVED, days[deal, stage] * DAY + ELEVEN + stage * 1800 + rng.integers(0, 1800, len(deal)), stage)


def _pushed(deals: Columns, before: Any, today: int, rng: Any) -> list[Columns]:
    """Close dates: each stands until it is nearly due, then it is moved. The first one is known at birth."""
    dates = _dates(deals, rng)
    deals["first_due"] = dates[0][1]
    forgotten = (deals["ends"] > today) & (rng.random(len(before)) < FORGOTTEN)
    found = []
    for number, (stands, due) in enumerate(dates[1:], 1):
        there = (number <= deals["pushes"]) & (stands > deals["created"]) & (stands < before) & ~(forgotten & (due > today))
        rows = np.flatnonzero(there)
        found.append(_event(rows, PUSHED, stands[rows] * DAY + ELEVEN + 10_000 + rng.integers(0, 3600, len(rows)), due[rows]))
    return found


def _dates(deals: Columns, rng: Any) -> list[tuple[Any, Any]]:
    count, length = deals["pushes"] + 1, np.maximum(1, deals["ends"] - deals["created"])
    drift = np.where(deals["won"], rng.integers(-3, 7, len(count)), rng.integers(0, 31, len(count)))
    stands, found = deals["created"], []
    for number in range(int(deals["pushes"].max(initial=0)) + 1):
        guessed = deals["created"] + np.rint(length * (number + 1) / count * rng.uniform(0.8, 1.0, len(count))).astype(np.int64)
        due = np.maximum(np.where(number == deals["pushes"], deals["ends"] + drift, guessed), stands)
        found.append((stands, due))
        stands = workday(np.maximum(stands + 1, due - rng.integers(0, 6, len(count))))
    return found


def _revised(deals: Columns, before: Any, rng: Any) -> Columns:
    """Some amounts were another at first."""
    day = workday(deals["created"] + np.rint((deals["ends"] - deals["created"]) * rng.uniform(0.2, 0.8, len(before))).astype(np.int64))
    rows = np.flatnonzero((rng.random(len(before)) < REVISES) & (day > deals["created"]) & (day < before) & (deals["type"] == NEW))
    first = deals["annual"].copy()
    first[rows] = np.maximum(10_000, np.rint(first[rows] * rng.uniform(0.7, 1.25, len(rows)) / 10_000).astype(np.int64) * 10_000)
    deals["first_annual"] = first
    return _event(rows, REVISED, day[rows] * DAY + ELEVEN + 14_000, deals["annual"][rows])


def _assigned(deals: Columns, before: Any) -> Columns:
    """Whoever left handed over what was open."""
    rows = np.flatnonzero(
        (deals["owner"] != deals["heir"]) & (deals["leaves"] > deals["created"]) & (deals["leaves"] < np.minimum(before, NEVER))
    )
    return _event(rows, ASSIGNED, deals["leaves"][rows] * DAY + ELEVEN + 16_000, deals["heir"][rows])


def _ended(deals: Columns, today: int) -> Columns:
    rows = np.flatnonzero(deals["ends"] <= today)
    return _event(rows, ENDED, deals["ends"][rows] * DAY + ELEVEN + 20_000, np.where(deals["won"][rows], WON, LOST))


# values after each event ------------------------------------------------------------------------
def _after(deals: Columns, events: Columns) -> Columns:
    deal, kind, value = events["deal"], events["kind"], events["value"]
    born = kind == BORN
    stage = _carried(np.where(born, 0, value), born | (kind == MOVED) | (kind == ENDED))
    annual = _carried(np.where(born, deals["first_annual"][deal], value), born | (kind == REVISED))
    return {
        "stage": stage,
        "due": _carried(np.where(born, deals["first_due"][deal], value), born | (kind == PUSHED)),
        "annual": annual,
        "amount": annual * deals["term"][deal] // 12,
        "owner": _carried(np.where(born, deals["owner"][deal], value), born | (kind == ASSIGNED)),
        "slips": _slips(events, deals),
    }


def _carried(values: Any, known: Any) -> Any:
    """The last known value; every deal's first event knows all of them."""
    return values[np.maximum.accumulate(np.where(known, np.arange(len(known)), 0))]


def _slips(events: Columns, deals: Columns) -> Any:
    """How often the date was moved to a later one, so far."""
    deal, kind = events["deal"], events["kind"]
    due = _carried(np.where(kind == BORN, deals["first_due"][deal], events["value"]), (kind == BORN) | (kind == PUSHED))
    later = np.cumsum((kind == PUSHED) & (due > np.roll(due, 1)))
    return later - later[kind == BORN][deal]
