"""What an account brings or costs in a year, where nobody has said it: its own years beside those of accounts like it.

Credibility theory (Bühlmann 1967): the more years an account has, and the more accounts differ from each other compared with how
one account's years differ, the more its own mean counts. The mean of its cell (segment and industry) leans on its segment in the same way.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Z80 = 1.2816  # both tails of an 80 % interval


@dataclass(frozen=True)
class Estimate:
    """Expected yearly values with the ends of their 80 % interval, all of shape (accounts,), in the unit of the years given.

    `weight` (0 to 1) is how much of it is the account's own history.
    """

    mean: Array
    low: Array
    high: Array
    weight: Array


def estimate(years: Array, seen: Array, segment: Array, cell: Array) -> Estimate:
    """Expected value of a year if an account is worked like the worked ones of its kind.

    `years` (accounts, Y) holds yearly sums, the newest first; `seen` (accounts,) how many of them the account was worked in, 0 for
    accounts that nobody has worked yet, which take the mean of their cell; `segment` and `cell` (accounts,) are codes from 0.
    Without any worked account everything is 0 with an interval of 0 and weight 0.
    """
    years, seen = np.asarray(years, dtype=float), np.minimum(np.asarray(seen), np.shape(years)[1])
    worked = seen > 0
    if not worked.any():
        none = np.zeros(len(years))
        return Estimate(none, none, none, none)
    counted = np.arange(years.shape[1]) < seen[:, None]
    own = np.where(worked, (years * counted).sum(axis=1) / np.maximum(seen, 1), 0.0)
    within, between = _variances(years, counted, own, worked, segment)
    mean = _cell_means(own, worked, segment, cell)
    weight = np.where(worked, seen * between / np.maximum(seen * between + within, 1e-12), 0.0)
    expected = np.maximum(weight * own + (1 - weight) * mean, 0.0)
    spread = Z80 * np.sqrt(np.maximum((1 - weight) * between, 0.0))
    return Estimate(expected, np.maximum(expected - spread, 0.0), expected + spread, weight)


def _variances(years: Array, counted: Array, own: Array, worked: Array, segment: Array) -> tuple[Array, Array]:
    """Per account those of its segment: of one account's years around its mean, and of the accounts' true means."""
    seen = counted.sum(axis=1)
    residual = np.where(counted, (years - own[:, None]) ** 2, 0.0).sum(axis=1)
    free = np.where(seen > 1, seen - 1, 0)
    count = int(segment.max()) + 1
    of_free, of_worked = np.bincount(segment, free, count), np.bincount(segment, worked.astype(float), count)
    within = np.bincount(segment, residual, count) / np.maximum(of_free, 1)
    centre = np.bincount(segment, own * worked, count) / np.maximum(of_worked, 1)
    scatter = np.bincount(segment, worked * (own - centre[segment]) ** 2, count) / np.maximum(of_worked - 1, 1)
    mean_years = np.bincount(segment, seen * worked, count) / np.maximum(of_worked, 1)
    between = np.maximum(scatter - within / np.maximum(mean_years, 1), 0.0)
    return within[segment], between[segment]


def _cell_means(own: Array, worked: Array, segment: Array, cell: Array) -> Array:
    """The mean of each account's cell, leaning on its segment, which leans on all: a few accounts say little."""
    overall = np.full(len(own), own[worked].mean())
    return _leaning(own, worked, cell, _leaning(own, worked, segment, overall))


LEANS = 10.0  # so many worked accounts count as much as what is known of the wider group


def _leaning(own: Array, worked: Array, group: Array, wider: Array) -> Array:
    count = int(group.max()) + 1
    number = np.bincount(group, worked.astype(float), count)
    total = np.bincount(group, own * worked, count)
    return np.asarray((total[group] + LEANS * wider) / (number[group] + LEANS))
