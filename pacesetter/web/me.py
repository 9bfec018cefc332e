"""One's own preferences: appearance, language, single-letter keys."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pacesetter.base import users
from pacesetter.core.errors import Invalid
from pacesetter.web import toasts
from pacesetter.web.request import Request
from pacesetter.web.routes import page

CHOICES = {"theme": ("light", "dark", ""), "language": ("en", "es", "it"), "single_keys": ("on", "off")}


@require_POST
def preferences(request: Request) -> HttpResponse:
    """Change what was sent and go back to where one was."""
    changes = {name: _checked(name, request.POST[name]) for name in CHOICES if name in request.POST}
    users.edit(request.user, by=request.actor, **changes)
    if "single_keys" in changes:
        toasts.add(request, _("Single-letter keys are on") if changes["single_keys"] else _("Single-letter keys are off"))
    back = request.headers.get("Referer", "/")
    return redirect(back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else "/")


def _checked(name: str, value: str) -> str | bool:
    if value not in CHOICES[name]:
        raise Invalid("unknown_choice", field=name, value=value, known=", ".join(CHOICES[name]))
    return value == "on" if name == "single_keys" else value


urls = [page("me", preferences, "me")]
