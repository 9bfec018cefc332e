"""Error measures: by hand, and properties that hold for any numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pacesetter.core.forecasting import measures

numbers = st.floats(-1e6, 1e6, allow_nan=False, width=32)
rows = arrays.arrays(np.float64, st.integers(1, 20), elements=numbers)
pairs = st.integers(1, 20).flatmap(lambda n: st.tuples(*[arrays.arrays(np.float64, n, elements=numbers)] * 2))


def test_by_hand():
    actual, said = np.array([100.0, 100.0]), np.array([90.0, 120.0])
    assert measures.wape(actual, said) == pytest.approx(0.15)
    assert measures.bias(actual, said) == pytest.approx(0.05)
    assert measures.within(actual, said, 0.1) == 0.5
    assert measures.mase(actual, said, 5.0) == pytest.approx(3.0)
    assert measures.rmsse(actual, said, 10.0) == pytest.approx(np.sqrt(2.5))
    assert measures.pinball(actual, said, 0.9) == pytest.approx((0.9 * 10 + 0.1 * 20) / 2)
    assert measures.coverage(actual, np.array([100.0, 101.0]), np.array([110.0, 110.0])) == 0.5
    assert measures.msis(np.array([8.0]), np.array([10.0]), np.array([20.0]), 1.0, 0.8) == pytest.approx(10 + 10 * 2)


def test_scales_by_hand():
    known = np.array([[1.0, 3.0, 2.0, 6.0], [np.nan, np.nan, np.nan, 4.0], [np.nan, 1.0, 1.0, 1.0]])
    assert measures.seasonal_scale(known, 2) == pytest.approx([2.0, np.nan, 0.0], nan_ok=True)
    assert measures.step_scale(known) == pytest.approx([np.sqrt((4 + 1 + 16) / 3), np.nan, 0.0], nan_ok=True)


@given(pairs)
def test_errors_are_not_below_zero_and_nothing_where_all_was_right(pair):
    actual, said = pair
    assert measures.wape(actual, said) >= abs(measures.bias(actual, said)) - 1e-9
    assert measures.wape(actual, actual) == measures.bias(actual, actual) == measures.rmsse(actual, actual, 1.0) == 0
    assert measures.rmsse(actual, said, 1.0) >= measures.mase(actual, said, 1.0) - 1e-6
    assert measures.pinball(actual, said, 0.5) == pytest.approx(measures.mase(actual, said, 2.0))


@given(pairs, st.floats(0.01, 100))
def test_relative_errors_do_not_know_the_unit(pair, unit):
    actual, said = pair
    if np.abs(actual).sum() > 1:
        assert measures.wape(actual * unit, said * unit) == pytest.approx(measures.wape(actual, said), rel=1e-6)
        assert measures.bias(actual * unit, said * unit) == pytest.approx(measures.bias(actual, said), rel=1e-6, abs=1e-9)


@given(arrays.arrays(np.float64, (3, 7), elements=numbers), arrays.arrays(np.float64, 3, elements=numbers))
def test_crps_is_what_its_definition_says(draws, actual):
    by_hand = [np.abs(x - y).mean() - np.abs(x[:, None] - x[None]).mean() / 2 for x, y in zip(draws, actual, strict=True)]
    assert measures.crps(actual, draws) == pytest.approx(np.mean(by_hand), rel=1e-6, abs=1e-4)


@given(rows)
def test_crps_of_one_draw_is_the_absolute_error(actual):
    assert measures.crps(actual, actual[:, None] + 5) == pytest.approx(5, rel=1e-3)


@given(pairs)
def test_a_wider_band_holds_no_less(pair):
    actual, middle = pair
    narrow, wide = (measures.coverage(actual, middle - half, middle + half) for half in (1, 10))
    assert narrow <= wide
