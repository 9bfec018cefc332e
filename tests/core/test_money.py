"""Money is exact: minor units, half-even conversion, parts that add up."""

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacesetter.core import money
from pacesetter.core.errors import Invalid
from pacesetter.core.money import Money

minors = st.integers(-(10**15), 10**15)


@pytest.mark.parametrize(
    ("text", "currency", "minor"), [("12.34", "EUR", 1234), ("1000", "JPY", 1000), ("1.234", "KWD", 1234), ("-0.01", "USD", -1)]
)
def test_major_and_minor(text: str, currency: str, minor: int) -> None:
    assert money.to_minor(text, currency) == minor
    assert money.to_major(minor, currency) == Decimal(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [("0.001", "too_many_decimals"), ("NaN", "too_many_decimals"), ("Infinity", "too_many_decimals"), ("ten", "wrong_type")],
)
def test_refuses_what_is_no_amount(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        money.to_minor(text, "USD")
    assert refusal.value.code == code


@pytest.mark.parametrize("currency", ["usd", "US", "DOLL", "", "12€"])
def test_refuses_what_is_no_currency(currency: str) -> None:
    with pytest.raises(Invalid):
        Money(1, currency)


@given(minors, st.integers(1, 10**14), st.integers(0, 4), st.integers(0, 4))
def test_conversion_is_half_even(minor: int, rate: int, source: int, target: int) -> None:
    exact = Decimal(minor) * rate * Decimal(10) ** (target - source - 10)
    assert money.convert(minor, rate, source, target) == int(exact.quantize(Decimal(1), ROUND_HALF_EVEN))


@pytest.mark.parametrize(("numerator", "expected"), [(5, 0), (15, 2), (25, 2), (-5, 0), (-15, -2), (26, 3), (-26, -3)])
def test_ties_go_to_the_even_neighbour(numerator: int, expected: int) -> None:
    assert money.half_even(numerator, 10) == expected == money.half_even(-numerator, -10)


@given(minors, st.lists(st.integers(1, 9000), min_size=1, max_size=6))
def test_parts_add_up(minor: int, shares: list[int]) -> None:
    parts = money.split(minor, shares)
    assert sum(parts) == minor
    assert all(abs(part * sum(shares) - minor * share) <= sum(shares) for part, share in zip(parts, shares, strict=True))


def test_currencies_never_meet() -> None:
    assert Money(100, "EUR") + Money(50, "EUR") == Money(150, "EUR")
    with pytest.raises(Invalid):
        Money(100, "EUR") + Money(50, "USD")
