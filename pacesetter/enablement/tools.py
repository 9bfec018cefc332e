"""Verbs on tools: registering them, giving licences, and noting who used them in which week."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction

from pacesetter.base import fields, history
from pacesetter.base.models import FAR, User
from pacesetter.core.errors import Invalid
from pacesetter.enablement.models import Licence, Tool, ToolUse

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor


@transaction.atomic
def create(name: str, *, by: "Actor", core_act: dict[str, str] | None = None, vendor: str = "") -> Tool:
    """Register a tool; `core_act` says in words what counts as using it."""
    by.require("tool.manage")
    if not name.strip():
        raise Invalid("required", field="name")
    key = fields.key_for(name, set(Tool.objects.values_list("key", flat=True)))
    tool = Tool.objects.create(key=key, name=name.strip(), vendor=vendor, core_act=core_act or {})
    history.record(tool, "tool.created", by=by, changes={"name": [None, tool.name]})
    return tool


@transaction.atomic
def give(
    tool: Tool, *, users: Iterable[User], since: dt.date, by: "Actor", until: dt.date = FAR, cost: int | None = None, currency: str = ""
) -> list[Licence]:
    """Give people a licence for the days `[since, until)`."""
    by.require("tool.manage")
    if until <= since:
        raise Invalid("bad_interval", since=since, until=until)
    licences = [Licence(tool=tool, user=user, since=since, until=until, cost=cost, currency=currency) for user in users]
    for licence in licences:
        if Licence.objects.filter(tool=tool, user=licence.user, since__lt=until, until__gt=since).exists():
            raise Invalid("overlap", name=licence.user.name, since=since)
    Licence.objects.bulk_create(licences)
    history.record_many(
        "licence", [(licence.pk, {"user": [None, licence.user_id]}) for licence in licences], "licence.given", by=by, data={"tool": tool.pk}
    )
    return licences


@transaction.atomic
def end(licence: Licence, *, on: dt.date, by: "Actor") -> Licence:
    """Let a licence end before `on`."""
    by.require("tool.manage")
    if on <= licence.since:
        raise Invalid("bad_interval", since=licence.since, until=on)
    before, licence.until = licence.until, on
    licence.save()
    history.record(licence, "licence.ended", by=by, changes={"until": [str(before), on.isoformat()]})
    return licence


@transaction.atomic
def note_use_many(rows: Iterable[tuple[Tool, User, dt.date, bool, int]], *, by: "Actor", batch: uuid.UUID | None = None) -> int:
    """State use by week: (tool, person, any day of the week, signed in, core acts); a second statement replaces the first."""
    by.require("tool.manage")
    uses = [
        ToolUse(tool=tool, user=user, week=day - dt.timedelta(days=day.weekday()), signed_in=signed_in or acts > 0, core_acts=acts)
        for tool, user, day, signed_in, acts in rows
    ]
    ToolUse.objects.bulk_create(
        uses, batch_size=1000, update_conflicts=True, unique_fields=["tool", "user", "week"], update_fields=["signed_in", "core_acts"]
    )
    history.record_plain("tool_use", 0, "tool_use.stated", by=by, batch=batch, data={"rows": len(uses)})
    return len(uses)
