"""Chances put right by what came of the last ones: two numbers, a shift and a stretch of the log-odds (Platt 1999)."""

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
SURE = 1e-6
PULL = 20.0  # how strongly the map is held to leaving chances as they are: as much as so many rows of even odds would, four times over
STEPS = 50


def logit(p: Array) -> Array:
    """Log-odds of chances, which are not taken as surer than one in a million."""
    sure = np.clip(p, SURE, 1 - SURE)
    return np.log(sure / (1 - sure))


def sigmoid(z: Array) -> Array:
    """Chances of log-odds."""
    return 1 / (1 + np.exp(-np.clip(z, -40, 40)))


@dataclass(frozen=True)
class Platt:
    """The map p → sigmoid(intercept + slope · logit p); as it stands it changes nothing. It never turns an order around."""

    intercept: float = 0.0
    slope: float = 1.0

    def __call__(self, p: Array) -> Array:
        if (self.intercept, self.slope) == (0.0, 1.0):
            return p
        return np.where(p > 0, sigmoid(self.intercept + self.slope * logit(p)), 0.0)

    @classmethod
    def fit(cls, p: Array, y: Array, weight: Array | None = None, *, pull: float = PULL) -> "Platt":
        """The likeliest map for these rows, held to the identity by `pull` (the precision of a normal prior); Newton's method, halving steps."""
        if not len(y):
            return cls()
        z = logit(p)
        weight = np.ones(len(y)) if weight is None else weight
        columns = np.column_stack([np.ones(len(z)), z])
        at, identity = np.array([0.0, 1.0]), np.array([0.0, 1.0])

        def loss(at: Array) -> float:
            raw = columns @ at
            return float(weight @ (np.logaddexp(0.0, raw) - raw * y) + pull / 2 * ((at - identity) ** 2).sum())

        now = loss(at)
        for _ in range(STEPS):
            chance = sigmoid(columns @ at)
            slope = columns.T @ (weight * (chance - y)) + pull * (at - identity)
            bend = (columns * (weight * chance * (1 - chance))[:, None]).T @ columns + (pull + 1e-9) * np.eye(2)
            step = np.linalg.solve(bend, slope)
            while (after := loss(at - step)) > now and np.abs(step).max() > 1e-9:
                step = step / 2
            if now - after < 1e-10:
                break
            at, now = at - step, after
        return cls(float(at[0]), float(max(at[1], 0.05)))
