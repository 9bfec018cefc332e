"""API tokens: one's own, and everybody's for those who manage people."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from pacesetter.base import clock, find, tokens
from pacesetter.base.models import ApiToken
from pacesetter.base.roles import CAPABILITIES
from pacesetter.core.errors import Invalid
from pacesetter.web import formats, forms, toasts
from pacesetter.web.request import Request
from pacesetter.web.settings.frame import Part, answer, chosen, number, page, place, show

LIVES = (7, 30, 90, 180, 365)


def index(request: Request) -> HttpResponse:
    """Tokens that work, and a form for a new one whose secret is shown once."""
    part, secret = _part(), ""
    if request.POST.get("form") == "new":
        secret = _create(request, part)
    done = answer(request, {"revoke": lambda: _revoke(request)}, reverse("settings_tokens"))
    mine, others = _listed(request, user=request.user), []
    if request.actor.can("people.manage"):
        others = [one for one in _listed(request) if one["row"].user_id != request.actor.user_id]
    granted = set(request.POST.getlist("capabilities"))
    ticks = [{"key": key, "label": _(text), "on": key in granted} for key, text in CAPABILITIES.items() if request.actor.can(key)]
    return done or show(
        request,
        "settings/tokens.html",
        _("API tokens"),
        mine=mine,
        others=others,
        parts={"new": part},
        part=part,
        secret=secret,
        ticks=ticks,
    )


def _part() -> Part:
    lives = [(days, formats.days(days)) for days in LIVES]
    return Part(
        [forms.Entry("name", _("What it is for"), required=True), chosen("days", _("Expires after"), lives, 90, required=True)],
        key="new",
        do=_("Create token"),
    )


def _create(request: Request, part: Part) -> str:
    """The secret leaves in this answer and nowhere else."""
    try:
        wanted = [key for key in request.POST.getlist("capabilities") if key in CAPABILITIES]
        token, secret = tokens.create(
            request.user,
            name=request.POST.get("name", "")[:80],
            days=number(request.POST.get("days", "")) or 90,
            capabilities=wanted,
            by=request.actor,
        )
    except Invalid as refused:
        place(part.keep(request.POST), refused)
        return ""
    toasts.add(request, _("Token %(name)s created") % {"name": token.name})
    return secret


def _listed(request: Request, **whose: Any) -> list[dict[str, Any]]:
    rows = find.every(ApiToken, revoked_at=None, **whose).select_related("user")
    return [
        {"row": row, "expired": row.expires_at <= clock.now(), "may": [_(CAPABILITIES.get(key, key)) for key in row.capabilities]}
        for row in rows
    ]


def _revoke(request: Request) -> str:
    row = tokens.by_id(number(request.POST.get("token", "")) or 0, by=request.actor)
    return _("Token %(name)s revoked") % {"name": tokens.revoke(row, by=request.actor).name}


urls = [page("tokens", index, "settings_tokens")]
