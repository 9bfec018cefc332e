"""Sums that are checked by eye."""

from hypothesis import given
from hypothesis import strategies as st

from pacesetter.core.money import half_even, in_units

parts = st.lists(st.integers(-(10**9), 10**12), min_size=1, max_size=20)


def test_what_is_cut_off_most_is_rounded_up():
    assert in_units([1400, 1400, 1400], 1000) == [2, 1, 1]
    assert in_units([1499, 1300, -200], 1000) == [2, 1, 0]


@given(parts, st.sampled_from([1, 100, 100_000]))
def test_the_parts_add_up_and_none_is_off_by_a_unit(parts, unit):
    printed = in_units(parts, unit)
    assert sum(printed) == half_even(sum(parts), unit)
    assert all(abs(one * unit - part) < unit for one, part in zip(printed, parts, strict=True))


@given(parts, parts)
def test_a_tree_adds_up_on_every_floor(first, second):
    """Parents were rounded to fit their own parent: their parts still fit."""
    unit, (left, right) = 1000, in_units([sum(first), sum(second)], 1000)
    assert sum(in_units(first, unit, left)) == left and sum(in_units(second, unit, right)) == right
