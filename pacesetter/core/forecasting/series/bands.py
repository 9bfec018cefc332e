"""Bands: how far off forecasts were on past days, pooled over the series of a level (split-conformal; Vovk et al. 2005)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pacesetter.core.forecasting.measures import seasonal_scale

Array = np.ndarray[Any, Any]
POOL = 200  # past errors of about the same horizon that one width is read from, where there are so many


@dataclass(frozen=True)
class Bands:
    """Half-widths (levels, horizon) in units of a series' scale, for `levels` such as 80 and 95, read from `errors` past errors."""

    levels: tuple[int, ...]
    width: Array
    errors: int

    def around(self, mean: Array, scale: Array, never_negative: Array) -> tuple[Array, Array]:
        """Low and high, (levels, n, horizon), around means (n, horizon) of series with these scales (n,)."""
        half = self.width[:, None, :] * scale[None, :, None]
        low = mean - half
        return np.where(never_negative[:, None], np.maximum(low, 0), low), mean + half


def scales(y: Array, season: int) -> Array:
    """Of each row (n, t), what its errors are measured in: mean |y_t - y_{t-season}|, without a year of it mean |Δy|.

    Of a series that never changes there is no scale: it is not a number.
    """
    year, step = (seasonal_scale(y, lag) if y.shape[1] > lag else np.full(len(y), np.nan) for lag in (season, 1))
    known = (~np.isnan(y)).sum(axis=1)
    scale = np.where((known >= season + max(season // 4, 3)) & (np.nan_to_num(year) > 0), year, step)
    return np.where(scale > 0, scale, np.nan)


def learn(errors: Array, levels: Sequence[int], horizon: int) -> Bands:
    """Bands from past errors (asked, checked horizon), each in units of its series' scale then; what is not a number is left out.

    The width of a period ahead is the quantile of absolute errors as far ahead, and of nearer and farther ones until they are
    enough, and no narrower than nearer ones on average; periods farther ahead than the past could check grow with the square root of time.
    """
    from scipy import optimize

    there = np.flatnonzero(np.isfinite(errors).any(axis=0))
    checked = min(int(there[-1]) + 1, horizon) if len(there) else 0
    errors = errors[:, :checked]
    width = np.full((len(levels), horizon), np.nan)
    for ahead in range(checked):
        pool = _pool(errors, ahead)
        width[:, ahead] = [_quantile(pool, level / 100) for level in levels]
    if checked:
        width[:, :checked] = [optimize.isotonic_regression(row).x for row in width[:, :checked]]
    if 0 < checked < horizon:
        width[:, checked:] = width[:, [checked - 1]] * np.sqrt(np.arange(checked + 1, horizon + 1) / checked)
    return Bands(tuple(levels), width, int(np.isfinite(errors).sum()))


def _pool(errors: Array, ahead: int) -> Array:
    """Absolute errors of about this horizon."""
    for reach in range(errors.shape[1]):
        pool = errors[:, max(ahead - reach, 0) : ahead + reach + 1]
        pool = np.abs(pool[np.isfinite(pool)])
        if len(pool) >= POOL:
            break
    return pool


def _quantile(pool: Array, level: float) -> float:
    """The ⌈(n + 1) level⌉-th smallest; where n errors cannot hold that, Student's t around nothing with n degrees of freedom."""
    from scipy import stats

    if not len(pool):
        return np.nan
    place = int(np.ceil((len(pool) + 1) * level))
    if place <= len(pool):
        return float(np.partition(pool, place - 1)[place - 1])
    return float(np.sqrt(np.mean(pool**2)) * stats.t.ppf((1 + level) / 2, len(pool)))
