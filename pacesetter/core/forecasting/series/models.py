"""Models of series: each a function of a panel and a horizon, registered under a key.

A model answers (n, horizon), a row of what is not a number where it cannot say anything of a series. A `local` one looks at one
series at a time, so that any part of a panel gets the same rows as the whole; the other ones learn from all series of the panel
that they are given. A mixture is the mean or the median of what its parts say.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pacesetter.core.forecasting.series.panels import Panel
from pacesetter.core.registry import Registry

Array = np.ndarray[Any, Any]
Predict = Callable[[Panel, int], Array]
Run = Callable[[str, Panel, int], Array]


@dataclass(frozen=True)
class Model:
    """How a model forecasts: by `predict`, or as the mean or median of its `parts`."""

    key: str
    predict: Predict | None = None
    local: bool = True
    parts: tuple[str, ...] = ()
    median: bool = False


MODELS: Registry[Model] = Registry("forecast model")


def model(key: str, *, local: bool = True) -> Callable[[Predict], Predict]:
    """Register a function of a panel and a horizon as a model."""

    def register(predict: Predict) -> Predict:
        MODELS.add(key, Model(key, predict, local))
        return predict

    return register


def mixture(key: str, *parts: str, median: bool = False) -> None:
    """Register the mean (or median) of other models as one."""
    MODELS.add(key, Model(key, None, all(MODELS[part].local for part in parts), parts, median))


def each(key: str, shortest: int) -> Callable[[Callable[[Array, int, int], Array]], Callable[[Array, int, int], Array]]:
    """Register a function of one series' known values, the horizon and the season; it is asked for series of at least `shortest` of them."""

    def register(one: Callable[[Array, int, int], Array]) -> Callable[[Array, int, int], Array]:
        def predict(panel: Panel, horizon: int) -> Array:
            said = np.full((len(panel), horizon), np.nan)
            for row, y in enumerate(panel.y):
                y = y[~np.isnan(y)]
                if len(y) >= shortest:
                    said[row] = one(y, horizon, panel.calendar.season)
            return said

        model(key)(predict)
        return one

    return register


def here(key: str, panel: Panel, horizon: int) -> Array:
    """Run a model that is no mixture in this process."""
    predict = MODELS[key].predict
    assert predict, key
    return predict(panel, horizon)


def said_by(keys: Iterable[str], panel: Panel, horizon: int, run: Run = here) -> Mapping[str, Array]:
    """What models say, (n, horizon) by key; the parts of mixtures are asked once.

    Where a series was never below zero no forecast of it is; infinite answers are none.
    """
    told: dict[str, Array] = {}

    def tell(key: str) -> Array:
        if key not in told:
            one = MODELS[key]
            said = _mixed([tell(part) for part in one.parts], one.median) if one.parts else run(key, panel, horizon)
            said = np.where(np.isfinite(said), said, np.nan)
            told[key] = np.where(panel.never_negative[:, None], np.maximum(said, 0), said)
        return told[key]

    return {key: tell(key) for key in keys}


def _mixed(said: list[Array], median: bool) -> Array:
    """The mean or median of the parts that answer, where at least half of them do."""
    all_ = np.stack(said)
    count = np.isfinite(all_).sum(axis=0)
    masked = np.ma.masked_invalid(all_)
    mixed: Any = np.ma.median(masked, axis=0) if median else masked.mean(axis=0)  # type: ignore[no-untyped-call]
    return np.where(2 * count >= len(said), np.ma.filled(mixed, np.nan), np.nan)
