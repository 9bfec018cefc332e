"""Market series: values of months that the company's bookings may follow."""

import datetime as dt
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status

from pacesetter.api.auth import actor_of
from pacesetter.planning import market, market_effects

router = Router()


class ValueIn(Schema):
    """A month by its first or last day; `path` is empty for what came, base, high or low for what is expected.

    `known_on` is by default the last day of the month, and for what is expected today.
    """

    series: str
    month: dt.date
    value: float
    unit: str = ""
    path: str = ""
    known_on: dt.date | None = None


@router.get(
    "/market-series", response=list[dict[str, Any]], summary="Market series with their values, and what the newest forecast took of them"
)
def listed(request: HttpRequest) -> Any:
    by = actor_of(request)
    market.may_see(by)
    tried = market_effects.newest() if by.level == "all" else {}
    return [{**one.plain(), "forecast": tried.get(one.series.pk)} for one in market.listed()]


@router.put("/market-series/values", response={204: None}, summary="State values of market series; a series that is not there yet is made")
def put(request: HttpRequest, body: list[ValueIn]) -> Any:
    market.put_many([one.dict() for one in body], by=actor_of(request))
    return Status(204, None)


@router.delete("/market-series/{int:pk}", response={204: None}, summary="Take a market series away with all its values")
def remove(request: HttpRequest, pk: int) -> Any:
    by = actor_of(request)
    by.require("target.set")
    market.remove(market.find(pk), by=by)
    return Status(204, None)
