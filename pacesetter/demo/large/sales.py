"""All deals of the large company as columns: when they begin and end, whose they are, and how they end. Pure and seeded.

The small company's plan draws one deal after another; the same shares are drawn here for all of them at once.
"""

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from pacesetter.core import periods
from pacesetter.demo import cast, plan
from pacesetter.demo.cast import SEATS, SEGMENTS

Columns = dict[str, Any]
NEW, EXPANSION, RENEWAL = range(3)
TYPES = ("new", "expansion", "renewal")
KEYS = tuple(SEGMENTS)
SEGMENT_OF = np.array([KEYS.index(seat.segment) for seat in SEATS])
SOURCES = tuple(key for key, _, _ in cast.SOURCES)
INBOUND, REFERRAL = SOURCES.index("inbound"), SOURCES.index("referral")
AHEAD = 0.9  # new deals drawn per deal wanted: more than are needed beside their renewals and expansions
AGAIN = 0.22  # of new deals come from the customer before
NEVER = np.iinfo(np.int32).max


def days_of(*days: dt.date) -> Any:
    """Days as numbers since 1970."""
    return np.array(days, dtype="datetime64[D]").astype(np.int64)


def of_segment(name: str) -> Any:
    """One figure of each segment."""
    return np.array([getattr(SEGMENTS[key], name) for key in KEYS])


@dataclass
class Market:
    """The customers: a row per account, in the order in which they were met."""

    seat: Any
    copy: Any
    since: Any
    people: Any


@dataclass
class Sales:
    """The deals, oldest first, with the account of each; and what was planted in them."""

    deals: Columns
    market: Market
    intercepts: dict[str, float]


def take(columns: Columns, places: Any) -> Columns:
    """Some rows of all columns."""
    return {name: values[places] for name, values in columns.items()}


def leaving_days(today: dt.date) -> Any:
    """By seat: the day from which somebody else has its deals, and which seat that is."""
    days = [NEVER if seat.until is None else int(days_of(periods.add_months(today, -seat.until))[0]) for seat in SEATS]
    heirs = [at if seat.until is None else _heir(seat) for at, seat in enumerate(SEATS)]
    return np.array(days), np.array(heirs)


def _heir(seat: cast.Seat) -> int:
    return next(at for at, other in enumerate(SEATS) if other.since is not None and other.team == seat.team)


def expected(since: dt.date, today: dt.date) -> Any:
    """New deals in the mean by seat and day."""
    days = [since + dt.timedelta(n) for n in range((today - since).days + 1)]
    found = np.zeros((len(SEATS), len(days)))
    for at, seat in enumerate(SEATS):
        first, last = plan.tenure(seat, since, today)
        found[at] = [plan.rate(seat, first, day) if first <= day <= last else 0.0 for day in days]
    return found


def draw(count: int, copies: int, skill: Any, since: dt.date, today: dt.date, rng: Any) -> Sales:
    """`count` deals of a company with every seat `copies` times."""
    deals = _begin(math.ceil(count * AHEAD), copies, since, today, rng)
    account, market = _meet(deals, rng)
    deals["account"] = account
    intercepts = _decide(deals, market, skill, rng)
    later = [_renew(deals, today, rng), _expand(deals, today, rng)]
    kept = _cut(deals, later, count, rng)
    everything = {name: np.concatenate([part[name] for part in kept]) for name in deals}
    everything = take(everything, np.argsort(everything["created"], kind="stable"))
    return Sales(everything, _known(everything, market), intercepts)


def _begin(count: int, copies: int, since: dt.date, today: dt.date, rng: Any) -> Columns:
    """New business: seats and days by their rates, values log-normal, cycles too."""
    rates = expected(since, today)
    cell = rng.choice(rates.size, count, p=(rates / rates.sum()).ravel())
    seat, day = np.divmod(cell, rates.shape[1])
    segment = SEGMENT_OF[seat]
    created = day + days_of(since)[0]
    cycle = np.maximum(3, np.rint(rng.lognormal(np.log(of_segment("median_cycle"))[segment], plan.SIGMA_CYCLE))).astype(np.int64)
    mean = np.log(of_segment("mean_value")) - plan.SIGMA_VALUE**2 / 2
    source = rng.choice(len(SOURCES), count, p=_shares([share for _, _, share in cast.SOURCES]))
    return {
        "seat": seat,
        "copy": rng.integers(0, copies, count),
        "created": created,
        "ends": created + cycle,
        "value": np.maximum(500, np.rint(rng.lognormal(mean[segment], plan.SIGMA_VALUE) / 500) * 500).astype(np.int64),
        "type": np.full(count, NEW),
        "source": source,
        "pushes": rng.choice([n for n, _ in plan.PUSHES], count, p=_shares([share for _, share in plan.PUSHES])),
        "product": rng.integers(0, len(cast.PRODUCTS), count),
        "term": rng.choice([12, 24, 36], count, p=[0.7, 0.15, 0.15]),
        "competitor": np.where(rng.random(count) < 0.3, rng.integers(1, len(cast.COMPETITORS) + 1, count), 0),
        "answered": (source == INBOUND) & (rng.random(count) < 0.45),
        "kept_step": rng.random(count) < 0.8,
    }


def _shares(shares: list[float]) -> Any:
    return np.array(shares) / sum(shares)


