"""How wrong forecasts were: the one implementation of every error measure (shared/FORECASTING.md §5).

`actual` and `said` are arrays of one shape, in the unit of what is forecast; ratios have none. A measure whose denominator is
nothing is not a number, except WAPE and bias: there it is kept from being zero, so that a wrong forecast of nothing is infinitely bad.
"""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
TINY = 1e-9


def wape(actual: Array, said: Array) -> float:
    """Σ|f-y| / Σ|y|."""
    return float(np.abs(said - actual).sum() / max(np.abs(actual).sum(), TINY))


def bias(actual: Array, said: Array) -> float:
    """Σ(f-y) / Σ|y|: above zero where too much was said."""
    return float((said - actual).sum() / max(np.abs(actual).sum(), TINY))


def within(actual: Array, said: Array, share: float) -> float:
    """The share of forecasts that came within so much of the actual."""
    return float(np.mean(np.abs(said - actual) <= share * np.abs(actual)))


def seasonal_scale(known: Array, season: int) -> Array:
    """mean |y_t - y_{t-season}| of each row of what was known (n, t), over the pairs of which both are numbers; not a number without one."""
    return _mean(np.abs(known[:, season:] - known[:, :-season]))


def mase(actual: Array, said: Array, scale: Array | float) -> float:
    """mean(|f-y| / scale), `scale` the mean absolute seasonal difference of what was known (Hyndman & Koehler 2006)."""
    return float(np.mean(np.abs(said - actual) / scale))


def step_scale(known: Array) -> Array:
    """√(mean (Δy)²) of each row of what was known (n, t); not a number where nothing is known of its steps."""
    return np.sqrt(_mean(np.diff(known, axis=1) ** 2))


def rmsse(actual: Array, said: Array, scale: Array | float) -> float:
    """√mean((f-y)² / scale²), `scale` the root mean squared step of what was known: the measure of the M5 competition, fit for many zeros."""
    return float(np.sqrt(np.mean(((said - actual) / scale) ** 2)))


def pinball(actual: Array, said: Array, q: float) -> float:
    """mean max(q(y-f), (q-1)(y-f)), of forecasts of the q-quantile."""
    over = actual - said
    return float(np.mean(np.maximum(q * over, (q - 1) * over)))


def crps(actual: Array, draws: Array) -> float:
    """mean over forecasts of E|X-y| - ½E|X-X'|, from draws (n, k) of each; exact for those draws (Gneiting & Raftery 2007)."""
    count = draws.shape[1]
    ordered = np.sort(draws, axis=1)
    # ½E|X-X'| = Σ x₍ᵢ₎(2i-k-1) / k², i from 1 to k
    spread = ordered @ (2 * np.arange(1, count + 1) - count - 1) / count**2
    return float(np.mean(np.abs(draws - actual[:, None]).mean(axis=1) - spread))


def coverage(actual: Array, low: Array, high: Array) -> float:
    """The share of actuals that lay in their band, its edges included."""
    return float(np.mean((low <= actual) & (actual <= high)))


def msis(actual: Array, low: Array, high: Array, scale: Array | float, level: float) -> float:
    """Mean scaled interval score of bands of `level` (0.8): width plus 2/α times what lies outside, over the scale (Gneiting & Raftery 2007)."""
    outside = np.maximum(low - actual, 0) + np.maximum(actual - high, 0)
    return float(np.mean((high - low + 2 / (1 - level) * outside) / scale))


def _mean(values: Array) -> Array:
    """The mean of each row without what is not a number."""
    there = ~np.isnan(values)
    count = there.sum(axis=1)
    return np.where(count > 0, np.where(there, values, 0).sum(axis=1) / np.maximum(count, 1), np.nan)
