"""What planning gives to numbers: quotas and calls."""

from typing import Any

from pacesetter.base.warehouse import source
from pacesetter.planning.models import ForecastCall, Quota


@source("quotas", scope="user_id", after="quota")
def quotas() -> Any:
    return Quota.objects.all()


@source("calls", scope="user_id", after="forecast_call")
def calls() -> Any:
    """A call belongs to who submitted it: a manager's adjustment is not the seller's."""
    return ForecastCall.objects.own()
