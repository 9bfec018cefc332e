"""Undo of changes that settings make: the verb that changed a value puts the one from before back."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pacesetter.base import calendars, fields, find, history, rates, roles, settings, teams, users
from pacesetter.base.actor import Actor
from pacesetter.base.fields import canonical
from pacesetter.base.models import Calendar, CustomField, HistoryEntry, Option, Role, Team, User
from pacesetter.core.errors import Conflict, Refused
from pacesetter.crm import pipelines, statuses
from pacesetter.crm.models import LeadStatus, LostReason, Pipeline, Stage
from pacesetter.planning import market, quotas, scenarios
from pacesetter.planning.models import Quota
from pacesetter.web import edits, toasts
from pacesetter.web.request import Request
from pacesetter.web.routes import page

KINDS = ("changed", "edited", "archived", "restored", "set")
EDITS: dict[str, tuple[Any, Callable[..., Any]]] = {
    "role": (Role, roles.edit),
    "team": (Team, teams.edit),
    "user": (User, users.edit),
    "calendar": (Calendar, calendars.edit),
    "field": (CustomField, fields.edit),
    "option": (Option, fields.edit_option),
    "pipeline": (Pipeline, pipelines.edit),
    "stage": (Stage, pipelines.edit_stage),
    "lost_reason": (LostReason, pipelines.edit_reason),
    "lead_status": (LeadStatus, statuses.edit),
}  # fmt: skip

# kinds of dated facts, with what an entry must hold to be put back and the verb that does it
TURNS: dict[str, tuple[str, Callable[..., Any]]] = {
    **dict.fromkeys(("user.joined_team", "user.reports_to", "user.employed", "user.away"), ("terms", teams.put_back)),
    "calendar.holidays": ("holidays", calendars.put_back),
    "rate.put": ("rate", rates.put_back),
    "rate.removed": ("rate", rates.put_back),
    "quota.removed": ("until", quotas.bring_back),
    "scenario.removed": ("assumptions", scenarios.bring_back),
    "market_series.removed": ("values", market.bring_back),
}


def address(batch: uuid.UUID) -> str:
    """Where a click on Undo goes; nowhere when something in the batch has no way back."""
    entries = list(find.every(HistoryEntry, batch=batch))
    return reverse("settings_undo", args=[batch]) if entries and all(map(_has_way_back, entries)) else ""


def _has_way_back(entry: HistoryEntry) -> bool:
    if entry.kind in TURNS:  # entries of older versions do not say enough
        return bool(entry.changes) and TURNS[entry.kind][0] in {**entry.data, **entry.changes}
    known = entry.noun in EDITS or entry.noun in ("setting", "quota") or entry.noun in history.UNDO
    return bool(entry.changes) and known and entry.kind.rpartition(".")[2] in KINDS


@require_POST
def batch(request: Request, batch: uuid.UUID) -> HttpResponse:
    """Put back what one sent form changed."""
    entries = [entry for entry in find.every(HistoryEntry, batch=batch).order_by("-id") if _has_way_back(entry)]
    if not entries:
        raise Refused("nothing_to_undo")
    for entry in entries:
        put_back(entry, by=replace(request.actor, caused_by=entry.pk))
    toasts.add(request, _("The change is undone"))
    return redirect(edits.back(request, "/"))


def put_back(entry: HistoryEntry, *, by: Actor) -> None:
    """The values from before one entry, through the verb that belongs to them."""
    if entry.kind in TURNS:
        TURNS[entry.kind][1](entry, by=by)
    elif entry.noun == "setting":
        _put_settings_back(entry.changes, by)
    elif entry.noun == "quota":
        _put_quota_back(entry, by)
    elif entry.noun in EDITS:
        _edit_back(entry, by)
    else:
        history.undo(entry, by=by)


def _put_settings_back(changes: Mapping[str, list[Any]], by: Actor) -> None:
    for key, (before, after) in changes.items():
        _refuse_changed(key, settings.get(key), after)
        settings.put(key, before, by=by)


def _put_quota_back(entry: HistoryEntry, by: Actor) -> None:
    quota, (before, after) = find.one(Quota, entry.object_id), entry.changes["amount"]
    _refuse_changed("amount", quota.amount, after)
    if before is None:
        quotas.remove(quota, by=by)
        return
    same = {"since": quota.since, "until": quota.until, "currency": quota.currency, "product_id": quota.product_id}
    quotas.put(quota.user, amount=before, by=by, **same)


def _edit_back(entry: HistoryEntry, by: Actor) -> None:
    model, edit = EDITS[entry.noun]
    row = find.one(model, entry.object_id)
    for key, (_before, after) in entry.changes.items():
        _refuse_changed(key, _plain(getattr(row, key)), after)
    edit(row, by=by, **{key: _typed(key, before) for key, (before, _after) in entry.changes.items()})


def _refuse_changed(key: str, now: Any, after: Any) -> None:
    if now != after:
        raise Conflict("undo_conflict", field=key)


def _plain(value: Any) -> Any:
    return value.key if isinstance(value, Role) else canonical(value)


def _typed(key: str, value: Any) -> Any:
    """A value from history as the verbs take it."""
    if value is None:
        return None
    if key == "role":
        return roles.by_key(value)
    if key == "parent":
        return find.one(Team, value)
    return dt.date.fromisoformat(value) if key == "archived_on" else value


urls = [page("settings/undo/<uuid:batch>", batch, "settings_undo")]
