"""Tables of planning, one file per noun."""

from pacesetter.planning.models.calls import ForecastCall
from pacesetter.planning.models.forecasts import DealOutlook, ForecastReview, ForecastRow, ForecastRun
from pacesetter.planning.models.quotas import Quota

__all__ = ["DealOutlook", "ForecastCall", "ForecastReview", "ForecastRow", "ForecastRun", "Quota"]
