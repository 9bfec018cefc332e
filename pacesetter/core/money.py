"""Money: integer minor units with a currency, exact conversion rounded half to even."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import lru_cache

from pacesetter.core.errors import Invalid, add_sentences
from pacesetter.core.labels import mark

RATE_SCALE = 10**10
# ISO 4217 currencies whose smallest unit is not a hundredth.
_EXPONENTS = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


@lru_cache(512)
def exponent(currency: str) -> int:
    """How many decimals the currency's major unit has."""
    if len(currency) != 3 or not currency.isascii() or not currency.isalpha() or not currency.isupper():
        raise Invalid("unknown_currency", currency=currency)
    return _EXPONENTS.get(currency, 2)


def unusual_exponents() -> dict[str, int]:
    """The currencies whose exponent is not 2, for engines that convert whole tables."""
    return dict(_EXPONENTS)


def half_even(numerator: int, denominator: int) -> int:
    """The quotient as an integer, ties to the even neighbour; exact for any size."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    quotient, rest = divmod(numerator, denominator)
    twice = 2 * rest
    return quotient + (twice > denominator or (twice == denominator and quotient % 2 == 1))


def to_minor(amount: Decimal | str | int, currency: str) -> int:
    """Major units to minor ones; refuses more decimals than the currency has."""
    try:
        scaled = (amount if type(amount) is Decimal else Decimal(amount)).scaleb(exponent(currency))
    except InvalidOperation:
        raise Invalid("wrong_type", value=amount, type="number", field="amount") from None
    minor = int(scaled) if scaled.is_finite() else None
    if minor is None or minor != scaled:
        raise Invalid("too_many_decimals", value=amount, currency=currency)
    return minor


def rounded_minor(amount: Decimal, currency: str) -> int:
    """Major units to minor ones, rounding half to even what the currency cannot hold."""
    return int(amount.scaleb(exponent(currency)).to_integral_value(ROUND_HALF_EVEN))


def to_major(minor: int, currency: str) -> Decimal:
    """Minor units to major ones, with all of the currency's decimals."""
    return Decimal(minor).scaleb(-exponent(currency))


def convert(minor: int, rate_scaled: int, from_exponent: int, to_exponent: int) -> int:
    """Minor units in another currency; `rate_scaled` is 10**10 × target major units per source major unit."""
    return half_even(minor * rate_scaled * 10**to_exponent, RATE_SCALE * 10**from_exponent)


def split(minor: int, shares: list[int], whole: int | None = None) -> list[int]:
    """`minor` cut along cumulative shares, so that the parts add up exactly when the shares do."""
    whole, lower, parts = whole or sum(shares), 0, []
    for share in shares:
        upper = lower + share
        parts.append(half_even(minor * upper, whole) - half_even(minor * lower, whole))
        lower = upper
    return parts


def in_units(parts: list[int], unit: int, whole: int | None = None) -> list[int]:
    """Parts of a sum in larger units, such that they add up to the sum in those units (`whole`): what is cut off most is rounded up."""
    wanted = half_even(sum(parts), unit) if whole is None else whole
    floors = [part // unit for part in parts]
    order = sorted(range(len(parts)), key=lambda at: (-(parts[at] % unit), at))
    for at in order[: wanted - sum(floors)]:
        floors[at] += 1
    return floors


@dataclass(frozen=True)
class Money:
    """An amount in minor units of one currency; amounts of different currencies never meet."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        exponent(self.currency)

    @classmethod
    def of(cls, amount: Decimal | str | int, currency: str) -> "Money":
        return cls(to_minor(amount, currency), currency)

    @property
    def major(self) -> Decimal:
        return to_major(self.minor, self.currency)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise Invalid("mixed_currencies", one=self.currency, other=other.currency)
        return other.minor

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)

    def __str__(self) -> str:
        return f"{self.major:,f} {self.currency}"


add_sentences(
    {
        "too_many_decimals": mark("{value} has more decimals than {currency} has."),
        "mixed_currencies": mark("Amounts in {one} and in {other} cannot be added."),
    }
)
