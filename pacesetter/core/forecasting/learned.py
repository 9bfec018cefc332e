"""Hazards that are learned from features: a multinomial logistic regression and boosted trees, over stay, win and lose.

Allison (1982) for person-periods; the trees are LightGBM's (Ke et al. 2017).
"""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from pacesetter.core.forecasting.features import AT, COUNTS, KINDS, NAMES, SINCE
from pacesetter.core.forecasting.histories import Array
from pacesetter.core.forecasting.samples import LOSE, STAY, WIN, Sample

STRENGTH = 10.0  # of the pull to zero, in deals: a standardised coefficient is a draw of variance 1 / STRENGTH
TREES, LEAVES, CHILD, RATE = 200, 15, 50, 0.03
LOGGED = (
    "days_in_stage",
    "pace",
    "days_in_previous",
    "age",
    "idle",
    "bustle",
    "touches_2",
    "touches_7",
    "touches_30",
    "touches_in_stage",
    "touches",
    "moves",
    "pushes",
    "owners",
    *SINCE,
    *COUNTS,
)
PLAIN = ("amount", "amount_change", "owner_rate")
BY_STAGE = ("days_in_stage", "idle", "touches_in_stage")


class Model(Protocol):
    """Learned hazards; `x` is (rows, NAMES + 1) with the period last."""

    def hazards(self, x: Array) -> Array:
        """Chances to stay, win and lose in the period, (rows, 3)."""

    def contributions(self, x: Array) -> Array:
        """What each feature adds to the log-odds of winning against the mean of the others, (rows, NAMES)."""


def incidence(model: Model, x: Array, periods: int) -> tuple[Array, Array]:
    """Chances to be won and to be lost by the end of each period, (deals, periods), for features (deals, NAMES)."""
    rows = np.column_stack([np.repeat(x, periods, axis=0), np.tile(np.arange(periods), len(x))])
    hazards = model.hazards(rows).reshape(len(x), periods, 3)
    still = np.cumprod(hazards[:, :, STAY], axis=1)
    before = np.concatenate([np.ones((len(x), 1)), still[:, :-1]], axis=1)
    return np.cumsum(before * hazards[:, :, WIN], axis=1), np.cumsum(before * hazards[:, :, LOSE], axis=1)


def _won(raw: Array) -> Array:
    """Scores of three classes as the log-odds of winning against the mean of the others."""
    return raw[..., WIN] - (raw[..., STAY] + raw[..., LOSE]) / 2


@dataclass(frozen=True)
class _Design:
    """Columns of a linear model made of features: logs of days and counts, and one column per stage, period, weekday and kind."""

    stages: int
    periods: int
    middle: Array
    spread: Array

    @classmethod
    def of(cls, sample: Sample) -> "_Design":
        raw = cls(int(sample.x[:, AT["stage"]].max()) + 2, int(sample.x[:, -1].max()) + 1, np.zeros(1), np.ones(1))
        columns, _ = raw.columns(sample.x)
        middle = np.average(columns, axis=0, weights=sample.weight)
        spread = np.sqrt(np.average((columns - middle) ** 2, axis=0, weights=sample.weight))
        return cls(raw.stages, raw.periods, middle, np.where(spread > 1e-6, spread, 1.0))

    def columns(self, x: Array) -> tuple[Array, Array]:
        """Standardised columns (rows, columns), and the place of the feature that each is of (the period: the last one)."""
        stage = _choices(x[:, AT["stage"]] + 1, self.stages)
        period = _choices(x[:, -1], self.periods)
        parts = [(AT["stage"], stage), (len(NAMES), period), (len(NAMES), _crossed(stage, period))]
        parts += [(AT[name], np.log1p(np.maximum(x[:, [AT[name]]], 0.0))) for name in LOGGED]
        parts += [(AT[name], x[:, [AT[name]]]) for name in PLAIN]
        parts += [(AT[name], _crossed(stage, np.log1p(np.maximum(x[:, [AT[name]]], 0.0)))) for name in BY_STAGE]
        parts += [(AT["kind"], _choices(x[:, AT["kind"]] + 1, KINDS + 2)), (AT["weekday"], _choices(x[:, AT["weekday"]], 7))]
        parts += [(AT["furthest"], (x[:, [AT["furthest"]]] > x[:, [AT["stage"]]]).astype(float)), (AT["days_to_close"], _to_close(x))]
        feature = np.concatenate([np.full(columns.shape[1], at) for at, columns in parts])
        return (np.concatenate([columns for _, columns in parts], axis=1) - self.middle) / self.spread, feature


