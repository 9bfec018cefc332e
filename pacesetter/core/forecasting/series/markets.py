"""Markets: a series from outside that moves all series of a panel alike, some periods later, where it earned its place on past days.

The drivers of a panel speak through boosters, which need many series. A company has one total: here the logarithm of it is regressed on the
covariate, beside a trend and a season (regression with errors left to the models; Hyndman & Athanasopoulos 2021, §10). A forecast takes the
covariate's part out of every series, as prices are deflated, asks the models, and puts it in again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pacesetter.core.forecasting import measures
from pacesetter.core.forecasting.series import ladders, pasts
from pacesetter.core.forecasting.series.models import Run, here
from pacesetter.core.forecasting.series.panels import Panel

Array = np.ndarray[Any, Any]
LONGEST = 12  # periods later at most
FEWEST = 24  # periods with the covariate known below which nothing is learned
CLEAR = 3.0  # standard errors that an effect must be away from none: thirteen lags are tried
FLOOR = 0.05  # a period counts as at least so much of the mean one: none has a logarithm
HARMONICS = 2
DAYS = 12  # past period ends that are asked
JUDGED_BY = "theta"


@dataclass(frozen=True)
class Market:
    """Values of a covariate, one row for each time that one became known: the period's number in the panel's calendar, the value, the
    moment (days since 1970) at which it was known, and whether it is only expected."""

    name: str
    period: Array
    value: Array
    known: Array
    expected: Array


@dataclass(frozen=True)
class Effect:
    """What a market does: `elasticity` is the change of the driven logarithm for one of the covariate's, `lag` periods later."""

    lag: int
    elasticity: float


@dataclass(frozen=True)
class Tried:
    """A market that was tried: its effect as it is learned now (none where none is clear), the error (WAPE) over `days` past days without it and
    with it, and whether it earned its place."""

    name: str
    effect: Effect | None
    without: float
    beside: float
    days: int
    taken: bool = False


def path(market: Market, panel: Panel, horizon: int, day: float) -> Array:
    """The covariate as it is known at a moment, (LONGEST + t + horizon,), from so many periods before the panel's first on: of several
    values of a period the one that became known last, what came before what was expected. A period that is not known has the value
    before it; not a number before the first.

    Logarithms, or where a value is not above zero shares of the mean absolute one.
    """
    found = np.full(LONGEST + panel.periods + horizon, np.nan)
    at = market.period - panel.first + LONGEST
    there = (market.known <= day) & (at >= 0) & (at < len(found))
    for expected in (True, False):  # what came is written over what was expected
        rows = np.flatnonzero(there & (market.expected == expected))
        rows = rows[np.argsort(market.known[rows], kind="stable")]
        found[at[rows]] = market.value[rows]
    known = np.isfinite(found)
    if not known.any():
        return found
    last = np.maximum.accumulate(np.where(known, np.arange(len(found)), -1))
    held = np.where(last >= 0, found[last], np.nan)
    return np.log(held) if (found[known] > 0).all() else held / max(float(np.abs(found[known]).mean()), measures.TINY)


def learn(y: Array, moved: Array, season: int) -> Effect | None:
    """The clearest effect over all lags of a covariate's path on a series (t,); none where none is clear, or too little is known."""
    clearest, best = CLEAR, None
    for lag in range(LONGEST + 1):
        slope, error = _slope(y, _later(moved, lag)[: len(y)], season)
        if error > 0 and abs(slope) / error > clearest:
            clearest, best = abs(slope) / error, Effect(lag, slope)
    return best


def factors(effect: Effect, moved: Array, periods: int) -> Array:
    """What a covariate's path does to each period, (t + horizon,), as a factor on its level with the covariate as it stands in the last of
    the known `periods`. Before the covariate is known it stands still."""
    later = _later(moved, effect.lag)
    first = later[np.isfinite(later)][0]
    still = np.where(np.isfinite(later), later, first)
    return np.asarray(np.exp(effect.elasticity * (still - moved[LONGEST + periods - 1])))


def without(panel: Panel, factor: Array) -> Panel:
    """The panel with a market's part taken out."""
    return replace(panel, y=panel.y / factor[: panel.periods])


