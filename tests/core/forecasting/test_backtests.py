"""Backtests: scores by hand, honest counts, and our method beside simple rules."""

import numpy as np
import pytest

from pacesetter.core.errors import Refused
from pacesetter.core.forecasting import backtests, deals, histories
from tests.core.forecasting.invented import company, day, table


@pytest.fixture(scope="module")
def known():
    return histories.read(table(company(420, 300)))


def test_a_backtest_says_what_a_forecast_of_that_day_said(known):
    found = backtests.backtest(known, since=day(200), until=day(200), horizon=14)
    (origin,) = found.origins
    again = deals.forecast(known, as_of=day(199), until=day(213))
    assert origin.said["pacesetter"] == pytest.approx(again.total.mean)
    assert (origin.low, origin.high) == (again.total.p10, again.total.p90)
    t = histories.day_number(day(200))
    won = known.won & (known.ended > t) & (known.ended <= t + 14)
    assert origin.actual == pytest.approx(known.amounts(np.flatnonzero(won), t + 99).sum())


def test_scores_are_what_they_are_called():
    score = backtests._score("x", np.array([90.0, 120.0]), np.array([100.0, 100.0]))
    assert (score.wape, score.bias, score.within) == (pytest.approx(0.15), pytest.approx(0.05), 0.5)


def test_ours_beats_what_a_crm_shows_and_the_band_holds(known):
    found = backtests.backtest(known, since=day(150), until=day(270), horizon=28, every=12)
    score = {one.method: one for one in found.scores}
    assert score["pacesetter"].wape < 0.8 * score["stage_weighted"].wape
    assert abs(score["pacesetter"].bias) < 0.08
    assert len(found.origins) == 11 and found.independent == 5
    assert found.coverage >= 0.6


def test_windows_that_overlap_are_not_independent(known):
    found = backtests.backtest(known, since=day(200), until=day(220), horizon=28, every=2)
    assert (len(found.origins), found.independent) == (11, 1)


def last(known):
    return max(one.at.max() for one in known.steps.values())


def test_days_without_enough_history_are_not_asked(known):
    found = backtests.backtest(known, since=day(-5), until=day(60), horizon=14, every=5)
    assert 0 < len(found.origins) < 14
    late = backtests.backtest(known, since=day(270), until=day(400), horizon=28, every=10)
    assert [one.as_of for one in late.origins] == [
        day(at) for at in range(270, 400, 10) if histories.day_number(day(at)) + 28 <= last(known)
    ]
    with pytest.raises(Refused):
        backtests.backtest(known, since=day(-60), until=day(-30), horizon=14)
    with pytest.raises(Refused):
        backtests.backtest(known, since=day(60), until=day(30), horizon=14)
