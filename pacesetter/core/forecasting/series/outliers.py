"""Outliers of series: single values unlike all around them, of which no other season knows."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
AROUND, FAR = 3, 10.0


def calmed(y: Array, season: int) -> Array:
    """The rows (n, t) that models learn from: an outlier is replaced by the median of the seven values around it.

    An outlier lies more than ten robust deviations (1.4826 times the median absolute deviation) from that median and more
    than the median itself, alone: two in a row are a new level. Its season must be known from another year and be unlike it: what comes every year is no outlier, and a
    first Christmas may be one that comes every year. Where three in ten values are zero nothing is one: such series are made of peaks.
    """
    if y.shape[1] < 2 * AROUND + 2:
        return y
    padded = np.pad(y, ((0, 0), (AROUND, AROUND)), constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * AROUND + 1, axis=1)
    known = ~np.isnan(y)
    middle = np.where(known, _median(windows), np.nan)
    away = y - middle
    spread = 1.4826 * _median(np.abs(away))[:, None]
    zeros = ((y == 0).sum(axis=1) >= 0.3 * known.sum(axis=1))[:, None]
    far = np.where((spread > 0) & ~zeros & known, np.sign(away) * (np.abs(away) > np.maximum(FAR * spread, np.abs(middle))), 0)
    beside = np.pad(far, ((0, 0), (1, 1)))
    alone = (far != 0) & (beside[:, :-2] != far) & (beside[:, 2:] != far)
    return np.where(alone & _unlike_its_season(away, season), middle, y)


def _unlike_its_season(away: Array, season: int) -> Array:
    """Whether another year knows this season, and was nowhere near half as far from its surroundings, one period more or less."""
    seen, like = np.zeros(away.shape, dtype=bool), np.zeros(away.shape, dtype=bool)
    for shift in (-season - 1, -season, -season + 1, season - 1, season, season + 1):
        other = np.full(away.shape, np.nan)
        if abs(shift) < away.shape[1]:
            into, of = (slice(shift, None), slice(None, -shift)) if shift > 0 else (slice(None, shift), slice(-shift, None))
            other[:, into] = away[:, of]
        seen |= ~np.isnan(other)
        like |= other * np.sign(away) > np.abs(away) / 2
    return seen & ~like


def _median(values: Array) -> Array:
    """The median along the last axis without what is not a number; where nothing is one, not a number."""
    ordered = np.sort(values, axis=-1)  # not a number comes last
    count = (~np.isnan(values)).sum(axis=-1)
    low = np.take_along_axis(ordered, (np.maximum(count - 1, 0) // 2)[..., None], axis=-1)[..., 0]
    high = np.take_along_axis(ordered, np.minimum(count // 2, values.shape[-1] - 1)[..., None], axis=-1)[..., 0]
    return np.where(count > 0, (low + high) / 2, np.nan)