def tried(panel: Panel, markets: Sequence[Market], day: float, run: Run = here) -> list[Tried]:
    """What became of each market on the last twelve period ends of a panel of one series, half a season ahead, by the model that is in all
    mixtures: lag, effect and the covariate's own future as they were known then. Of those that were better by a twentieth, and not worse
    in either half of those days, the best is taken. The effects returned are those known at the moment `day`."""
    near = max(panel.calendar.season // 2, 1)
    origins = [at for at in range(panel.periods - 1, panel.periods - DAYS - 1, -1) if at >= FEWEST]
    plain = [_errors(panel, at, _said(panel.until(at), near, run)) for at in origins]
    found = []
    for market in markets:
        now = learn(panel.y[0], path(market, panel, 0, day), panel.calendar.season)
        beside = [_errors(panel, at, _asked(panel.until(at), market, near, run)) for at in origins] if now else []
        found.append(_judged(market.name, now, plain, beside))
    best = min((one for one in found if one.taken), key=lambda one: one.beside, default=None)
    return [replace(one, taken=one is best) for one in found]


def _judged(name: str, now: Effect | None, plain: Sequence[Array], beside: Sequence[Array]) -> Tried:
    if not beside:
        return Tried(name, now, np.nan, np.nan, 0)
    half = len(plain) // 2
    was, became = (sum(errors, np.zeros(2)) for errors in (plain, beside))
    steady = all(sum(beside[part], np.zeros(2))[0] <= sum(plain[part], np.zeros(2))[0] for part in (slice(half), slice(half, None)))
    size = max(float(was[1]), measures.TINY)
    better = bool(became[0] < ladders.BETTER * was[0])
    return Tried(name, now, float(was[0]) / size, float(became[0]) / size, len(plain), better and steady)


def _asked(known: Panel, market: Market, horizon: int, run: Run) -> Array:
    """What is said with a market, from what was known at the end of a panel."""
    moved = path(market, known, horizon, float(known.calendar.first_days(np.asarray([known.first + known.periods]))[0]))
    effect = learn(known.y[0], moved, known.calendar.season)
    if effect is None:
        return _said(known, horizon, run)
    factor = factors(effect, moved, known.periods)
    return _said(without(known, factor), horizon, run) * factor[known.periods :]


def _said(known: Panel, horizon: int, run: Run) -> Array:
    return pasts.expected(known, horizon, (JUDGED_BY,), run)[JUDGED_BY]


def _errors(panel: Panel, at: int, said: Array) -> Array:
    """Absolute error and size of what came, summed over the periods ahead that are known."""
    came = pasts.actual(panel, at, said.shape[1])
    there = np.isfinite(came) & np.isfinite(said)
    return np.asarray([np.abs(said - came)[there].sum(), np.abs(came)[there].sum()])


def _later(moved: Array, lag: int) -> Array:
    """What stood so many periods before each one, (t + horizon,)."""
    return moved[LONGEST - lag : len(moved) - lag]


def _slope(y: Array, x: Array, season: int) -> tuple[float, float]:
    """Slope and standard error of log y on x beside a line and a season; no error where periods are too few or x does not move."""
    there = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    level = float(np.abs(y[there]).mean()) if len(there) >= FEWEST else 0.0
    if not level or np.ptp(x[there]) == 0:
        return 0.0, 0.0
    turns = 2 * np.pi * np.outer(there, np.arange(1, HARMONICS + 1)) / season
    others = np.column_stack([np.ones(len(there)), there / len(y), np.sin(turns), np.cos(turns)])
    logs = np.log(np.maximum(y[there] / level, FLOOR))
    left, right = (one - others @ np.linalg.lstsq(others, one, rcond=None)[0] for one in (logs, x[there]))
    spread = float(right @ right)
    if spread < measures.TINY:
        return 0.0, 0.0
    slope = float(right @ left) / spread
    rest = left - slope * right
    freedom = len(there) - others.shape[1] - 1
    return slope, float(np.sqrt(rest @ rest / freedom / spread))
