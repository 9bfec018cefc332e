"""Cells: intervals and what is said when nothing can be."""

import pytest

from pacesetter.core.metrics import Cell
from pacesetter.core.metrics.cells import wilson


@pytest.mark.parametrize(
    ("num", "den", "low", "high"), [(42, 149, 0.2160, 0.3588), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (3, 14, 0.0757, 0.4759)]
)
def test_wilson_by_the_book(num: int, den: int, low: float, high: float) -> None:
    assert wilson(num, den) == pytest.approx((low, high), abs=5e-4)


def test_only_shares_of_counts_have_an_interval() -> None:
    assert Cell("win_rate", "share", num=42, den=149, units={"den": "count"}).interval is not None
    assert Cell("win_rate", "share", num=42, den=149, units={"den": "money"}).interval is None
    assert Cell("win_rate", "share", num=None, den=0, units={"den": "count"}).interval is None
    assert Cell("bookings", "money", num=42, units={"den": "money"}).interval is None


def test_change_needs_both_sides() -> None:
    cell = Cell("win_rate", "share", value=0.5, previous=Cell("win_rate", "share"))
    assert cell.change is None
    cell.previous.value = 0.4
    assert cell.change == pytest.approx(0.1)
