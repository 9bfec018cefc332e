"""Deals that do not exist yet: what comes in, and how much of it is won how long after.

Amount created per day, times the share of amount that is won by an age (Aalen-Johansen, weighted by amount), over the days left.
"""

from dataclasses import dataclass

import numpy as np

from pacesetter.core.forecasting.histories import Array, Histories
from pacesetter.core.forecasting.seasons import EVEN, Season

# Days that the pace is taken from, and deals that must have begun in them: the shortest, as drift does more harm than dice. Two weeks
# need more, as a few deals more or less must not look like a trend.
WINDOWS = ((14.0, 400), (28.0, 30), (91.0, 30), (364.0, 0))


@dataclass(frozen=True)
class Arrivals:
    """`rate` (7,) deals that begin per day, by day of the week (0 is the day of 1970-01-01); `amounts` of those of the window;
    `won` (ages + 1,) the share of amount that is won by the end of each period of age, `count` likewise of deals;
    deals are won at the pace of the `season`."""

    step: float
    rate: Array
    amounts: Array
    won: Array
    count: Array
    season: Season = EVEN

    def expected(self, t: float, horizon: float, ramp: tuple[float, float] | None = None) -> tuple[float, float]:
        """Deals and amount that begin after `t` and are won within the horizon (days), at the pace of the season.

        With a `ramp` they begin to come so many days after `t`, and come at the full pace so many days later.
        """
        days = np.arange(np.ceil(horizon))
        left = (self.season.days(t, horizon) - self.season.days(t, np.minimum(days + 0.5, horizon))) / self.step
        pace = self.rate[(np.floor(t + days).astype(np.int64)) % 7] * np.minimum(horizon - days, 1.0)
        if ramp:
            pace = pace * np.clip((days + 0.5 - ramp[0]) / max(ramp[1], 1.0), 0.0, 1.0)
        ages = np.arange(len(self.won))
        mean = float(self.amounts.mean()) if len(self.amounts) else 0.0
        return float(pace @ np.interp(left, ages, self.count)), mean * float(pace @ np.interp(left, ages, self.won))


def fit(histories: Histories, t: float, horizon: float, step: float, season: Season = EVEN) -> Arrivals:
    """The pace of the last weeks, and what became of the deals of up to 200 periods before."""
    age = np.minimum(histories.ended, t) - histories.created
    new = histories.created > t - max(200 * step, horizon)
    amounts = histories.amounts(np.arange(len(histories)), t)
    periods = int(np.ceil(horizon / step))
    window = next(days for days, enough in WINDOWS if (histories.created > t - days).sum() >= enough)
    window = min(window, max(t - float(histories.created.min()), 1.0)) if len(histories) else window
    recent = histories.created > t - window
    return Arrivals(
        step,
        _pace(histories.created[recent], window),
        amounts[recent],
        _won_by_age(histories, age, np.where(new, np.maximum(amounts, 0.0), 0.0), (t, step, periods)),
        _won_by_age(histories, age, new.astype(float), (t, step, periods)),
        season,
    )


def _pace(created: Array, window: float) -> Array:
    """Deals per day by weekday; one pace for all of them where the window is too short or too thin to tell them apart."""
    if len(created) < 10 * 7 or window < 2 * 7:
        return np.full(7, len(created) / window)
    return np.bincount(np.floor(created).astype(np.int64) % 7, minlength=7) / (window / 7)


def _won_by_age(histories: Histories, age: Array, weight: Array, when: tuple[float, float, int]) -> Array:
    """The Aalen-Johansen curve of winning by age, (periods + 1,), over deals with their weights."""
    t, step, periods = when
    place = (age // step).astype(np.int64)
    ended = histories.ended <= t
    inside = place < periods
    left = np.bincount(place[inside], weight[inside], minlength=periods)[:periods]
    risk = weight.sum() - np.concatenate([[0.0], np.cumsum(left)[:-1]]) if periods else np.zeros(0)
    over = np.maximum(risk, 1e-9)
    shares = [
        np.bincount(place[inside & one], weight[inside & one], minlength=periods)[:periods] / over
        for one in (ended & histories.won, ended & ~histories.won)
    ]
    still = np.cumprod(np.clip(1 - shares[0] - shares[1], 0.0, 1.0))
    before = np.concatenate([[1.0], still[:-1]]) if periods else np.zeros(0)
    return np.concatenate([[0.0], np.cumsum(before * shares[0])])
