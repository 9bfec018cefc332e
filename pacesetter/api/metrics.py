"""Metrics: what a number is, its trend, and the records behind it."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import Query as Param
from ninja import Router, Schema

from pacesetter.analytics import numbers, targets
from pacesetter.api.auth import actor_of
from pacesetter.base import find
from pacesetter.base.models import User
from pacesetter.core.errors import Invalid
from pacesetter.core.metrics import METRICS

router = Router()


class Asked(Schema):
    """Period, condition and moment of a number; `variant` and `by` may be repeated."""

    period: str = "this_quarter"
    by: list[str] = []
    where: str = ""
    as_of: dt.date | None = None
    variant: list[str] = []
    compare: str = ""

    def arguments(self, request: HttpRequest) -> dict[str, Any]:
        return {
            "by": actor_of(request),
            "period": self.period,
            "where": self.where or None,
            "as_of": self.as_of,
            "variants": dict(text.partition("=")[::2] for text in self.variant),
        }


class TargetIn(Schema):
    since: dt.date
    until: dt.date
    value: str
    owner: int | None = None


def shown(cell: Any) -> dict[str, Any]:
    """A cell as JSON: shares are fractions, money is in major units."""
    keys = ("value", "num", "den", "n", "says", "unit", "currency", "as_of", "made_at", "since", "until", "beside", "target")
    by = {name: {"key": value, "label": numbers.labels(name, [value]).get(value, value)} for name, value in cell.key.items()}
    row = {"by": by, "left_out": cell.out, "left_out_reasons": cell.left_out} | {key: _json(getattr(cell, key)) for key in keys}
    return row | {"previous": shown(cell.previous) if cell.previous else None, "change": _json(cell.change)}


def _json(value: Any) -> Any:
    """Decimals as JSON numbers."""
    if isinstance(value, dict):
        return {key: _json(inner) for key, inner in value.items()}
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


@router.get("/metrics", response=list[dict[str, Any]], summary="Every metric with its question, unit and variants")
def catalogue(request: HttpRequest) -> Any:
    return [
        {
            "key": m.key,
            "label": m.label,
            "question": m.question,
            "unit": m.unit,
            "variants": m.variants,
            "higher_is_better": m.higher_is_better,
        }
        for m in METRICS.values()
    ]


@router.get("/metrics/{key}", response=list[dict[str, Any]], summary="What the number is: one row, or one per combination of `by`")
def measure(request: HttpRequest, key: str, asked: Asked = Param(...)) -> Any:
    if asked.compare not in ("", "same_day", "full"):
        raise Invalid("unknown_choice", field="compare", value=asked.compare, known="same_day, full")
    arguments = asked.arguments(request)
    return [shown(cell) for cell in numbers.measure(key, dims=asked.by, compare=asked.compare or None, **arguments)]  # type: ignore[arg-type]


@router.get("/metrics/{key}/trend", response=list[dict[str, Any]], summary="The last months, quarters or years up to the period's end")
def trend(request: HttpRequest, key: str, asked: Asked = Param(...), grain: str = "month", count: int = 12) -> Any:
    if grain not in ("month", "quarter", "year"):
        raise Invalid("unknown_choice", field="grain", value=grain, known="month, quarter, year")
    arguments = asked.arguments(request)
    arguments.pop("as_of")
    return [shown(cell) for cell in numbers.trend(key, grain=grain, count=max(1, min(count, 60)), **arguments)]  # type: ignore[arg-type]


@router.get("/metrics/{key}/records", response=list[dict[str, Any]], summary="The records behind the number; with `reason` those left out")
def records(request: HttpRequest, key: str, asked: Asked = Param(...), reason: str | None = None) -> Any:
    found = numbers.records(key, reason=reason, **asked.arguments(request))
    return [
        {"noun": r.noun, "id": r.id, "on": r.on, "owner": r.owner, "num": _json(r.num), "den": _json(r.den), "reason": r.reason}
        for r in found
    ]


@router.put("/metrics/{key}/target", response=dict[str, Any], summary="Set what the metric should reach")
def set_target(request: HttpRequest, key: str, body: TargetIn) -> Any:
    owner = find.one(User, body.owner) if body.owner else None
    target = targets.set_target(METRICS[key].key, since=body.since, until=body.until, value=body.value, owner=owner, by=actor_of(request))
    return {"metric": key, "since": target.since, "until": target.until, "value": target.value}
