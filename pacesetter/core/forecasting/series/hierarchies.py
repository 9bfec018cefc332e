"""Hierarchies: sums of series, and forecasts that add up to them.

Levels are `total`, one for each column of the hierarchy, outermost first and inside each other (`region`, `team` within its region),
and `series`. A series belongs where its last known row says; its whole history moves with it, so that a group's history is that of
those who are in it now.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pacesetter.core.forecasting.series.panels import Panel

Array = np.ndarray[Any, Any]
TOTAL, SERIES = "total", "series"
NOWHERE = "?"  # where a column says nothing


@dataclass(frozen=True)
class Level:
    """One level: its sums as a panel, and for each series of the lowest one its place among them, (n,)."""

    name: str
    panel: Panel
    place: Array


def levels_of(panel: Panel, names: Sequence[str]) -> list[Level]:
    """The levels of a panel from the whole to its series; without columns the series alone."""
    lowest = Level(SERIES, panel, np.arange(len(panel)))
    if not names:
        return [lowest]
    levels = [_level(TOTAL, panel, np.zeros(len(panel), dtype=np.int64), np.asarray([TOTAL], dtype=object))]
    words = np.full(len(panel), "", dtype=object)
    for name, codes, known in zip(names, panel.groups, panel.words, strict=True):
        words = words + ("/" if levels[1:] else "") + np.asarray([one or NOWHERE for one in known], dtype=object)[codes[:, -1]]
        ids, place = np.unique(words, return_inverse=True)
        levels.append(_level(name, panel, place, ids))
    return [*levels, lowest]


def _level(name: str, panel: Panel, place: Array, ids: Array) -> Level:
    y = sums(np.nan_to_num(panel.y), place, len(ids))
    y[sums(~np.isnan(panel.y), place, len(ids)) == 0] = np.nan
    size = np.bincount(place, minlength=len(ids))[:, None]
    drivers = {key: sums(one, place, len(ids)) / size for key, one in panel.drivers.items()}
    return Level(name, replace(panel, ids=ids, y=y, groups=(), words=(), drivers=drivers), place)


def sums(values: Array, place: Array, count: int) -> Array:
    """Sums (count, t) of the rows (n, t) that stand at each place."""
    out = np.zeros((count, values.shape[1]))
    np.add.at(out, place, values)
    return out


def reconcile(levels: Sequence[Level], said: Sequence[Array], spread: Sequence[Array], never_negative: Array) -> list[Array]:
    """What was said of each level, (its nodes, horizon), changed as little as their errors' standard deviations say until it adds up.

    Least squares weighted by variance (Wickramasuriya, Athanasopoulos & Hyndman 2019, WLS_v): with C the sums, V and W the variances
    of sums and series, the series become b + W C'(V + C W C')⁻¹(a - C b). Of series that never were negative none becomes so, and
    sums are then taken anew, so that they add up exactly.
    """
    above = levels[:-1]
    if not above:
        return list(said)
    lowest = said[-1]
    share = spread[-1] ** 2
    place = np.concatenate([np.zeros((0, len(lowest)), dtype=np.int64), *[one.place[None] for one in above]])
    offset = np.cumsum([0, *[len(one.panel) for one in above]])
    c = np.zeros((offset[-1], len(lowest)))
    for number, row in enumerate(place):
        c[row + offset[number], np.arange(len(lowest))] = 1
    v = np.concatenate([one**2 for one in spread[:-1]])
    gap = np.concatenate(said[:-1]) - c @ lowest
    lowest = lowest + (share[:, None] * c.T) @ np.linalg.lstsq(np.diag(v) + (c * share) @ c.T, gap, rcond=None)[0]
    lowest = np.where(never_negative[:, None], np.maximum(lowest, 0), lowest)
    return [*[sums(lowest, one.place, len(one.panel)) for one in above], lowest]
