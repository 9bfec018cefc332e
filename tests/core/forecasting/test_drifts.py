"""A drop in what comes in, errors on one side, bands missed, features of another population, chances that do not come true."""

import numpy as np
import pytest

from pacesetter.core.forecasting import drifts


def weeks(count, mean=50, seed=1):
    return np.random.default_rng(seed).poisson(mean, count).astype(float)


class TestFlow:
    def test_a_steady_flow_is_no_drop_and_half_of_it_is(self):
        steady = weeks(60)
        assert drifts.flow(steady).chance > 0.05 and drifts.flow(steady).usual == pytest.approx(200, rel=0.1)
        fallen = np.append(steady[:-4], steady[-4:] / 2)
        assert drifts.flow(fallen).chance < 0.001 and drifts.flow(fallen).count == pytest.approx(100, rel=0.2)

    def test_the_same_weeks_of_the_year_before_make_a_season(self):
        year = weeks(52)
        year[26:30] /= 2
        always = np.concatenate([year, weeks(26, seed=2), weeks(4, 25, seed=3)])
        assert drifts.flow(always).usual < 130 and drifts.flow(always).chance > 0.05

    def test_too_few_weeks_or_too_few_leads_say_nothing(self):
        assert drifts.flow(weeks(29)) is None and drifts.flow(weeks(60, 2)) is None

    def test_a_flow_that_swings_needs_a_deeper_drop(self):
        calm, wild = np.full(30, 50.0), np.tile([20.0, 80.0], 15)
        calm[-4:] = wild[-4:] = 30.0
        assert drifts.flow(calm).chance < 0.01 < drifts.flow(wild).chance


def test_errors_on_one_side_add_up_and_others_cancel():
    assert drifts.tracking_signal([5, 4, 6, 5, 7, 3]) == pytest.approx(6)
    assert drifts.tracking_signal([5, -4, 6, -5, 3, -5]) == 0
    assert drifts.tracking_signal([]) == drifts.tracking_signal([0, 0]) == 0


def test_errors_that_fall_by_chance_are_not_on_one_side():
    dice = np.random.default_rng(5)
    drawn = [drifts.one_sided(list(dice.normal(0, 1, 12))) for _ in range(400)]
    assert np.mean([chance < 0.01 for chance in drawn]) < 0.03
    assert np.mean([drifts.tracking_signal(list(dice.normal(0, 1, 12))) > 4 for _ in range(400)]) > 0.2, "the signal alone cries wolf"
    assert drifts.one_sided([5, 4, 6, 5, 7, 3]) < 0.001 and drifts.one_sided([3, 3, 3]) == 0
    assert drifts.one_sided([]) == drifts.one_sided([4]) == drifts.one_sided([0, 0]) == 1


def test_bands_missed_by_accident():
    assert drifts.breach(0, 12, 0.2) == pytest.approx(1) and drifts.breach(12, 12, 0.2) == pytest.approx(0.2**12)
    assert drifts.breach(7, 12, 0.2) < 0.01 < drifts.breach(5, 12, 0.2)


def test_another_population_is_far_from_the_first_and_itself_is_near():
    dice = np.random.default_rng(4)
    first, same, other = dice.normal(0, 1, 900), dice.normal(0, 1, 900), dice.normal(1, 1, 900)
    assert drifts.stability(first, same) < 0.05 and drifts.stability(first, other) > 0.2
    assert drifts.stability(first, np.full(5, np.nan)) == 0 and drifts.stability(np.zeros(9), np.zeros(9)) == 0


def test_the_slope_of_chances_that_come_true_is_one():
    true = [(0.1, 0.1, 1000), (0.5, 0.5, 1000), (0.9, 0.9, 1000)]
    assert drifts.slope(true) == pytest.approx(1, abs=0.02)
    assert drifts.slope([(0.1, 0.3, 1000), (0.5, 0.5, 1000), (0.9, 0.7, 1000)]) < 0.6
    assert np.isnan(drifts.slope([]))
