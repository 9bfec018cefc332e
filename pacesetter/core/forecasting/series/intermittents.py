"""Intermittent series, of which three in ten periods or more are zero: forecasts of a mean rate, by statsforecast."""

from typing import Any

import numpy as np

from pacesetter.core.forecasting.series.models import each
from pacesetter.core.forecasting.series.smoothers import answer

Array = np.ndarray[Any, Any]


@each("croston", shortest=4)
def croston(y: Array, horizon: int, season: int) -> Array:
    """Croston's method with the correction of Syntetos & Boylan (2005)."""
    from statsforecast.models import CrostonSBA

    return answer(CrostonSBA(), y, horizon)


@each("tsb", shortest=4)
def tsb(y: Array, horizon: int, season: int) -> Array:
    """Size and chance of a sale smoothed apart, so that a series can die out (Teunter, Syntetos & Babai 2011)."""
    from statsforecast.models import TSB

    return answer(TSB(alpha_d=0.2, alpha_p=0.2), y, horizon)


@each("imapa", shortest=4)
def imapa(y: Array, horizon: int, season: int) -> Array:
    """The mean over sums of ever more periods (Petropoulos & Kourentzes 2015)."""
    from statsforecast.models import IMAPA

    return answer(IMAPA(), y, horizon)
