"""Smoothers: theta, exponential smoothing and gradient-boosted decomposition, by statsforecast."""

from typing import Any

import numpy as np

from pacesetter.core.forecasting.series.models import each

Array = np.ndarray[Any, Any]
LONGEST_ETS = 24  # a season that exponential smoothing still learns; beyond, its states outnumber what is known


def season_of(y: Array, season: int) -> int:
    """The season that can be learned: one of which two are known, else none."""
    return season if len(y) >= 2 * season else 1


def answer(library_model: Any, y: Array, horizon: int) -> Array:
    """What a model of statsforecast says, not a number where it gives up on a series: it then raises anything, a bare Exception among it."""
    try:
        with np.errstate(
            all="ignore"
        ):  # a series as long as its model has parameters divides by zero on the way, and is then judged like any
            return np.asarray(library_model.forecast(y, horizon)["mean"])
    except Exception:
        return np.full(horizon, np.nan)


@each("theta", shortest=4)
def theta(y: Array, horizon: int, season: int) -> Array:
    """The dynamic optimised theta model (Fiorucci et al. 2016)."""
    from statsforecast.models import DynamicOptimizedTheta

    return answer(DynamicOptimizedTheta(season_of(y, season)), y, horizon)


@each("theta_season", shortest=4)
def theta_season(y: Array, horizon: int, season: int) -> Array:
    """Theta, of series of which two seasons are known."""
    return theta(y, horizon, season) if len(y) >= 2 * season else np.full(horizon, np.nan)


@each("ets", shortest=4)
def ets(y: Array, horizon: int, season: int) -> Array:
    """Exponential smoothing, its form chosen by AICc (Hyndman et al. 2002)."""
    from statsforecast.models import AutoETS

    return answer(AutoETS(season_of(y, season) if season <= LONGEST_ETS else 1), y, horizon)


@each("mfles", shortest=8)
def mfles(y: Array, horizon: int, season: int) -> Array:
    """Trend, Fourier seasons and smoothing, fitted in turns on what is left (Blume 2024)."""
    from statsforecast.models import MFLES

    if np.ptp(y) == 0:
        return np.full(horizon, y[-1])
    return answer(MFLES(season_of(y, season) if season_of(y, season) > 1 else None), y, horizon)


@each("mfles_season", shortest=8)
def mfles_season(y: Array, horizon: int, season: int) -> Array:
    """MFLES, of series of which two seasons are known."""
    return mfles(y, horizon, season) if len(y) >= 2 * season else np.full(horizon, np.nan)
