"""The model of scores: the mean of a logistic regression, pulled strongly to no effect, and of small boosted trees.

Together they are better than knowing nothing from some fifty rows on, where either needs hundreds (shared/FORECASTING.md §0.10).
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from pacesetter.core.scoring.columns import Column, Rows
from pacesetter.core.scoring.measures import Array
from pacesetter.core.scoring.platt import logit, sigmoid

STRENGTH = 10.0  # of the pull to zero, in rows
TREES, LEAVES, CHILD, RATE = 120, 7, 20, 0.05


@dataclass(frozen=True)
class Model:
    """What was learned from rows whose outcome is known; `trees` is nothing where LightGBM cannot be loaded."""

    columns: tuple[Column, ...]
    coefficients: Array
    intercept: float
    middle: Array
    trees: Any

    @classmethod
    def fit(cls, rows: Rows, y: Array) -> "Model":
        """`y` (rows,) is 1 or 0, both of them there."""
        columns = tuple(Column.of(name, values, rows.at) for name, values in rows.columns.items())
        x = _numbers(columns, rows)
        if not x.shape[1]:
            return cls(columns, np.zeros(0), float(logit(np.asarray(y.mean()))), np.zeros(0), None)
        coefficients, intercept = _regression(x, y)
        return cls(columns, coefficients, intercept, x.mean(axis=0), _trees(x, y))

    def chances(self, rows: Rows) -> Array:
        """Chances of the outcome, (rows,), not yet put right."""
        x = _numbers(self.columns, rows)
        linear = sigmoid(x @ self.coefficients + self.intercept)
        return linear if self.trees is None else (linear + np.asarray(self.trees.predict(x, num_threads=1))) / 2

    def contributions(self, rows: Rows) -> Array:
        """What each column adds to the log-odds of a row against those of the mean row, (rows, columns)."""
        x = _numbers(self.columns, rows)
        each = (x - self.middle) * self.coefficients
        if self.trees is not None:
            each = (each + np.asarray(self.trees.predict(x, pred_contrib=True, num_threads=1))[:, :-1]) / 2
        ends = np.cumsum([0, *(one.numbers(rows.columns[one.name][:1], rows.at[:1]).shape[1] for one in self.columns)])
        return np.column_stack([each[:, a:b].sum(axis=1) for a, b in pairwise(ends)])


def _numbers(columns: tuple[Column, ...], rows: Rows) -> Array:
    return np.concatenate([np.empty((len(rows), 0)), *(one.numbers(rows.columns[one.name], rows.at) for one in columns)], axis=1)


def _regression(x: Array, y: Array) -> tuple[Array, float]:
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # on a busy machine threads that wait for each other take ten times as long
        found = LogisticRegression(C=1 / STRENGTH, max_iter=500).fit(x, y)
    return found.coef_[0], float(found.intercept_[0])


def _trees(x: Array, y: Array) -> Any:
    try:
        import lightgbm
    except (ImportError, OSError):
        return None
    parameters = {
        "objective": "binary", "num_leaves": LEAVES, "learning_rate": RATE, "lambda_l2": 5.0, "min_data_in_leaf": CHILD, "max_bin": 63,
        "seed": 1, "deterministic": True, "force_row_wise": True, "num_threads": 1, "verbose": -1,
    }  # fmt: skip
    return lightgbm.train(parameters, lightgbm.Dataset(x, y), TREES)
