"""Drivers of series: covariates whose future is given. They count where they earned it on past days, and nowhere else."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from pacesetter.core.errors import Invalid
from pacesetter.core.forecasting.series import ladders, mixtures, pasts
from pacesetter.core.forecasting.series.models import Run
from pacesetter.core.forecasting.series.panels import Panel, coded, days_of, values_of

Array = np.ndarray[Any, Any]


def read(table: pa.Table, panel: Panel, horizon: int) -> tuple[Panel, list[str]]:
    """The panel with drivers from a table of ds, columns of numbers, and unique_id where they differ by series; and those that are left out.

    Of several rows in a period their mean counts, what is missing is not known. A driver that is not known for all of the horizon
    is left out: its future would have to be made up. Whoever wants to try one out writes a scenario into the file.
    """
    if "ds" not in table.column_names:
        raise Invalid("series_columns", needed="ds", missing="ds")
    columns = panel.periods + horizon
    at = panel.calendar.numbers(days_of(table["ds"])) - panel.first
    row = _rows(table, panel)
    count = len(panel) if "unique_id" in table.column_names else 1
    good = (at >= 0) & (at < columns) & (row >= 0)
    found = {}
    for name in table.column_names:
        if name not in ("ds", "unique_id"):
            values = values_of(table[name], name)
            found[name] = _means(row[good], at[good], values[good], (count, columns))
    kept = {name: np.broadcast_to(one, (len(panel), columns)) for name, one in found.items() if np.isfinite(one[:, -horizon:]).all()}
    return replace(panel, drivers=kept), [name for name in found if name not in kept]


def earned(panel: Panel, horizon: int, origins: Sequence[int], key: str, run: Run) -> tuple[str, ...]:
    """The drivers with which the booster behind model `key` would have been better by a twentieth on past days, and better on each of
    them, knowing what they became: each by itself, then those together unless one alone is better. Many are tried: luck is kept out."""
    booster = mixtures.BOOSTERS.get(key)
    if not panel.drivers or not booster or not origins:
        return ()

    def errors(names: Sequence[str]) -> Array:
        asked = [pasts.ask(panel.driven_by(names), horizon, (at,), (booster,), run) for at in origins]
        return np.asarray([ladders.scores(past, intermittent=False).get(booster, np.inf) for past in asked])

    without = errors(())
    alone = {name: errors((name,)) for name in panel.drivers}
    good = tuple(name for name, one in alone.items() if (one < without).all() and one.mean() < ladders.BETTER * without.mean())
    best = min(good, key=lambda name: float(alone[name].mean()), default="")
    return (best,) if len(good) > 1 and errors(good).mean() > alone[best].mean() else good


def _rows(table: pa.Table, panel: Panel) -> Array:
    """The series that each row is about; the first where it is about all of them, -1 where the panel does not know it."""
    if "unique_id" not in table.column_names:
        return np.zeros(table.num_rows, dtype=np.int64)
    codes, words = coded(table["unique_id"])
    place = {one: at for at, one in enumerate(panel.ids)}
    return np.asarray([place.get(one, -1) for one in words], dtype=np.int64)[codes]


def _means(row: Array, at: Array, values: Array, shape: tuple[int, int]) -> Array:
    """The mean of the values that are known, by row and period; not a number where none is."""
    known = np.isfinite(values)
    place = (row * shape[1] + at)[known]
    count = np.bincount(place, minlength=shape[0] * shape[1])
    sums = np.bincount(place, values[known], minlength=shape[0] * shape[1])
    return np.where(count > 0, sums / np.maximum(count, 1), np.nan).reshape(shape)
