"""What planning gives to numbers: quotas, calls, and what the models said."""

from typing import Any

from pacesetter.base.warehouse import source
from pacesetter.planning.models import DEALS, ForecastCall, ForecastRow, Quota


@source("quotas", scope="user_id", after="quota")
def quotas() -> Any:
    return Quota.objects.all()


@source("calls", scope="user_id", after="forecast_call")
def calls() -> Any:
    """A call belongs to who submitted it: a manager's adjustment is not the seller's."""
    return ForecastCall.objects.own()


@source("forecast_rows", scope="user_id", noun="forecast_run", id="run__id", row_id="id", amount="mean", as_of="run__as_of")
def forecast_rows() -> Any:
    """Of the company and of people, by the method that stands for the quarter in which a run is made."""
    return ForecastRow.objects.filter(method=DEALS, team=None)
