"""Company settings, calendars, rates and company-made fields."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import Body, Router, Schema, Status

from pacesetter.api.auth import actor_of
from pacesetter.base import calendars, fields, find, rates, settings
from pacesetter.base.models import Calendar, CustomField, Rate, RateSet
from pacesetter.core.errors import NotFound
from pacesetter.core.money import RATE_SCALE

router = Router()


class CalendarIn(Schema):
    name: str
    time_zone: str = "UTC"
    country: str = ""
    region: str = ""
    hours: list[list[list[int]]] | None = None


class RateIn(Schema):
    """From `on`, one unit of `currency` is worth `rate` units of the company currency."""

    set: str = "plan"
    currency: str
    on: dt.date
    rate: Decimal


class FieldIn(Schema):
    noun: str
    label: dict[str, str]
    type: str
    choices: list[dict[str, Any]] = []
    required: bool = False


@router.get("/settings", response=dict[str, Any], summary="Company settings")
def all_settings(request: HttpRequest) -> Any:
    return settings.many(*settings.SETTINGS)


@router.patch("/settings", response=dict[str, Any], summary="Change company settings")
def put_settings(request: HttpRequest, body: dict[str, Any] = Body(...)) -> Any:
    for key, value in body.items():
        settings.put(key, value, by=actor_of(request))
    return settings.many(*settings.SETTINGS)


def _calendar(row: Calendar) -> dict[str, Any]:
    return {key: getattr(row, key) for key in ("id", "name", "time_zone", "country", "region", "hours")}


@router.get("/calendars", response=list[dict[str, Any]], summary="Working hours and where holidays come from")
def all_calendars(request: HttpRequest) -> Any:
    return [_calendar(row) for row in find.every(Calendar)]


@router.post("/calendars", response={201: dict[str, Any]}, summary="Make a calendar")
def create_calendar(request: HttpRequest, body: CalendarIn) -> Any:
    return Status(201, _calendar(calendars.create(by=actor_of(request), **body.dict())))


@router.post("/calendars/{int:pk}/holidays/{int:year}", response=dict[str, int], summary="Add the public holidays of a year")
def fill(request: HttpRequest, pk: int, year: int) -> Any:
    return {"added": calendars.fill_holidays(find.one(Calendar, pk), years=[year], by=actor_of(request))}


def _rate(row: Rate) -> dict[str, Any]:
    return {"id": row.pk, "set": row.rate_set.key, "currency": row.currency, "on": row.on, "rate": row.scaled / RATE_SCALE}


@router.get("/rates", response=list[dict[str, Any]], summary="Exchange rates into the company currency")
def all_rates(request: HttpRequest) -> Any:
    return [_rate(row) for row in find.every(Rate).select_related("rate_set")]


@router.post("/rates", response={201: dict[str, Any]}, summary="State a rate")
def put_rate(request: HttpRequest, body: RateIn) -> Any:
    rate_set = find.every(RateSet, key=body.set).first()
    if rate_set is None:
        raise NotFound("not_found", noun="rate set", id=body.set)
    return Status(201, _rate(rates.put(rate_set, currency=body.currency, on=body.on, rate=body.rate, by=actor_of(request))))


@router.delete("/rates/{int:pk}", response={204: None}, summary="Take a rate away")
def remove_rate(request: HttpRequest, pk: int) -> Any:
    rates.remove(find.one(Rate, pk), by=actor_of(request))
    return Status(204, None)


@router.get("/fields/{noun}", response=list[dict[str, Any]], summary="The fields of a noun, the company's own included")
def all_fields(request: HttpRequest, noun: str) -> Any:
    return [
        {
            "key": f.key,
            "label": f.label,
            "type": f.type,
            "editable": f.editable,
            "required": f.required,
            "choices": dict(f.choices),
            "option": f.option,
            "custom": f.is_custom,
        }
        for f in fields.of(noun).values()
    ]


def _made(row: CustomField) -> dict[str, Any]:
    return {key: getattr(row, key) for key in ("id", "noun", "key", "label", "type", "choices", "required", "archived_on")}


@router.post("/fields", response={201: dict[str, Any]}, summary="Make a company field")
def create_field(request: HttpRequest, body: FieldIn) -> Any:
    made = fields.create(body.noun, label=body.label, type=body.type, choices=body.choices, required=body.required, by=actor_of(request))
    return Status(201, _made(made))


@router.patch("/fields/{int:pk}", response=dict[str, Any], summary="Change a company field's label, choices or archive date")
def edit_field(request: HttpRequest, pk: int, body: dict[str, Any] = Body(...)) -> Any:
    return _made(fields.edit(find.one(CustomField, pk), by=actor_of(request), **body))
