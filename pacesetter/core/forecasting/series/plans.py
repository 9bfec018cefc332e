"""Plans: what the past says about how to forecast: a model and bands for each level.

A plan is a small plain value: made once of a whole panel, it forecasts any part of its series, in any process.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pacesetter.core.forecasting.series import bands, drivers, hierarchies, ladders, pasts
from pacesetter.core.forecasting.series.bands import Bands
from pacesetter.core.forecasting.series.hierarchies import Level
from pacesetter.core.forecasting.series.models import Run, here
from pacesetter.core.forecasting.series.panels import Panel

Array = np.ndarray[Any, Any]
ORIGINS = 4  # past days that are asked
SAMPLE = 200  # series of a level that models are compared on, evenly taken


@dataclass(frozen=True)
class Rung:
    """A level's model, the errors of those it was compared with (WAPE, of intermittent series RMSSE), its root mean square error in
    units of a series' scale, its bands, and the drivers that earned their place."""

    model: str
    scores: Mapping[str, float]
    error: float
    bands: Bands
    drivers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """How to forecast `horizon` periods: a rung by level; `origins` are how many periods were known on each past day that was asked."""

    horizon: int
    names: tuple[str, ...]
    origins: tuple[int, ...]
    rungs: Mapping[str, Rung]


@dataclass(frozen=True)
class Said:
    """Of one level: means (n, horizon), what each series was forecast by, and the scale of its errors (n,)."""

    level: Level
    mean: Array
    model: Array
    scale: Array


def learn(
    panel: Panel,
    horizon: int,
    *,
    levels: Sequence[int] = (80, 95),
    names: Sequence[str] = (),
    incumbents: Mapping[str, str] | None = None,
    run: Run = here,
) -> Plan:
    """A plan for a panel, whose hierarchy has the columns `names`; `incumbents` are the models that levels used until now."""
    asked = origins_of(panel, horizon)
    rungs = {}
    for level in hierarchies.levels_of(panel, names):
        keys = ladders.rungs(level.panel)
        sample = _sampled(level.panel)
        driven = drivers.earned(sample, horizon, asked, keys[0], run)
        past = pasts.ask(sample.driven_by(driven), horizon, asked, keys, run)
        scored = ladders.scores(past, ladders.zeros(level.panel) >= ladders.ZEROS)
        model = ladders.choose(keys, scored, (incumbents or {}).get(level.name))
        errors = past.errors(model)
        rungs[level.name] = Rung(model, scored, _root_mean_square(errors), bands.learn(errors, levels, horizon), driven)
    plan = Plan(horizon, tuple(names), asked, rungs)
    return replace(plan, rungs=_rebanded(plan, panel, levels, run)) if names else plan


def origins_of(panel: Panel, horizon: int, count: int = ORIGINS) -> tuple[int, ...]:
    """Past days to ask, as how many periods were known, latest first, the earliest of them so far back that it is checked whole.

    Later ones are checked in part: what was learned then is nearest to what is learned now. Before the first there are two
    seasons, or half of all periods; of a horizon too far for that a third of all periods is checked.
    """
    checked = min(horizon, max(panel.periods // 3, 1))
    apart = -(-checked // count)
    earliest = min(max(panel.periods // 2, 2 * panel.calendar.season), panel.periods - checked)
    found = [panel.periods - number * apart for number in range(1, count + 1)]
    return tuple(at for at in found if at >= max(earliest, pasts.FEWEST))


def said(plan: Plan, panel: Panel, run: Run = here) -> list[Said]:
    """What a plan says of every level of a panel; in a hierarchy it adds up."""
    found = [_said(plan, level, run) for level in hierarchies.levels_of(panel, plan.names)]
    if not plan.names:
        return found
    spread = [np.nan_to_num(one.scale) * plan.rungs[one.level.name].error for one in found]
    added = hierarchies.reconcile([one.level for one in found], [np.nan_to_num(one.mean) for one in found], spread, panel.never_negative)
    return [replace(one, mean=mean) for one, mean in zip(found, added, strict=True)]


def _said(plan: Plan, level: Level, run: Run) -> Said:
    """By the level's model; where that has no answer by the baseline, of a series of zeros zero, in a hierarchy of the thinnest their mean."""
    rung = plan.rungs[level.name]
    panel = level.panel.driven_by(rung.drivers)
    told = pasts.expected(panel, plan.horizon, (rung.model, ladders.BASELINE), run)
    mean, model = told[rung.model], np.full(len(panel), rung.model, dtype=object)
    for key, there, instead in (
        (ladders.BASELINE, np.asarray(np.isnan(mean).any(axis=1)), told[ladders.BASELINE]),
        ("zeros", np.asarray((np.nan_to_num(panel.y) == 0).all(axis=1)), np.zeros_like(mean)),
        ("mean", np.asarray((panel.known < pasts.FEWEST) & bool(plan.names)), _means(panel)),
    ):
        mean = np.where(there[:, None], instead, mean)
        model[there] = key
    return Said(level, mean, model, bands.scales(pasts.calm(panel).y, panel.calendar.season))


def _means(panel: Panel) -> Array:
    """Of each series, (n, 1), what is known of it on average."""
    return (np.nan_to_num(panel.y).sum(axis=1) / np.maximum(panel.known, 1))[:, None]


def _rebanded(plan: Plan, panel: Panel, levels: Sequence[int], run: Run) -> dict[str, Rung]:
    """The rungs with bands from the errors of what adds up, instead of those of each level by itself."""
    errors: dict[str, list[Array]] = {name: [] for name in plan.rungs}
    whole = hierarchies.levels_of(panel, plan.names)
    for at in plan.origins:
        for level, one in zip(whole, said(plan, _belonging_as_now(panel).until(at), run), strict=True):
            gone = one.mean - pasts.actual(level.panel, at, plan.horizon)
            errors[level.name].append(gone / one.scale[:, None])
    none = np.empty((0, plan.horizon))
    return {
        name: replace(rung, bands=bands.learn(np.concatenate([none, *errors[name]]), levels, plan.horizon))
        for name, rung in plan.rungs.items()
    }


def _belonging_as_now(panel: Panel) -> Panel:
    """The panel with every series always where it belongs now."""
    return replace(panel, groups=tuple(np.repeat(one[:, -1:], panel.periods, axis=1) for one in panel.groups))


def _sampled(panel: Panel) -> Panel:
    """At most so many of the series, evenly taken."""
    return panel if len(panel) <= SAMPLE else panel.rows(np.linspace(0, len(panel) - 1, SAMPLE).astype(np.int64))


def _root_mean_square(errors: Array) -> float:
    known = errors[np.isfinite(errors)]
    return float(np.sqrt(np.mean(known**2))) if len(known) else 1.0
