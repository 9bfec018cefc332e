"""Forecasts of series: what comes next, with bands, as a long table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from pacesetter.core.errors import Refused, add_sentences
from pacesetter.core.forecasting.series import plans
from pacesetter.core.forecasting.series.models import Run, here
from pacesetter.core.forecasting.series.panels import Panel
from pacesetter.core.forecasting.series.pasts import FEWEST
from pacesetter.core.forecasting.series.plans import Plan, Said
from pacesetter.core.labels import mark

add_sentences(
    {
        "series_thin": mark("No series has three periods that are known: there is nothing to forecast from."),
        "series_far": mark("{horizon} periods ahead is no horizon that can be forecast: at least one, at most {limit}."),
    }
)
Array = np.ndarray[Any, Any]
FARTHEST = 1_000


@dataclass(frozen=True)
class Forecast:
    """A plan, what it says of each level, and the series of which too little is known to say anything."""

    panel: Panel
    plan: Plan
    said: list[Said]
    refused: list[str]

    def table(self) -> pa.Table:
        """unique_id, (level,) ds, mean, lo-80, hi-80, …, model: a row for each series and period; a band that cannot be told is null."""
        return pa.concat_tables([self._rows(one) for one in self.said])

    def _rows(self, one: Said) -> pa.Table:
        panel, horizon = one.level.panel, self.plan.horizon
        told = np.flatnonzero(np.isfinite(one.mean).all(axis=1))
        columns = {"unique_id": pa.array(np.repeat(panel.ids[told], horizon), pa.string())}
        if self.plan.names:
            columns["level"] = pa.array([one.level.name] * len(told) * horizon, pa.string())
        columns["ds"] = pa.array(np.tile(panel.dates_ahead(horizon), len(told)))
        columns["mean"] = pa.array(one.mean[told].ravel())
        rung = self.plan.rungs[one.level.name]
        lows, highs = rung.bands.around(one.mean[told], one.scale[told], panel.never_negative[told])
        for level, low, high in zip(rung.bands.levels, lows, highs, strict=True):
            columns |= {f"lo-{level}": pa.array(low.ravel(), from_pandas=True), f"hi-{level}": pa.array(high.ravel(), from_pandas=True)}
        columns["model"] = pa.array(np.repeat(one.model[told], horizon), pa.string())
        return pa.table(columns)


def forecast(
    panel: Panel,
    horizon: int,
    *,
    levels: Sequence[int] = (80, 95),
    names: Sequence[str] = (),
    incumbents: Mapping[str, str] | None = None,
    plan: Plan | None = None,
    run: Run = here,
) -> Forecast:
    """What the next `horizon` periods bring, by a plan that is learned here unless one is given.

    With a plan, any part of the series (any whole branches of a hierarchy) gets the rows that the whole would get, where the
    plan's models are local; the boosters learn from the series that they are given.
    """
    if not 0 < horizon <= FARTHEST:
        raise Refused("series_far", horizon=horizon, limit=FARTHEST)
    thin = panel.known < FEWEST
    if thin.all():
        raise Refused("series_thin")
    plan = plan or plans.learn(panel, horizon, levels=levels, names=names, incumbents=incumbents, run=run)
    refused = [] if plan.names else [str(one) for one in panel.ids[thin]]
    return Forecast(panel, plan, plans.said(plan, panel, run), refused)
