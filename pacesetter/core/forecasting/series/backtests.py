"""How far off forecasts of series would have been: from past days, with what was known then, against simple rules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pacesetter.core.errors import Refused, add_sentences
from pacesetter.core.forecasting import measures
from pacesetter.core.forecasting.series import forecasts, hierarchies, ladders, pasts
from pacesetter.core.forecasting.series.models import Run, here
from pacesetter.core.forecasting.series.panels import Panel
from pacesetter.core.forecasting.series.plans import Said
from pacesetter.core.labels import mark

add_sentences({"series_unasked": mark("{periods} periods are too few to ask for {horizon} from a past day: at least {needed} are needed.")})
Array = np.ndarray[Any, Any]
OURS = "pacesetter"
BASELINES = (ladders.BASELINE, "year_on_year", "theta")


@dataclass(frozen=True)
class Score:
    """A method on a level: WAPE, bias, MASE, RMSSE over all series, periods and days asked, and its WAPE over that of the seasonal naive forecast."""

    level: str
    method: str
    wape: float
    bias: float
    mase: float
    rmsse: float
    relative: float


@dataclass(frozen=True)
class Held:
    """How often actuals lay in our band of a level, and the mean scaled interval score of it."""

    level: str
    band: int
    coverage: float
    msis: float


@dataclass(frozen=True)
class Backtest:
    """The days asked, as how many periods were known, the models that were chosen on each by level, scores and bands.

    `independent` is how many of the windows do not overlap: that is the size of the sample.
    """

    horizon: int
    asked: tuple[int, ...]
    independent: int
    models: dict[str, list[str]]
    scores: list[Score]
    held: list[Held]


@dataclass(frozen=True)
class _Rows:
    """One level on all days asked: rows are series by day."""

    actual: Array
    said: dict[str, Array]
    scale: Array
    step: Array
    low: Array
    high: Array


def backtest(
    panel: Panel,
    horizon: int,
    *,
    origins: int = 4,
    every: int | None = None,
    levels: Sequence[int] = (80, 95),
    names: Sequence[str] = (),
    run: Run = here,
    step: Callable[[int, int], None] = lambda done, total: None,
) -> Backtest:
    """Ask from up to so many past days, `every` periods apart (the horizon), plan and all with what was known then.

    A series counts where both we and the baselines had an answer.
    """
    asked = _days(panel, horizon, origins, every or horizon)
    rows: dict[str, list[_Rows]] = {}
    models: dict[str, list[str]] = {}
    for number, at in enumerate(asked):
        known = panel.until(at)
        found = forecasts.forecast(known, horizon, levels=levels, names=names, run=run)
        for one in found.said:
            rows.setdefault(one.level.name, []).append(_rows(one, panel, found, run))
            models.setdefault(one.level.name, []).append(found.plan.rungs[one.level.name].model)
        step(number + 1, len(asked))
    together = {name: _joined(parts) for name, parts in rows.items()}
    scores = [score for name, one in together.items() for score in _scores(name, one)]
    held = [_held(name, one, place, level) for name, one in together.items() for place, level in enumerate(levels)]
    independent = 1 + (len(asked) - 1) * (every or horizon) // horizon
    return Backtest(horizon, asked, independent, models, scores, held)


def _days(panel: Panel, horizon: int, origins: int, every: int) -> tuple[int, ...]:
    """The latest days whose horizon is known whole, with a third of all periods before them; first the earliest."""
    needed = max(panel.periods // 3, 2 * pasts.FEWEST)
    found = [at for at in range(panel.periods - horizon, 0, -every) if at >= needed][:origins] if horizon > 0 else []
    if not found:
        raise Refused("series_unasked", periods=panel.periods, horizon=horizon, needed=horizon + 2 * pasts.FEWEST)
    return tuple(reversed(found))


def _rows(one: Said, panel: Panel, found: forecasts.Forecast, run: Run) -> _Rows:
    """What came, what we said, and what the baselines said of the sums as they were known then."""
    known = one.level.panel
    at, horizon = known.periods, found.plan.horizon
    actual = pasts.actual(panel, at, horizon)
    if found.plan.names:
        actual = hierarchies.sums(np.nan_to_num(actual), one.level.place, len(known))
    said = pasts.expected(known, horizon, BASELINES, run)
    rung = found.plan.rungs[one.level.name]
    low, high = rung.bands.around(one.mean, one.scale, known.never_negative)
    step = measures.step_scale(known.y)
    return _Rows(actual, {OURS: one.mean, **said}, one.scale, step, low, high)


def _joined(parts: list[_Rows]) -> _Rows:
    said = {key: np.concatenate([one.said[key] for one in parts]) for key in parts[0].said}
    actual, scale, step = (np.concatenate([getattr(one, name) for one in parts]) for name in ("actual", "scale", "step"))
    low, high = (np.concatenate([getattr(one, name) for one in parts], axis=1) for name in ("low", "high"))
    return _Rows(actual, said, scale, step, low, high)


def _scores(level: str, rows: _Rows) -> list[Score]:
    both = np.isfinite(rows.actual) & np.all([np.isfinite(said) for said in rows.said.values()], axis=0)
    scaled = both & np.isfinite(rows.scale)[:, None] & (np.nan_to_num(rows.step) > 0)[:, None]
    scale, step = (np.broadcast_to(one[:, None], both.shape)[scaled] for one in (rows.scale, rows.step))
    base = measures.wape(rows.actual[both], rows.said[ladders.BASELINE][both])
    found = []
    for method, said in rows.said.items():
        wape, bias = (measure(rows.actual[both], said[both]) for measure in (measures.wape, measures.bias))
        mase, rmsse = (
            measure(rows.actual[scaled], said[scaled], one) if scaled.any() else np.nan
            for measure, one in ((measures.mase, scale), (measures.rmsse, step))
        )
        found.append(Score(level, method, wape, bias, mase, rmsse, wape / max(base, measures.TINY)))
    return found


def _held(level: str, rows: _Rows, place: int, band: int) -> Held:
    low, high = rows.low[place], rows.high[place]
    there = np.isfinite(rows.actual) & np.isfinite(low) & np.isfinite(high)
    if not there.any():
        return Held(level, band, np.nan, np.nan)
    scale = np.broadcast_to(rows.scale[:, None], there.shape)[there]
    actual, low, high = rows.actual[there], low[there], high[there]
    return Held(level, band, measures.coverage(actual, low, high), measures.msis(actual, low, high, scale, band / 100))