def _meet(deals: Columns, rng: Any) -> tuple[Any, Market]:
    """Accounts: a seller's next deal is with a new customer, or with the one before."""
    order = np.lexsort((deals["created"], deals["copy"], deals["seat"]))
    seller = deals["seat"][order] * (deals["copy"].max() + 1) + deals["copy"][order]
    fresh = rng.random(len(order)) >= AGAIN
    fresh[np.flatnonzero(np.diff(seller, prepend=-1))] = True
    account = np.empty(len(order), dtype=np.int64)
    account[order] = np.cumsum(fresh) - 1
    first = order[fresh]
    segment = SEGMENT_OF[deals["seat"][first]]
    low, high = (np.array([SEGMENTS[key].contacts[at] for key in KEYS]) for at in (0, 1))
    people = rng.integers(low[segment], high[segment] + 1)
    return account, Market(deals["seat"][first], deals["copy"][first], deals["created"][first], people)


def drivers(deals: Columns, market: Market) -> dict[str, Any]:
    """Which of the planted drivers each deal has."""
    several = np.array([(SEGMENTS[key].contacts[0] + SEGMENTS[key].contacts[1] + 1) // 2 for key in KEYS])
    return {
        "several_contacts": market.people[deals["account"]] >= several[SEGMENT_OF[deals["seat"]]],
        "answered_within_an_hour": deals["answered"],
        "three_or_more_pushes": deals["pushes"] >= 3,
        "referral": deals["source"] == REFERRAL,
        "competitor": deals["competitor"] > 0,
        "next_step_kept": deals["kept_step"],
    }


def _decide(deals: Columns, market: Market, skill: Any, rng: Any) -> dict[str, float]:
    """Outcomes, so that each segment's win rate is as planned and the drivers have their odds."""
    score = np.log(skill[deals["seat"], deals["copy"]]) * 1.5
    for key, on in drivers(deals, market).items():
        score = score + math.log(plan.DRIVERS[key]) * on
    segment, constants = SEGMENT_OF[deals["seat"]], np.zeros(len(KEYS))
    for at, key in enumerate(KEYS):
        constants[at] = _intercept(score[segment == at], SEGMENTS[key].win_rate)
    deals["won"] = rng.random(len(score)) < _logistic(constants[segment] + score)
    return dict(zip(KEYS, constants.tolist(), strict=True))


def _logistic(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def _intercept(scores: Any, rate: float) -> float:
    """The constant that makes the mean probability equal to `rate`, by bisection."""
    low, high = -8.0, 8.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if len(scores) and _logistic(middle + scores).mean() < rate else (low, middle)
    return low


# what follows from what was won ------------------------------------------------------------------
def _renew(deals: Columns, today: dt.date, rng: Any) -> Columns:
    months = deals["ends"].astype("datetime64[D]").astype("datetime64[M]") + deals["term"].astype("timedelta64[M]")
    due = months.astype("datetime64[D]").astype(np.int64)
    begin = due - 75
    rows = deals["won"] & (begin <= days_of(today)[0])
    later = _later(deals, rows, RENEWAL, begin, due + rng.integers(-12, 5, len(due)), 1.03, rng)
    return later | {"won": rng.random(len(later["won"])) < 0.88}


def _expand(deals: Columns, today: dt.date, rng: Any) -> Columns:
    count = len(deals["won"])
    begin = deals["ends"] + rng.integers(200, 421, count)
    cycle = rng.lognormal(np.log(of_segment("median_cycle") * 0.7)[SEGMENT_OF[deals["seat"]]], 0.6)
    rows = deals["won"] & (begin <= days_of(today)[0]) & (rng.random(count) < 0.30)
    later = _later(deals, rows, EXPANSION, begin, begin + np.maximum(5, np.rint(cycle)).astype(np.int64), 0.45, rng)
    return later | {"won": rng.random(len(later["won"])) < 0.42}


def _later(deals: Columns, rows: Any, kind: int, begin: Any, ends: Any, share: float, rng: Any) -> Columns:
    later = take(deals | {"created": begin, "ends": ends, "parent": np.arange(len(rows))}, rows)
    count = len(later["seat"])
    nothing = {
        "competitor": np.zeros(count, dtype=np.int64),
        "answered": np.zeros(count, dtype=bool),
        "kept_step": np.zeros(count, dtype=bool),
    }
    return (
        later
        | nothing
        | {
            "type": np.full(count, kind),
            "source": np.full(count, REFERRAL),
            "term": np.full(count, 12),
            "value": (np.rint(later["value"] * share / 100) * 100).astype(np.int64),
            "pushes": (rng.random(count) < 0.3).astype(np.int64),
        }
    )


def _cut(deals: Columns, later: list[Columns], count: int, rng: Any) -> list[Columns]:
    """Whole families of deals, at random, until there are exactly as many as wanted; the last ones come without their sequels."""
    total = len(deals["seat"])
    size = 1 + sum(np.bincount(part["parent"], minlength=total) for part in later)
    order = rng.permutation(total)
    whole = np.cumsum(size[order]) <= count
    families = np.zeros(total, dtype=bool)
    families[order[whole]] = True
    sequels = [take(part, families[part["parent"]]) for part in later]
    alone = order[~whole][: count - int(size[families].sum())]
    families[alone] = True
    return [take(deals, families), *sequels]


def _known(deals: Columns, market: Market) -> Market:
    """The accounts that have a deal, in the order of their first one; deals are renumbered with them."""
    used, first, number = np.unique(deals["account"], return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    place = np.empty(len(used), dtype=np.int64)
    place[order] = np.arange(len(used))
    deals["account"] = place[number]
    kept = used[order]
    return Market(market.seat[kept], market.copy[kept], deals["created"][first[order]], market.people[kept])
