"""Boosters: one LightGBM over the lags of all series of a panel, each in units of its own size.

What it learns is a series turned into steps of its logarithm or into differences to the year before; which of them is
chosen on the last periods before the cut. Later periods are said one after another, from what was said before them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pacesetter.core.forecasting import measures
from pacesetter.core.forecasting.series.models import model
from pacesetter.core.forecasting.series.panels import Panel

Array = np.ndarray[Any, Any]
LAGS = {"D": 14, "W": 8, "M": 12, "Q": 4}
ROWS = 150_000  # examples that are learned from at most, evenly taken
FEWEST = 40  # examples below which nothing is learned
SETTINGS = {
    "objective": "regression", "num_leaves": 15, "learning_rate": 0.05, "min_data_in_leaf": 20, "lambda_l2": 1.0, "feature_fraction": 0.8,
    "bagging_fraction": 0.8, "bagging_freq": 1, "seed": 7, "deterministic": True, "force_row_wise": True, "num_threads": 1, "verbosity": -1,
}  # fmt: skip
ROUNDS = 150


@dataclass(frozen=True)
class Turn:
    """A way to turn values (n, t), in units of each series' size, into what is learned, and back: `back(values so far, next) -> next value`."""

    name: str
    there: Callable[[Array, int], Array]
    back: Callable[[Array, Array, int], Array]


def _log(values: Array) -> Array:
    return np.sign(values) * np.log1p(np.abs(values))


def _exp(values: Array) -> Array:
    return np.sign(values) * np.expm1(np.abs(values))


def _lagged(values: Array, lag: int) -> Array:
    return np.concatenate([np.full((len(values), min(lag, values.shape[1])), np.nan), values[:, :-lag]], axis=1)


STEPS = Turn("steps", lambda z, season: _log(z) - _lagged(_log(z), 1), lambda z, step, season: _exp(_log(z[:, -1]) + np.clip(step, -2, 2)))
YEARS = Turn("years", lambda z, season: z - _lagged(z, season), lambda z, step, season: z[:, -season] + step)


def usable() -> bool:
    """Whether LightGBM can be loaded: it needs the system's OpenMP library. Without it mixtures do with their other parts."""
    try:
        import lightgbm  # noqa: F401
    except (ImportError, OSError):
        return False
    return True


@model("boost", local=False)
def boost(panel: Panel, horizon: int) -> Array:
    """By steps or by years, whichever was nearer in the last periods; by steps where a year of years is not known."""
    held = min(horizon, panel.calendar.season, panel.periods // 4)
    if panel.periods < 2 * panel.calendar.season + held or held < 1:
        return _said(panel, horizon, STEPS)
    known, actual = panel.until(panel.periods - held), panel.y[:, -held:]
    return _said(panel, horizon, min((STEPS, YEARS), key=lambda turn: _error(actual, _said(known, held, turn))))


@model("boost_years", local=False)
def boost_years(panel: Panel, horizon: int) -> Array:
    """By differences to the year before: what short weekly series need, whose years are too few to learn a season from."""
    return _said(panel, horizon, YEARS)


def _error(actual: Array, said: Array) -> float:
    both = np.isfinite(said) & np.isfinite(actual)
    return measures.wape(actual[both], said[both]) if both.any() else np.inf


def _said(panel: Panel, horizon: int, turn: Turn) -> Array:
    """Learn, and say (n, horizon); not a number for series too short for the lags, all of it where examples are too few."""
    season, lags = panel.calendar.season, LAGS[panel.calendar.freq]
    if panel.periods <= (season if turn is YEARS else 1) + lags:
        return np.full((len(panel), horizon), np.nan)
    size = _size(panel.y, season)
    values = panel.y / size[:, None]
    turned = turn.there(values, season)
    drivers = _changes(panel, season if turn is YEARS else 1)
    places = _places(panel, horizon, turn)
    booster = _learn(turned, drivers, places, season, lags)
    if booster is None:
        return np.full((len(panel), horizon), np.nan)
    for ahead in range(horizon):
        at = panel.periods + ahead
        features = _features(turned[:, -lags - season :], _at(drivers, at), places[at], season, lags)
        step = np.where(np.isfinite(features[:, :lags]).all(axis=1), booster.predict(features), np.nan)
        turned = np.column_stack([turned, step])
        values = np.column_stack([values, turn.back(values, step, season)])
    return values[:, -horizon:] * size[:, None]


def _size(y: Array, season: int) -> Array:
    """The mean absolute value of the last year, (n,): what makes series alike; not a number where it is nothing."""
    last = y[:, -season:]
    count = np.isfinite(last).sum(axis=1)
    mean = np.nansum(np.abs(last), axis=1) / np.maximum(count, 1)
    return np.where(mean > 0, mean, np.nan)


def _places(panel: Panel, horizon: int, turn: Turn) -> Array:
    """Where in its season each period stands, known and ahead; all alike until two seasons are learned from: of a place seen once
    a tree remembers what happened on that one date, and says it of all places that come after."""
    at = np.arange(panel.periods + horizon)
    learned = panel.periods - (panel.calendar.season if turn is YEARS else 1)
    return (panel.first + at) % panel.calendar.season if learned >= 2 * panel.calendar.season - 1 else np.zeros_like(at)


def _changes(panel: Panel, lag: int) -> Array:
    """How each driver changes over the lag, (drivers, n, t and what is known ahead)."""
    changes = [one - _lagged(one, lag) for one in panel.drivers.values()]
    return np.stack(changes) if changes else np.empty((0, len(panel), 0))


def _at(drivers: Array, at: int) -> Array:
    """(n, drivers) in one period."""
    return drivers[:, :, at].T if len(drivers) else np.empty((drivers.shape[1], 0))


def _features(turned: Array, drivers: Array, place: int, season: int, lags: int) -> Array:
    """Of each series for a period at `place` in its season: its last `lags` turned values, newest first, means of 3 and of all of those, the value a
    season ago, the season, and the changes of drivers (n, drivers)."""
    recent = turned[:, : -lags - 1 : -1]
    year = turned[:, [-season]] if turned.shape[1] >= season else np.full((len(turned), 1), np.nan)
    where = np.full((len(turned), 1), place, dtype=float)
    return np.column_stack([recent, recent[:, :3].mean(axis=1), recent.mean(axis=1), year, where, drivers])


def _learn(turned: Array, drivers: Array, places: Array, season: int, lags: int) -> Any:
    """A booster of the next turned value by its features, over all periods whose lags are known; none where examples are too few."""
    if not usable():
        return None
    import lightgbm

    examples, targets = [], []
    for at in range(lags, turned.shape[1]):
        features = _features(turned[:, max(at - lags - season, 0) : at], _at(drivers, at), places[at], season, lags)
        good = np.isfinite(features[:, :lags]).all(axis=1) & np.isfinite(turned[:, at])
        examples.append(features[good])
        targets.append(turned[good, at])
    x, y = np.concatenate(examples), np.concatenate(targets)
    if len(y) < FEWEST:
        return None
    kept = slice(None, None, -(-len(y) // ROWS))
    return lightgbm.train(SETTINGS, lightgbm.Dataset(x[kept], np.clip(y[kept], -5, 5)), ROUNDS)
