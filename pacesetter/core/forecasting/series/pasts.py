"""Pasts: what models would have said of series on past days, with nothing known of later ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pacesetter.core.forecasting import measures
from pacesetter.core.forecasting.series import bands, outliers
from pacesetter.core.forecasting.series.models import Run, here, said_by
from pacesetter.core.forecasting.series.panels import Panel

Array = np.ndarray[Any, Any]
FEWEST = 3  # known periods below which nothing is said of a series


@dataclass(frozen=True)
class Past:
    """Series on past days, one row each: what came, `actual` (rows, horizon), what each model said, the `scale` of its errors and the
    root mean square `step` of what was known (rows,). What has not come yet, or was not answered, is not a number."""

    actual: Array
    said: Mapping[str, Array]
    scale: Array
    step: Array

    def errors(self, key: str) -> Array:
        """Of one model, in units of scale."""
        return (self.said[key] - self.actual) / self.scale[:, None]


def expected(panel: Panel, horizon: int, keys: Sequence[str], run: Run = here) -> dict[str, Array]:
    """What models say of a panel whose outliers are calmed, (n, horizon) by key; of series with fewer than three known periods nothing."""
    return dict(said_by(keys, calm(panel), horizon, run))


def calm(panel: Panel) -> Panel:
    """What models learn from."""
    y = np.where(panel.known[:, None] >= FEWEST, outliers.calmed(panel.y, panel.calendar.season), np.nan)
    return replace(panel, y=y)


def actual(panel: Panel, at: int, horizon: int) -> Array:
    """What came after `at` periods, (n, horizon); not a number after the last that is known."""
    came = panel.y[:, at : at + horizon]
    return np.pad(came, ((0, 0), (0, horizon - came.shape[1])), constant_values=np.nan)


def ask(panel: Panel, horizon: int, origins: Sequence[int], keys: Sequence[str], run: Run = here) -> Past:
    """What models said after each of so many periods, one row for each origin and series."""
    none = np.empty((0, horizon))
    came, scale, step = [none], [none[:, 0]], [none[:, 0]]
    said: dict[str, list[Array]] = {key: [none] for key in keys}
    for at in origins:
        known = calm(panel.until(at))
        for key, told in said_by(keys, known, horizon, run).items():
            said[key].append(told)
        came.append(actual(panel, at, horizon))
        scale.append(bands.scales(known.y, panel.calendar.season))
        step.append(measures.step_scale(known.y))
    joined = {key: np.concatenate(told) for key, told in said.items()}
    return Past(np.concatenate(came), joined, np.concatenate(scale), np.concatenate(step))
