"""Roles: how far each one sees, and the matrix of what it may do."""

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from pacesetter.base import find, roles
from pacesetter.base.models import Role
from pacesetter.base.roles import CAPABILITIES
from pacesetter.core.errors import Invalid
from pacesetter.core.labels import mark
from pacesetter.web import forms
from pacesetter.web.request import Request
from pacesetter.web.settings.frame import answer, page, show

LEVELS = [("none", mark("Nothing")), ("own", mark("Own")), ("team", mark("Team’s")), ("all", mark("Everything"))]


def matrix(request: Request) -> HttpResponse:
    """The table of roles and capabilities; only those who manage roles can tick."""
    listed = list(find.every(Role).prefetch_related("users"))
    done = answer(request, {"roles": lambda: _save(request, listed)}, reverse("settings_roles"))
    heads = [{"role": role, "label": forms.in_words(role.label), "people": sum(u.is_active for u in role.users.all())} for role in listed]
    rows = [
        {"key": key, "label": _(text), "cells": [{"role": one, "on": key in one["role"].capabilities} for one in heads]}
        for key, text in CAPABILITIES.items()
    ]
    levels = [(key, _(text)) for key, text in LEVELS]
    return done or show(
        request, "settings/roles.html", _("Roles"), heads=heads, rows=rows, levels=levels, may=request.actor.can("roles.manage")
    )


@transaction.atomic
def _save(request: Request, listed: list[Role]) -> str:
    """Change the roles whose ticks or reach differ, all or nothing."""
    granted = set(request.POST.getlist("granted"))
    for role in listed:
        wanted: dict[str, Any] = {
            "level": request.POST.get(f"level-{role.pk}", role.level),
            "capabilities": [key for key in CAPABILITIES if f"{role.pk}:{key}" in granted],
        }
        if wanted["level"] not in dict(LEVELS):
            raise Invalid("unknown_choice", field="level", value=wanted["level"], known=", ".join(dict(LEVELS)))
        if wanted["level"] != role.level or set(wanted["capabilities"]) != set(role.capabilities):
            roles.edit(role, by=request.actor, **wanted)
    return _("Roles saved")


urls = [page("roles", matrix, "settings_roles")]
