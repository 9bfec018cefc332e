"""Ladders: which models a level of series may use, what it uses at first, and which one its past speaks for."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pacesetter.core.forecasting import measures
from pacesetter.core.forecasting.series.panels import Panel
from pacesetter.core.forecasting.series.pasts import Past

Array = np.ndarray[Any, Any]
BASELINE = "seasonal_naive"
ZEROS = 0.3  # share of zeros from which series are intermittent
SHORT = {"W": 3}  # seasons below which one cannot be learned from levels; of other frequencies two
MANY = 1_000  # series beyond which the cheap mixture is used
OFTEN = 0.9  # of what the most talkative model answers, a model must answer to be compared
BETTER = 0.95  # what is used stays until another one's error is below this share of its own


def rungs(panel: Panel) -> tuple[str, ...]:
    """The models for these series, first the one that is used unless another is better."""
    if zeros(panel) >= ZEROS:
        return ("tsb", "croston", "imapa", BASELINE, "theta")
    seasons = float(np.median(panel.known)) / panel.calendar.season
    if seasons < 1:
        return ("theta", "ets", BASELINE)
    if seasons < SHORT.get(panel.calendar.freq, 2):
        return ("short", "short4", "year_on_year", BASELINE)
    if len(panel) > MANY:
        return ("cheap2", "theta", "year_on_year", BASELINE)
    return ("mix4", "cheap2", "theta", "ets", "mfles", "year_on_year", BASELINE)


def zeros(panel: Panel) -> float:
    """The share of known periods in which nothing was."""
    return float((panel.y == 0).sum() / max(int(panel.known.sum()), 1))


def scores(past: Past, intermittent: bool) -> dict[str, float]:
    """The error of each model, on what all of them answered: WAPE, of intermittent series RMSSE. One that often has no answer has no score."""
    there = np.isfinite(past.actual) & (np.nan_to_num(past.step) > 0)[:, None]
    told = {key: there & np.isfinite(said) for key, said in past.said.items()}
    most = max((int(one.sum()) for one in told.values()), default=0)
    kept = [key for key, one in told.items() if one.sum() >= OFTEN * most > 0]
    if not kept:
        return {}
    both = np.all([told[key] for key in kept], axis=0)
    actual, step = past.actual[both], np.broadcast_to(past.step[:, None], both.shape)[both]
    if intermittent:
        return {key: measures.rmsse(actual, past.said[key][both], step) for key in kept}
    return {key: measures.wape(actual, past.said[key][both]) for key in kept}


def choose(keys: Sequence[str], scored: Mapping[str, float], incumbent: str | None = None) -> str:
    """What is used: the incumbent (else the first of the ladder), unless another one is better by more than a twentieth."""
    used = incumbent if incumbent and incumbent in keys else keys[0]
    best = min(scored, key=lambda key: scored[key], default=used)
    return best if used not in scored or scored[best] < BETTER * scored[used] else used
