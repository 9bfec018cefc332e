"""Warnings about a number: how likely a plan is reached, and how often warnings of a kind came true."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist

FEWEST = 10  # warnings that came out one way or the other, below which a share says nothing
_TENTH = NormalDist().inv_cdf(0.9)


def chance_to_reach(plan: float, p10: float, p50: float, p90: float) -> float:
    """The chance that a sum reaches the plan: half a normal distribution on either side of its median, as wide as its deciles say."""
    width = (p90 - p50 if plan > p50 else p50 - p10) / _TENTH
    if width <= 0:
        return float(plan <= p50)
    return 1 - NormalDist(p50, width).cdf(plan)


@dataclass(frozen=True)
class Record:
    """Of `cases` that could be warned of so many `came`; of those `raised`, so many were `right`."""

    cases: int = 0
    came: int = 0
    raised: int = 0
    right: int = 0

    @classmethod
    def of(cls, cases: Iterable[tuple[bool, bool]]) -> "Record":
        """From pairs (whether it was warned of, whether it came)."""
        pairs = list(cases)
        return cls(
            len(pairs),
            sum(came for _raised, came in pairs),
            sum(raised for raised, _came in pairs),
            sum(raised and came for raised, came in pairs),
        )

    def __add__(self, other: "Record") -> "Record":
        return Record(self.cases + other.cases, self.came + other.came, self.raised + other.raised, self.right + other.right)

    @property
    def is_measured(self) -> bool:
        return self.raised >= FEWEST

    @property
    def precision(self) -> float | None:
        """The share of warnings that came true; none where too few are known."""
        return self.right / self.raised if self.is_measured else None

    @property
    def base(self) -> float | None:
        """The share for which it came, warned of or not: what a warning that knows nothing is right in."""
        return self.came / self.cases if self.cases and self.is_measured else None

    @property
    def recall(self) -> float | None:
        """The share of what came that was warned of."""
        return self.right / self.came if self.came and self.is_measured else None
