"""Which model speaks of open deals: rungs from a bare rate per stage to boosted trees, each held to what it did on past days.

| rung | from | what it says |
|---|---|---|
| base | 10 closed deals | hazards by stage |
| stage_age | 50 closed, 10 won | hazards by stage and time in it |
| logistic | the same | the mean of those and of a logistic regression over all features |
| boosting | 400 closed | the mean of that and of boosted trees |

From `logistic` on, a rung speaks only where it was better than the one that stood below it, by Brier score and by log-loss, on
deals that were open on past days, with what was known then. The choice is made on every 28th day and stands for the days after.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pacesetter.core.forecasting import hazards, learned, samples, seasons
from pacesetter.core.forecasting.features import Norms, Reader, norms
from pacesetter.core.forecasting.histories import Array, Histories
from pacesetter.core.forecasting.seasons import Season
from pacesetter.core.scoring import measures

CLOSED, WON, MANY = 50, 10, 400
LEARNED = ("logistic", "boosting")
TRIALS = 3  # past days that rungs are tried on, half a horizon apart
AHEAD = 28  # periods, about two median cycles: rungs are tried no further ahead than that
ENOUGH = 50  # deals that must have been open on those days, ten of them won
BINS = 8  # of deals by chance: with some sixty in each a share is told to about six points
STANDS = 28  # days that a choice stands: making it costs several times what learning does


@dataclass(frozen=True)
class Tried:
    """How good a rung was on the past days."""

    rung: str
    brier: float
    log_loss: float


@dataclass(frozen=True)
class Choice:
    """The rung that speaks, and why: "few_closed", "few_tried", "not_better" (the next rung was not), "better" (than all below), or
    "not_loaded" (the library of the next one). `tried` in the order of the ladder, on `deals` deals over `days` past days; `bins` are
    those deals in order of the chance that the rung gave them, in parts of equal size: (mean chance, share won, deals)."""

    rung: str
    why: str
    tried: tuple[Tried, ...] = ()
    deals: int = 0
    days: int = 0
    bins: tuple[tuple[float, float, int], ...] = ()


@dataclass(frozen=True)
class Learned:
    """Learned models that speak beside the table, each with its share; the rest is the table's."""

    norms: Norms
    ends: Array
    models: tuple[tuple[float, learned.Model], ...]

    def mixed(
        self, known: Histories, deals: Array, t: float, tables: Mapping[float, tuple[Array, Array]]
    ) -> dict[float, tuple[Array, Array]]:
        """Chances to be won and lost, (deals,), by the number of days within which, from the table's."""
        x = Reader(known, self.norms).at(deals, t)
        left = 1 - sum(share for share, _ in self.models)
        paths = [(share, learned.incidence(model, x, len(self.ends))) for share, model in self.models]
        return {
            days: tuple(  # type: ignore[misc]
                sum((share * _within(path[end], self.ends, days) for share, path in paths), left * table[end]) for end in (0, 1)
            )
            for days, table in tables.items()
        }

    def contributions(self, x: Array) -> Array:
        """What each feature adds to the log-odds of winning in the middle of the horizon, (deals, NAMES), by the models alone."""
        rows = np.column_stack([x, np.full(len(x), len(self.ends) // 2)])
        return sum((share * model.contributions(rows) for share, model in self.models), np.zeros(x.shape))


def _within(path: Array, ends: Array, days: float) -> Array:
    """Each deal's path (deals, periods) at so many days, straight between the ends of periods."""
    at = np.concatenate([[0.0], ends])
    high = int(np.clip(np.searchsorted(at, days), 1, len(ends)))
    part = np.clip((days - at[high - 1]) / (at[high] - at[high - 1]), 0.0, 1.0)
    before = path[:, high - 2] if high > 1 else np.zeros(len(path))
    return np.asarray(before + part * (path[:, high - 1] - before))


def learn(known: Histories, t: float, horizon: float, step: float, rung: str) -> Learned | None:
    """Fit what a rung adds to the table; nothing below `logistic`. Raises ImportError or OSError where its library cannot be loaded."""
    if rung not in LEARNED:
        return None
    usual = norms(known)
    sample = samples.person_periods(Reader(known, usual), t, horizon, step)
    if len(np.unique(sample.y)) < 2:
        return None
    models: list[tuple[float, learned.Model]] = [(0.5, learned.Logistic.fit(sample))]
    if rung == "boosting":
        models = [(0.25, models[0][1]), (0.5, learned.Boosted.fit(sample))]
    return Learned(usual, samples.bounds(horizon, step), tuple(models))


def chances(
    histories: Histories, deals: Array, t: float, ends: Sequence[float], models: tuple[Season, hazards.Hazards, Learned | None]
) -> dict[float, tuple[Array, Array]]:
    """Chances to be won and lost, (deals,), by the number of days after `t` within which, by the table and what speaks beside it.

    Wins come at the pace of the season, losses at their own.
    """
    season, table, learned = models
    paced = {end: float(season.days(t, end)) for end in ends}
    rows = table.rows_at(histories, deals, t)
    told = {days: table.within(rows, days) for days in {*ends, *paced.values()}}
    if learned:
        told = learned.mixed(histories, deals, t, told)
    return {end: (told[paced[end]][0], np.minimum(told[end][1], 1 - told[paced[end]][0])) for end in ends}


def block(t: float) -> int:
    """The stretch of days over which one choice stands."""
    return int(t // STANDS)


def choose(histories: Histories, t: float, horizon: float) -> Choice:
    """Climb as far as the past carries, from what was known when the stretch of days that `t` is in began."""
    t = float(block(t) * STANDS)
    known = histories.as_of(t)
    step = hazards.step_of(known, t)
    closed, won = int((known.ended <= t).sum()), int((known.won & (known.ended <= t)).sum())
    if closed < CLOSED or won < WON:
        return Choice("base", "few_closed")
    rungs = ("stage_age", *LEARNED[: 2 if closed > MANY else 1])
    trials = list(_trials(known, t, min(horizon, AHEAD * step), step, rungs))
    came = np.concatenate([one.came for one in trials]) if trials else np.empty(0)
    if len(came) < ENOUGH or not WON <= came.sum() <= len(came) - WON:
        return Choice("stage_age", "few_tried", deals=len(came), days=len(trials))
    said = {rung: np.concatenate([one.said[rung] for one in trials]) for rung in rungs if all(rung in one.said for one in trials)}
    tried = tuple(Tried(rung, measures.brier(p, came), measures.log_loss(p, came)) for rung, p in said.items())
    best = tried[0]
    for one in tried[1:]:
        best = one if one.brier < best.brier and one.log_loss < best.log_loss else best
    why = "better" if best.rung == rungs[-1] else "not_better" if len(said) == len(rungs) else "not_loaded"
    bins = tuple((one.said, one.came, one.rows) for one in measures.bins(said[best.rung], came, BINS))
    return Choice(best.rung, why, tried, len(came), len(trials), bins)


@dataclass(frozen=True)
class _Trial:
    """What each rung would have said on a past day of the deals that were open, and which of them were won."""

    said: dict[str, Array]
    came: Array


def _trials(known: Histories, t: float, ahead: float, step: float, rungs: Sequence[str]) -> Iterator[_Trial]:
    for number in range(TRIALS):
        s = t - ahead * (1 + number / 2)
        then = known.as_of(s)
        if int(np.isfinite(then.ended).sum()) < CLOSED or not then.won.any():
            return
        deals, season = then.open_at(s), seasons.learn(then, s)
        reach = season.longest(ahead)
        table = hazards.fit(then, s, reach, step)
        said = {}
        for rung in rungs:
            with contextlib.suppress(ImportError, OSError):
                said[rung] = chances(then, deals, s, [ahead], (season, table, learn(then, s, reach, step, rung)))[ahead][0]
        later = np.flatnonzero(known.created <= s)[deals]
        yield _Trial(said, (known.won[later] & (known.ended[later] <= s + ahead)).astype(float))
