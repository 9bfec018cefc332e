"""Tables of planning, one file per noun."""

from pacesetter.planning.models.calls import ForecastCall
from pacesetter.planning.models.forecasts import COMBINED, DEALS, SERIES, STANDING, DealOutlook, ForecastReview, ForecastRow, ForecastRun
from pacesetter.planning.models.market import MarketSeries, MarketValue
from pacesetter.planning.models.quotas import Quota
from pacesetter.planning.models.scenarios import ExpectedPart, Scenario
from pacesetter.planning.models.territories import AccountValue, PlanAccount, PlanTerritory, TerritoryPlan
from pacesetter.planning.models.warnings import EarlyWarning, StandingWarning, WarningOutcome, WarningReview

__all__ = [
    "COMBINED",
    "DEALS",
    "SERIES",
    "STANDING",
    "AccountValue",
    "DealOutlook",
    "EarlyWarning",
    "ExpectedPart",
    "ForecastCall",
    "ForecastReview",
    "ForecastRow",
    "ForecastRun",
    "MarketSeries",
    "MarketValue",
    "PlanAccount",
    "PlanTerritory",
    "Quota",
    "Scenario",
    "StandingWarning",
    "TerritoryPlan",
    "WarningOutcome",
    "WarningReview",
]
