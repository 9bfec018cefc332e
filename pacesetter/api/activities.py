"""Activities: what was done and said, and tasks."""

import datetime as dt
from typing import Any

from django.http import HttpRequest
from ninja import Body, Router, Schema, Status
from ninja import Query as Param

from pacesetter.api.auth import actor_of
from pacesetter.api.records import Asked, counted, one
from pacesetter.api.shapes import outgoing, show
from pacesetter.base import fields
from pacesetter.base.listings import LISTINGS, View
from pacesetter.crm import activities
from pacesetter.crm.models import Activity

router = Router()
ActivityOut = outgoing("activity")


class ActivityIn(Schema):
    """A call, email, meeting, task or note about at least one record."""

    kind: str
    subject: str = ""
    body: str = ""
    account: int | None = None
    contact: int | None = None
    lead: int | None = None
    deal: int | None = None
    inbound: bool = False
    happened_at: dt.datetime | None = None
    due_on: dt.date | None = None
    minutes: int | None = None


class ActivityPage(Schema):
    rows: list[ActivityOut]  # type: ignore[valid-type]
    next: str | None
    count: int
    more: bool
    counted_at: dt.datetime | None


def _shown(activity: Activity) -> dict[str, Any]:
    return show(activity, fields.of("activity"))


@router.get("/activities", response=ActivityPage, summary="List activities")
def listed(request: HttpRequest, asked: Asked = Param(...)) -> Any:
    view = View(LISTINGS["activity"], asked.query(), actor_of(request))
    page = view.page()
    return {"rows": [_shown(row) for row in page.rows], "next": page.next, **counted(view)}


@router.post("/activities", response={201: ActivityOut}, summary="Log an activity, or plan a task")
def log(request: HttpRequest, body: ActivityIn) -> Any:
    by = actor_of(request)
    values = {key: value for key, value in body.dict(exclude_unset=True).items() if value is not None}
    for noun in activities.ABOUT:
        if noun in values:
            values[noun] = one(noun, values[noun], by).pk
    return Status(201, _shown(activities.log(by=by, **values)))


@router.get("/activities/{int:pk}", response=ActivityOut, summary="Read an activity")
def read(request: HttpRequest, pk: int) -> Any:
    return _shown(one("activity", pk, actor_of(request)))


@router.patch("/activities/{int:pk}", response=ActivityOut, summary="Correct an activity or move a task")
def edit(request: HttpRequest, pk: int, body: dict[str, Any] = Body(...)) -> Any:
    by = actor_of(request)
    return _shown(activities.edit(one("activity", pk, by), by=by, **body))


@router.post("/activities/{int:pk}/completion", response=ActivityOut, summary="Tick a task off")
def complete(request: HttpRequest, pk: int) -> Any:
    by = actor_of(request)
    return _shown(activities.complete(one("activity", pk, by), by=by))


@router.delete("/activities/{int:pk}/completion", response=ActivityOut, summary="Take the tick back")
def reopen(request: HttpRequest, pk: int) -> Any:
    by = actor_of(request)
    return _shown(activities.reopen(one("activity", pk, by), by=by))
