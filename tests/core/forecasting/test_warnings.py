"""How likely a plan is reached, and how warnings are counted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacesetter.core.forecasting.warnings import FEWEST, Record, chance_to_reach


def test_the_deciles_and_the_median_have_their_chances():
    for plan, chance in ((80, 0.9), (100, 0.5), (150, 0.1)):
        assert chance_to_reach(plan, 80, 100, 150) == pytest.approx(chance)


def test_a_sum_that_is_certain_reaches_a_plan_or_does_not():
    assert chance_to_reach(100, 100, 100, 100) == 1 and chance_to_reach(101, 100, 100, 100) == 0


@given(st.lists(st.integers(0, 10**9), min_size=3, max_size=3), st.integers(0, 10**9), st.integers(0, 10**6))
def test_more_is_never_likelier(deciles, plan, more):
    low, middle, high = sorted(deciles)
    assert 0 <= chance_to_reach(plan + more, low, middle, high) <= chance_to_reach(plan, low, middle, high) <= 1


def test_shares_of_a_record():
    found = Record.of([(True, True)] * 9 + [(True, False)] * 3 + [(False, True)] * 3 + [(False, False)] * 5)
    assert (found.cases, found.came, found.raised, found.right) == (20, 12, 12, 9)
    assert (found.precision, found.base, found.recall) == (0.75, 0.6, 0.75)
    assert (found + found).precision == 0.75 and (found + found).cases == 40


def test_too_few_warnings_have_no_share():
    few = Record.of([(True, True)] * (FEWEST - 1))
    assert not few.is_measured and (few.precision, few.base, few.recall) == (None, None, None)
    assert Record.of([(True, False)] * FEWEST).recall is None, "nothing came that could have been warned of"
    assert not np.isnan(Record.of([(True, True)] * FEWEST).precision)
