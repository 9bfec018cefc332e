"""Backtests of series: what was said then, beside simple rules, on honest counts."""

import numpy as np
import pytest

from pacesetter.core.errors import Refused
from pacesetter.core.forecasting import measures
from pacesetter.core.forecasting.series import backtests, forecasts, panels
from tests.core.forecasting.series.invented import quarter, seasonal_table

pytestmark = pytest.mark.usefixtures("quick")
PANEL = panels.read(seasonal_table(4, 24, name=quarter, season=4), "Q", hierarchy=["region"])


@pytest.fixture(scope="module")
def found(quick):
    return backtests.backtest(PANEL, 4, origins=2, names=["region"])


def test_a_backtest_says_what_a_forecast_of_that_day_said(found):
    assert (found.asked, found.independent) == ((16, 20), 2)
    said = [forecasts.forecast(PANEL.until(at), 4, names=["region"]).said[-1].mean for at in found.asked]
    actual = np.concatenate([PANEL.y[:, at : at + 4] for at in found.asked])
    (ours,) = [one for one in found.scores if (one.level, one.method) == ("series", "pacesetter")]
    assert ours.wape == pytest.approx(measures.wape(actual, np.concatenate(said)))
    assert ours.bias == pytest.approx(measures.bias(actual, np.concatenate(said)))


def test_every_level_stands_beside_every_baseline(found):
    methods = ("pacesetter", *backtests.BASELINES)
    assert [(one.level, one.method) for one in found.scores] == [
        (level, method) for level in ("total", "region", "series") for method in methods
    ]
    assert all(one.relative == 1 for one in found.scores if one.method == "seasonal_naive")
    assert [(one.level, one.band) for one in found.held] == [(level, band) for level in ("total", "region", "series") for band in (80, 95)]
    assert all(0 <= one.coverage <= 1 and one.msis > 0 for one in found.held)


def test_windows_that_overlap_are_not_independent():
    found = backtests.backtest(PANEL, 4, origins=3, every=1)
    assert (found.asked, found.independent) == ((18, 19, 20), 1)


def test_what_cannot_be_asked_is_refused():
    with pytest.raises(Refused, match="too few"):
        backtests.backtest(PANEL.until(9), 6)
