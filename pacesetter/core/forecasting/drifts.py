"""Whether what comes in drops, and whether a model has drifted away from what it describes."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, log, sqrt
from statistics import NormalDist

import numpy as np

from pacesetter.core.forecasting.histories import Array
from pacesetter.core.scoring import measures

LAST, BASE, YEAR = 4, 26, 52  # weeks: those looked at, those before them that say what is usual, and those back to the same season
FEWEST = 20.0  # usual in four weeks, below which a drop cannot be told from chance
SEASON = (0.5, 1.5)
BINS, LEAST = 10, 1e-4  # of the stability index, and the share that an empty bin is taken for


@dataclass(frozen=True)
class Flow:
    """What came in the last four weeks, what is usual, and the chance that so little or less comes by accident."""

    count: float
    usual: float
    chance: float


def flow(weekly: Array) -> Flow | None:
    """Of counts by week (the oldest first, the last one just over); none with less than thirty weeks, or where too little is usual.

    Usual is the mean of the 26 weeks before, times how the same four weeks of the year before stood to theirs where they are known; its spread is
    that of those weeks, never less than chance alone makes.
    """
    if len(weekly) < LAST + BASE:
        return None
    base = weekly[-LAST - BASE : -LAST]
    usual = LAST * float(base.mean()) * _season(weekly)
    if usual < FEWEST:
        return None
    spread = sqrt(LAST * max(float(base.var()), float(base.mean())))
    count = float(weekly[-LAST:].sum())
    return Flow(count, usual, NormalDist(usual, spread).cdf(count))


def _season(weekly: Array) -> float:
    then = weekly[: len(weekly) - YEAR]
    if len(then) < LAST + BASE:
        return 1.0
    usual = LAST * float(then[-LAST - BASE : -LAST].mean())
    return float(np.clip(then[-LAST:].sum() / usual, *SEASON)) if usual else 1.0


def tracking_signal(errors: Sequence[float]) -> float:
    """|Σe| ÷ MAD: as large as there are errors when all lie on one side, about the root of that when they fall by chance (Brown 1963)."""
    size = sum(abs(error) for error in errors) / len(errors) if errors else 0.0
    return abs(sum(errors)) / size if size else 0.0


def one_sided(errors: Sequence[float]) -> float:
    """The chance that errors around zero have a mean as far from it (Student's t, two-sided); 1 where fewer than two tell.

    The tracking signal alone passes 4 in a third of all dozens of errors that fall by chance: their sum grows with their root.
    """
    from scipy import stats

    if len(errors) < 2 or not any(errors):
        return 1.0
    spread = float(np.std(errors, ddof=1)) / sqrt(len(errors))
    return float(2 * stats.t.sf(abs(float(np.mean(errors))) / spread, len(errors) - 1)) if spread else 0.0


def breach(missed: int, asked: int, share: float) -> float:
    """The chance that at least `missed` of `asked` bands are missed when each is with the chance `share` (binomial)."""
    return sum(comb(asked, k) * share**k * (1 - share) ** (asked - k) for k in range(missed, asked + 1))


def stability(then: Array, now: Array) -> float:
    """Population stability index Σ (q - p) ln(q ÷ p) of one feature over the deciles of `then`; above 0.2 it is another population."""
    then, now = then[~np.isnan(then)], now[~np.isnan(now)]
    if not len(then) or not len(now):
        return 0.0
    edges = np.unique(np.quantile(then, np.linspace(0, 1, BINS + 1)[1:-1]))
    before, after = (
        np.maximum(np.bincount(np.searchsorted(edges, some, side="right"), minlength=len(edges) + 1) / len(some), LEAST)
        for some in (then, now)
    )
    return float(sum((q - p) * log(q / p) for p, q in zip(before, after, strict=True)))


def slope(bins: Sequence[tuple[float, float, int]]) -> float:
    """Calibration slope from bins of (chance given, share that came, rows): 1 where chances come true, below where they say too much."""
    p = np.concatenate([np.full(rows, said) for said, _came, rows in bins]) if bins else np.empty(0)
    y = np.concatenate([np.arange(rows) < round(came * rows) for _said, came, rows in bins]) if bins else np.empty(0, dtype=bool)
    return measures.calibration(p, y)[1]
