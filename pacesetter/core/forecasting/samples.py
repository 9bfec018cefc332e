"""What there is to learn from: deals on past days, and in which of the periods after each day they ended (person-periods)."""

from dataclasses import dataclass

import numpy as np

from pacesetter.core.forecasting import hazards
from pacesetter.core.forecasting.features import NAMES, Reader
from pacesetter.core.forecasting.histories import Array

HALF = 40.0  # periods after which a past day weighs half
ROWS, ROWS_PER_DEAL = 40_000, 20  # at most so many; the same deal on many days tells little more than on some
DAYS = 100  # past days that are looked at …
DEALS = 5_000  # … with at most so many of the deals that were open then: a hundred thousand would fill gigabytes
STAY, WIN, LOSE = 0, 1, 2


@dataclass(frozen=True)
class Sample:
    """Rows `x` (rows, NAMES + 1), the last column the period; `y` what happened in it (stay, win, lose); weights that sum to `deals`."""

    x: Array
    y: Array
    weight: Array
    deals: int


def bounds(horizon: float, step: float) -> Array:
    """Ends of periods in days, ascending, the last one the horizon: each twice as far as the last, then quarters of the horizon."""
    periods = int(np.ceil(horizon / step))
    first = 2.0 ** np.arange(max(3, np.ceil(np.log2(periods / 4))))
    ends = np.unique(np.concatenate([first, np.ceil(np.arange(1, 5) * periods / 4)]))
    return np.minimum(ends[ends <= periods] * step, horizon)


def person_periods(reader: Reader, t: float, horizon: float, step: float) -> Sample:
    """Every deal that was open on past days, in each period that had passed by `t` and that it was still open in.

    Where there are more rows than can be learned from in a second, a part of them is drawn, newer ones rather.
    """
    known, ends = reader.known, np.concatenate([[0.0], bounds(horizon, step)])
    days = list(hazards.landmarks(known, t, step))
    days = days[:: int(np.ceil(len(days) / DAYS)) or 1]
    found = [_row_places(reader, s, t, ends) for s in days]
    if not found:
        return Sample(np.empty((0, len(NAMES) + 1)), np.empty(0, dtype=np.int64), np.empty(0), 0)
    day, deal, period, y, stands_for = (np.concatenate(part) for part in zip(*found, strict=True))
    weight = stands_for * 0.5 ** ((t - day) / step / HALF)
    count = len(np.unique(deal))
    kept, weight = _drawn(weight, min(ROWS, ROWS_PER_DEAL * count))
    x = _features(reader, day[kept], deal[kept])
    return Sample(np.column_stack([x, period[kept]]), y[kept], weight * (count / max(weight.sum(), 1e-9)), count)


def _row_places(reader: Reader, s: float, t: float, ends: Array) -> tuple[Array, Array, Array, Array, Array]:
    """Day, deal, period and outcome of the rows of one past day, and how many deals each stands for."""
    known = reader.known
    there = known.open_at(s)
    deals = there if len(there) <= DEALS else np.sort(np.random.default_rng(int(s)).choice(there, DEALS, replace=False))
    passed = int((s + ends[1:] <= t).sum())
    end = known.ended[deals] - s
    deal, period = (part.ravel() for part in np.meshgrid(np.arange(len(deals)), np.arange(passed), indexing="ij"))
    here = end[deal] > ends[period]
    deal, period = deal[here], period[here]
    ended = end[deal] <= ends[period + 1]
    y = np.where(ended, np.where(known.won[deals[deal]], WIN, LOSE), STAY)
    return np.full(len(deal), s), deals[deal], period, y, np.full(len(deal), len(there) / max(len(deals), 1))


def _drawn(weight: Array, most: int) -> tuple[Array, Array]:
    """Places of the rows that are kept, and their weights: drawn by weight, and weighed up again."""
    if len(weight) <= most:
        return np.arange(len(weight)), weight
    share = np.minimum(1.0, weight / weight.sum() * most)
    kept = np.flatnonzero(np.random.default_rng(1).random(len(weight)) < share)
    return kept, weight[kept] / share[kept]


def _features(reader: Reader, day: Array, deal: Array) -> Array:
    """Features of each row's deal as of its day; read once for every deal and day."""
    found = np.empty((len(day), len(NAMES)))
    for s in np.unique(day):
        rows = np.flatnonzero(day == s)
        deals, place = np.unique(deal[rows], return_inverse=True)
        found[rows] = reader.at(deals, float(s))[place]
    return found
