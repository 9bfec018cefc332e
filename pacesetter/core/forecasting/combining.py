"""Two forecasts of one number made one: each counts by how wrong it was at that distance, as its measured band tells.

With independent errors of no bias the best weights are those of the inverse variances (Bates & Granger 1969).
"""

from pacesetter.core.forecasting.deals import Spread


def share(one: Spread, other: Spread) -> float:
    """How much of the first belongs into the whole, 0 to 1; a forecast without a band says nothing of its error and counts for nothing."""
    if one.width <= 0 or other.width <= 0:
        return float(one.width > 0)
    ratio = one.width / other.width
    return 1 / (1 + ratio * ratio)


def combined(one: Spread, other: Spread, share: float) -> Spread:
    """The weighted mean, with a band as wide as theirs on average: they see one market, and what one misses the other may miss too.

    Nothing below zero unless both say so.
    """
    mean, middle, below, above = (
        share * a + (1 - share) * b
        for a, b in (
            (one.mean, other.mean), (one.p50, other.p50), (one.mean - one.p10, other.mean - other.p10), (one.p90 - one.mean, other.p90 - other.mean),
        )
    )  # fmt: skip
    low = max(mean - below, min(one.p10, other.p10, 0.0))
    return Spread(mean, low, max(middle, low), max(mean + above, middle, low))
