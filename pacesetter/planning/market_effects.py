"""What market series do to the company's bookings: which of them earned their place, and how far they move what series say.

The run's card keeps what was tried under "market", a plain value for each series.
"""

import datetime as dt
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pacesetter.core.forecasting.assumptions import Assumptions
from pacesetter.core.periods import add_months
from pacesetter.planning import forecasts, histories, market
from pacesetter.planning.models import ForecastRun, MarketSeries

if TYPE_CHECKING:
    from pacesetter.core.forecasting.series.forecasts import Forecast
    from pacesetter.core.forecasting.series.markets import Market, Tried
    from pacesetter.core.forecasting.series.panels import Panel

MOST = 20  # series that are tried in one run, by name: more would find something by luck
EPOCH = 1970


def moved(run: ForecastRun, panel: "Panel", found: "Forecast") -> dict[tuple[str, str, Any], float]:
    """What the months of the company and its teams bring with the market series that earned its place, by level, name and day; nothing
    where none did. Its effect is taken out of all series alike, so that they go on adding up, and put in again as its path says."""
    from pacesetter.core.forecasting.series import forecasts as of_series
    from pacesetter.core.forecasting.series import hierarchies, markets

    known = market.markets()[:MOST]
    if not known:
        return {}
    day = histories.end_of(run.as_of)
    (total, *_) = hierarchies.levels_of(panel, found.plan.names)
    tried = markets.tried(total.panel, known, day)
    names = dict(MarketSeries.objects.values_list("pk", "name"))
    run.card["market"] = [
        {"series": int(one.name), "name": names[int(one.name)]} | _kept(one, series, day) for one, series in zip(tried, known, strict=True)
    ]
    taken = next((at for at, one in enumerate(tried) if one.taken), None)
    if taken is None:
        return {}
    effect = tried[taken].effect
    assert effect
    factor = markets.factors(effect, markets.path(known[taken], panel, found.plan.horizon, day), panel.periods)
    said = of_series.forecast(markets.without(panel, factor), found.plan.horizon, levels=(80,), names=found.plan.names, plan=found.plan)
    ahead = dict(zip(panel.dates_ahead(found.plan.horizon).tolist(), factor[panel.periods :].tolist(), strict=True))
    return {(one["level"], one["unique_id"], one["ds"]): one["mean"] * ahead[one["ds"]] for one in said.table().to_pylist()}


def newest() -> dict[int, dict[str, Any]]:
    """What the newest run tried, by series; nothing of series that are gone."""
    run = forecasts.newest()
    there = set(MarketSeries.objects.values_list("pk", flat=True))
    return {one["series"]: one for one in (run.card.get("market", ()) if run else ()) if one["series"] in there}


@dataclass(frozen=True)
class Lever:
    """What a change of the market series that a run follows does: the run's figures of that series (none where it follows none), from which
    month's first day on bookings feel it, and the factor on what comes from then on."""

    tried: dict[str, Any] | None = None
    begins: dt.date | None = None
    factor: float = 1.0


def followed(run: ForecastRun) -> dict[str, Any] | None:
    """The figures of the series that a run follows."""
    return next((one for one in run.card.get("market", ()) if one["taken"]), None)


def lever(run: ForecastRun, assumed: Assumptions) -> Lever:
    """What an assumption on the market means on a run: known months cannot change, and bookings feel it `lag` months later."""
    tried = followed(run)
    if tried is None or assumed.market == 1 or not tried["known_until"]:
        return Lever(tried)
    unknown = add_months(dt.date.fromisoformat(tried["known_until"]), 1)
    since = max((assumed.market_since or unknown).replace(day=1), unknown)
    return Lever(tried, add_months(since, tried["effect"]["lag"]), times(tried, assumed.market))


def times(tried: dict[str, Any], factor: float) -> float:
    """What so many times the series does to bookings, as a factor. A series that was not above zero moves by shares of its usual size."""
    elasticity = tried["effect"]["elasticity"]
    return float(factor**elasticity if tried["logs"] else math.exp(elasticity * (factor - 1)))


def _kept(one: "Tried", series: "Market", day: float) -> dict[str, Any]:
    """As the run's card keeps it: shares rounded, and how far the series was known then."""
    came = series.period[(series.known <= day) & ~series.expected]
    expected = series.period[(series.known <= day) & series.expected]
    return {
        "effect": asdict(one.effect) if one.effect else None,
        "without": _share(one.without),
        "beside": _share(one.beside),
        "days": one.days,
        "logs": bool((series.value[series.known <= day] > 0).all()),
        "taken": one.taken,
        "known_until": _month(came),
        "expected_until": _month(expected[expected > came.max(initial=0)]),
    }


def _share(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None


def _month(numbers: Any) -> str | None:
    """The last of these months, by its first day."""
    if not len(numbers):
        return None
    last = int(np.max(numbers))
    return f"{EPOCH + last // 12}-{last % 12 + 1:02d}-01"
