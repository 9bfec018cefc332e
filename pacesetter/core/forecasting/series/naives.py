"""Naive forecasts: last year again, with and without what grew since."""

from typing import Any

import numpy as np

from pacesetter.core.forecasting.series.models import each

Array = np.ndarray[Any, Any]
GREW = (0.5, 2.0)
DAMPED = 0.75  # of the logarithm of what grew: a part of every ratio is noise


@each("seasonal_naive", shortest=1)
def seasonal_naive(y: Array, horizon: int, season: int) -> Array:
    """The same season of last year; the last value where a year is not known."""
    return np.resize(y[-season:], horizon) if len(y) >= season else np.full(horizon, y[-1])


@each("year_on_year", shortest=3)
def year_on_year(y: Array, horizon: int, season: int) -> Array:
    """The same season of last year, times the recent periods' sum over that of the same ones a year before, damped and kept within half and double.

    Recent is up to a quarter of a year, of which a quarter must have a year before it.
    """
    recent = min(max(season // 4, 1), len(y) - season)
    if recent < max(season // 16, 1):
        return np.full(horizon, np.nan)
    year_ago = len(y) - season
    before, now = float(y[year_ago - recent : year_ago].sum()), float(y[-recent:].sum())
    return seasonal_naive(y, horizon, season) * (np.clip(now / before, *GREW) ** DAMPED if before > 0 < now else 1.0)
