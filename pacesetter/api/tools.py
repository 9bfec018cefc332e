"""Tools, licences and weekly use."""

import datetime as dt
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status

from pacesetter.api.auth import actor_of
from pacesetter.base import find
from pacesetter.base.models import FAR, User
from pacesetter.enablement import tools
from pacesetter.enablement.models import Licence, Tool, ToolUse

router = Router()


class ToolIn(Schema):
    name: str
    vendor: str = ""
    core_act: dict[str, str] = {}


class LicencesIn(Schema):
    users: list[int]
    since: dt.date
    until: dt.date | None = None


class UseIn(Schema):
    user: int
    week: dt.date
    signed_in: bool = False
    core_acts: int = 0


@router.get("/tools", response=list[dict[str, Any]], summary="Registered tools")
def listed(request: HttpRequest) -> Any:
    return [{"id": t.pk, "key": t.key, "name": t.name, "vendor": t.vendor, "core_act": t.core_act} for t in find.every(Tool)]


@router.post("/tools", response={201: dict[str, Any]}, summary="Register a tool")
def create(request: HttpRequest, body: ToolIn) -> Any:
    tool = tools.create(body.name, vendor=body.vendor, core_act=body.core_act, by=actor_of(request))
    return Status(201, {"id": tool.pk, "key": tool.key, "name": tool.name})


@router.get("/tools/{int:pk}/licences", response=list[dict[str, Any]], summary="Who holds a licence")
def licences(request: HttpRequest, pk: int) -> Any:
    rows = find.within(Licence, actor_of(request), tool=find.one(Tool, pk))
    return [{"id": row.pk, "user": row.user_id, "since": row.since, "until": row.until} for row in rows]


@router.post("/tools/{int:pk}/licences", response={201: dict[str, int]}, summary="Give people a licence")
def give(request: HttpRequest, pk: int, body: LicencesIn) -> Any:
    users = find.many(User, body.users).values()
    return Status(
        201, {"given": len(tools.give(find.one(Tool, pk), users=users, since=body.since, until=body.until or FAR, by=actor_of(request)))}
    )


@router.get("/tools/{int:pk}/use", response=list[dict[str, Any]], summary="Use by person and week")
def use(request: HttpRequest, pk: int) -> Any:
    rows = find.within(ToolUse, actor_of(request), tool=find.one(Tool, pk))
    return [{"user": row.user_id, "week": row.week, "signed_in": row.signed_in, "core_acts": row.core_acts} for row in rows]


@router.put("/tools/{int:pk}/use", response=dict[str, int], summary="State use by person and week")
def state_use(request: HttpRequest, pk: int, body: list[UseIn]) -> Any:
    tool, people = find.one(Tool, pk), find.many(User, [row.user for row in body])
    rows = [(tool, people[row.user], row.week, row.signed_in, row.core_acts) for row in body]
    return {"stated": tools.note_use_many(rows, by=actor_of(request))}
