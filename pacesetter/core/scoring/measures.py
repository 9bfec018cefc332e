"""How good chances were: `p` are chances of (rows,), `y` what came, true or false or 1 and 0.

Where a measure cannot be taken (no rows, or one outcome only where two are needed) it is not a number.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pacesetter.core.scoring.platt import Platt

Array = np.ndarray[Any, Any]
BINS = 15
SURE = 1e-6  # chances are not taken as surer than this when logs are


@dataclass(frozen=True)
class Bin:
    """Rows of about one chance: how many, the mean chance, and the share for which it came."""

    rows: int
    said: float
    came: float


def brier(p: Array, y: Array) -> float:
    """Mean squared error of chances (Brier 1950)."""
    return float(np.mean((p - y) ** 2)) if len(y) else float("nan")


def log_loss(p: Array, y: Array) -> float:
    sure = np.clip(p, SURE, 1 - SURE)
    return float(-np.mean(np.where(y, np.log(sure), np.log1p(-sure)))) if len(y) else float("nan")


def skill(p: Array, y: Array, base: float) -> float:
    """1 - Brier of the chances / Brier of saying `base` of every row; above zero is better than knowing nothing of the rows."""
    usual = brier(np.full(len(y), base), y)
    return 1 - brier(p, y) / usual if usual > 0 else float("nan")


def auc(p: Array, y: Array) -> float:
    """The chance that a row for which it came stands above one for which it did not, ties counting half."""
    y = np.asarray(y, dtype=bool)
    came = int(y.sum())
    if came in (0, len(y)):
        return float("nan")
    _, place, count = np.unique(p, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    return float((rank[y].sum() - came * (came + 1) / 2) / (came * (len(y) - came)))


def bins(p: Array, y: Array, count: int = BINS) -> list[Bin]:
    """Rows in order of chance, in bins of equal size."""
    order = np.argsort(p, kind="stable")
    parts = [part for part in np.array_split(order, count) if len(part)]
    return [Bin(len(part), float(np.mean(p[part])), float(np.mean(y[part]))) for part in parts]


def calibration_error(p: Array, y: Array) -> float:
    """ECE = Σ n_b/n·|p̄_b - ō_b| over fifteen bins of equal size."""
    return sum(one.rows * abs(one.said - one.came) for one in bins(p, y)) / len(y) if len(y) else float("nan")


def calibration(p: Array, y: Array) -> tuple[float, float]:
    """Intercept and slope of the logistic regression of `y` on the log-odds of `p`: 0 and 1 where chances come true."""
    if len(np.unique(y)) < 2 or len(np.unique(p)) < 2:
        return float("nan"), float("nan")
    found = Platt.fit(p, y, pull=0.0)
    return found.intercept, found.slope


def lift(p: Array, y: Array, share: float = 0.1) -> float:
    """The share for which it came among the highest tenth, as a multiple of that among all."""
    top = max(round(len(y) * share), 1)
    came = float(np.mean(y)) if len(y) else 0.0
    return float(np.mean(np.asarray(y)[np.argsort(-p, kind="stable")[:top]])) / came if came else float("nan")
