"""Two forecasts made one: whoever erred less counts more, and nothing is claimed that neither said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacesetter.core.forecasting import combining
from pacesetter.core.forecasting.deals import Spread


def told(mean, half):
    return Spread(mean, mean - half, mean, mean + half)


def test_half_the_error_counts_four_times_as_much():
    assert combining.share(told(100, 10), told(100, 20)) == pytest.approx(0.8)
    assert combining.share(told(100, 10), told(300, 10)) == 0.5, "where they stand says nothing of their errors"


def test_what_was_never_measured_counts_for_nothing():
    assert combining.share(told(100, 0), told(100, 20)) == 0
    assert combining.share(told(100, 20), told(100, 0)) == 1


def test_the_mean_and_the_band_lie_between_them():
    found = combining.combined(told(100, 10), told(200, 40), 0.75)
    assert (found.mean, found.p10, found.p50, found.p90) == (125, 107.5, 125, 142.5)


amounts = st.floats(0, 1e12)


@given(amounts, amounts, amounts, amounts, st.floats(0, 1))
def test_it_stays_in_order_and_within_what_was_said(mean, other, half, wide, share):
    one, two = Spread(mean, max(mean - half, 0), mean, mean + half), Spread(other, max(other - wide, 0), other, other + wide)
    found = combining.combined(one, two, share)
    assert 0 <= found.p10 <= found.p50 <= found.p90
    slack = 1e-6 * max(mean, other) + 1e-9
    assert min(mean, other) - slack <= found.mean <= max(mean, other) + slack
    assert 0 <= combining.share(one, two) <= 1