def _choices(values: Array, count: int) -> Array:
    return (np.minimum(values, count - 1)[:, None] == np.arange(count)).astype(float)


def _crossed(some: Array, others: Array) -> Array:
    return (some[:, :, None] * others[:, None, :]).reshape(len(some), some.shape[1] * others.shape[1])


def _to_close(x: Array) -> Array:
    """Whether a close date is known, whether it has passed, and how far off it is."""
    days = x[:, AT["days_to_close"]]
    known = ~np.isnan(days)
    left = np.nan_to_num(days)
    return np.column_stack([known, known & (left < 0), known * np.log1p(np.abs(left)) * np.sign(left)]).astype(float)


@dataclass(frozen=True)
class Logistic:
    """A multinomial logistic regression, pulled strongly to no effect."""

    design: _Design
    coefficients: Array  # (3, columns)
    intercept: Array

    @classmethod
    def fit(cls, sample: Sample) -> "Logistic":
        """The weights of the sample sum to the number of deals: more rows of one deal are no more evidence against the pull."""
        from sklearn.linear_model import LogisticRegression
        from threadpoolctl import threadpool_limits

        design = _Design.of(sample)
        columns, _ = design.columns(sample.x)
        with threadpool_limits(1):  # on a busy machine threads that wait for each other take ten times as long
            found = LogisticRegression(C=1 / STRENGTH, max_iter=200, tol=1e-3).fit(columns, sample.y, sample_weight=sample.weight)
        coefficients, intercept = np.zeros((3, columns.shape[1])), np.full(3, -30.0)  # an outcome never seen never comes
        classes = found.classes_
        coefficients[classes] = found.coef_ if len(classes) > 2 else np.concatenate([-found.coef_, found.coef_]) / 2
        intercept[classes] = found.intercept_ if len(classes) > 2 else np.concatenate([-found.intercept_, found.intercept_]) / 2
        return cls(design, coefficients, intercept)

    def hazards(self, x: Array) -> Array:
        raw = self.design.columns(x)[0] @ self.coefficients.T + self.intercept
        odds = np.exp(raw - raw.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)

    def contributions(self, x: Array) -> Array:
        columns, feature = self.design.columns(x)
        each = columns * _won(self.coefficients.T)
        found = np.zeros((len(x), len(NAMES) + 1))
        for at in np.unique(feature):
            found[:, at] = each[:, feature == at].sum(axis=1)
        return found[:, :-1]


@dataclass(frozen=True)
class Boosted:
    """Two hundred small trees for each outcome."""

    booster: Any

    @classmethod
    def fit(cls, sample: Sample) -> "Boosted":
        """Raises ImportError or OSError where LightGBM, or the library of the system that it needs, cannot be loaded."""
        import lightgbm

        per_deal = len(sample.x) / max(sample.deals, 1)
        parameters = {
            "objective": "multiclass", "num_class": 3, "num_leaves": LEAVES, "learning_rate": RATE, "lambda_l2": 5.0, "max_bin": 63,
            "min_data_in_leaf": int(CHILD * max(per_deal / 4, 1.0)),
            "seed": 1, "deterministic": True, "force_row_wise": True, "num_threads": 1, "verbose": -1,
        }  # fmt: skip
        data = lightgbm.Dataset(sample.x, sample.y, weight=sample.weight * per_deal, categorical_feature=[AT["kind"]], free_raw_data=True)
        return cls(lightgbm.train(parameters, data, TREES))

    def hazards(self, x: Array) -> Array:
        return np.asarray(self.booster.predict(x, num_threads=1))

    def contributions(self, x: Array) -> Array:
        each = np.asarray(self.booster.predict(x, pred_contrib=True, num_threads=1)).reshape(len(x), 3, len(NAMES) + 2)
        return _won(np.moveaxis(each, 1, 2))[:, : len(NAMES)]
