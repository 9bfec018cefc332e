"""When in a quarter deals are won: many companies win a third of a quarter in its last two weeks, and lose and begin deals evenly.

The pace of winning by the place of a day in its quarter turns days into days of the usual pace, as operational time does for hazards
that a calendar moves (Cox & Oakes 1984, §5): the hazards themselves know nothing of it. It is learned where more than a year is known
and its wins could hardly be spread evenly; where they could the pace is one.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pacesetter.core.forecasting.histories import Array, Histories

MONTHS, PARTS = 3, 4  # of a quarter, and of a month; which month a quarter begins with does not matter
PLACES = MONTHS * PARTS
YEAR = 365.0
PSEUDO = 20.0  # wins at the usual pace that those of a place are weighed against
CHANCE = 0.01  # of wins being spread as they are by luck


@dataclass(frozen=True)
class Season:
    """The pace of winning (PLACES,) by place in the quarter, one on average."""

    pace: Array

    def days(self, t: float, days: Array | float) -> Array:
        """How many days of the usual pace there are in the `days` after `t`, any shape."""
        first, last = np.floor(t), np.floor(t + np.max(days, initial=0.0)) + 1
        passed = np.concatenate([[0.0], np.cumsum(self.pace[places(np.arange(first, last))])])
        at = np.arange(first, last + 1)
        return np.asarray(np.interp(t + np.asarray(days), at, passed) - np.interp(t, at, passed))

    def longest(self, days: float) -> float:
        """The most days of the usual pace that so many days can be, whenever they begin."""
        return days if self.is_even else max(float(self.days(float(t), days)) for t in range(0, 366, 3))

    @cached_property
    def is_even(self) -> bool:
        return bool((self.pace == 1.0).all())


EVEN = Season(np.ones(PLACES))


def places(days: Array) -> Array:
    """The place of each day (a number since 1970) in any quarter of three months: its month among three, and its part of the month."""
    day = np.floor(days).astype(np.int64).astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    begun = (day - month.astype("datetime64[D]")).astype(np.int64)
    length = ((month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")).astype(np.int64)
    return np.asarray((month.astype(np.int64) % MONTHS) * PARTS + begun * PARTS // length)


def learn(histories: Histories, t: float) -> Season:
    """From the wins until `t` at each place against those of an even pace, by how many deals were open there."""
    from scipy import stats

    won = np.floor(histories.ended[histories.won & (histories.ended <= t)])
    if not len(won) or t - float(histories.created.min()) < YEAR + PSEUDO:
        return EVEN
    first = np.floor(histories.created.min())
    days = np.arange(first, np.floor(t))
    begun, over = (np.bincount((np.floor(part[part < t]) - first).astype(np.int64), minlength=len(days) + 1) for part in (histories.created, histories.ended))  # fmt: skip
    open_ = np.cumsum(begun)[:-1] - np.concatenate([[0], np.cumsum(over)[:-2]])
    there = np.bincount(places(days), open_, minlength=PLACES)
    came = np.bincount(places(won[won < np.floor(t)]), minlength=PLACES)
    even = came.sum() * there / there.sum()
    if stats.chi2.sf(float(((came - even) ** 2 / np.maximum(even, 1e-9)).sum()), PLACES - 1) > CHANCE:
        return EVEN
    pace = (came + PSEUDO) / (even + PSEUDO)
    return Season(pace * there.sum() / (pace @ there))
