"""Bands: they hold what they say, and little knowledge makes them wide."""

import numpy as np
import pytest

from pacesetter.core.forecasting.series import bands


@pytest.mark.parametrize("draw", ["normal", "laplace"])
def test_bands_hold_what_they_say(draw):
    dice = np.random.default_rng(7)
    found = bands.learn(getattr(dice, draw)(size=(400, 6)), (80, 95), 6)
    fresh = np.abs(getattr(dice, draw)(size=(20_000, 6)))
    assert (fresh <= found.width[0]).mean() == pytest.approx(0.80, abs=0.02)
    assert (fresh <= found.width[1]).mean() == pytest.approx(0.95, abs=0.01)


def test_bands_widen_with_the_distance():
    errors = np.random.default_rng(7).normal(size=(300, 8)) * np.arange(1, 9)
    width = bands.learn(errors, (80,), 8).width[0]
    assert (np.diff(width) >= 0).all() and width[-1] > 5 * width[0]


def test_beyond_what_the_past_could_check_bands_grow_with_the_root_of_time():
    errors = np.column_stack([np.random.default_rng(7).normal(size=(300, 4)), np.full((300, 4), np.nan)])
    width = bands.learn(errors, (80,), 16).width[0]
    assert width[15] == pytest.approx(2 * width[3])


def test_few_errors_make_wide_bands_and_none_no_band():
    few = bands.learn(np.array([[1.0], [-1.0], [1.0]]), (95,), 1).width[0, 0]
    assert few == pytest.approx(3.18, abs=0.01)  # Student's t with three degrees of freedom
    assert np.isnan(bands.learn(np.empty((0, 4)), (80,), 4).width).all()


def test_the_smallest_sample_that_can_hold_a_level_is_its_greatest_error():
    errors = np.arange(1.0, 10.0)[:, None]
    assert bands.learn(errors, (90,), 1).width[0, 0] == 9


def test_scales_are_of_the_year_where_one_is_known_and_of_steps_where_not():
    y = np.array([[0.0, 1, 0, 1, 4, 5, 4, 5], [np.nan] * 5 + [0.0, 2, 0], [3.0] * 8])
    assert bands.scales(y, 4) == pytest.approx([4, 2, np.nan], nan_ok=True)


def test_a_series_that_never_was_below_zero_has_no_band_below_it():
    found = bands.Bands((80,), np.ones((1, 2)), 9)
    low, high = found.around(np.array([[1.0, 3.0], [1.0, 3.0]]), np.array([2.0, 2.0]), np.array([True, False]))
    assert low.tolist() == [[[0, 1], [-1, 1]]] and high.tolist() == [[[3, 5], [3, 5]]]
