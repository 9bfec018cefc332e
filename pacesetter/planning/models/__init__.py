"""Tables of planning, one file per noun."""

from pacesetter.planning.models.calls import ForecastCall
from pacesetter.planning.models.forecasts import DealOutlook, ForecastRow, ForecastRun
from pacesetter.planning.models.quotas import Quota

__all__ = ["DealOutlook", "ForecastCall", "ForecastRow", "ForecastRun", "Quota"]
