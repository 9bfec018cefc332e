"""One's own sign-in: the second factor, recovery codes, the password, and where one is signed in."""

from collections.abc import Callable
from typing import Any

import segno
from allauth.core import ratelimit
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pacesetter.base import factors, sessions
from pacesetter.core.errors import Invalid, Refused, add_sentences
from pacesetter.core.labels import mark
from pacesetter.web import toasts
from pacesetter.web.request import Request
from pacesetter.web.routes import page
from pacesetter.web.words import refusal

add_sentences(
    {
        "wrong_password": mark("This is not your password."),
        "too_many_tries": mark("That was tried too often. Wait a few minutes."),
    }
)
OPEN = ("/me/", "/door/", "/static/", "/healthz", "/invitations/", "/first-run/")


def security(request: Request) -> HttpResponse:
    """The page; each form on it does one thing."""
    shown: dict[str, Any] = {"problem": dict.fromkeys(ACTS, "")}
    if request.method == "POST":
        form = request.POST.get("form", "")
        try:
            found = ACTS[form](request) if form in ACTS else None
        except Refused as refused:
            shown["problem"][form] = refusal(refused)
        else:
            if found is None:
                return redirect("me_security")
            shown |= found
    return render(request, "account/security.html", shown | _state(request), status=422 if any(shown["problem"].values()) else 200)


def _state(request: Request) -> dict[str, Any]:
    user, on = request.user, factors.of(request.user) is not None
    secret = "" if on else factors.pending(user)
    picture = segno.make(factors.address(user, secret), error="m").svg_data_uri(scale=4, border=3, light="#fff") if secret else ""
    return {
        "on": on,
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "picture": picture,
        "left": factors.codes_left(user) if on else 0,
        "asked": factors.is_asked_of(user),
        "sessions": sessions.of(user),
        "here": request.session.session_key,
    }


def _begin(request: Request) -> None:
    factors.begin(request.user, by=request.actor)


def _confirm(request: Request) -> dict[str, Any]:
    _slowly(request)
    return {"codes": factors.confirm(request.user, request.POST.get("code", "")[:40], by=request.actor)}


def _renew(request: Request) -> dict[str, Any]:
    _password(request)
    return {"codes": factors.renew_codes(request.user, by=request.actor)}


def _switch_off(request: Request) -> None:
    _password(request)
    factors.switch_off(request.user, by=request.actor)
    toasts.add(request, _("Two-factor sign-in is off"))


def _sign_out(request: Request) -> None:
    ended = sessions.end_all(request.user, by=request.actor, but=request.session.session_key or "")
    said = ngettext("Signed out of %(count)s other place", "Signed out of %(count)s other places", ended)
    toasts.add(request, said % {"count": ended})


ACTS: dict[str, Callable[[Request], dict[str, Any] | None]] = {
    "begin": _begin,
    "confirm": _confirm,
    "codes": _renew,
    "off": _switch_off,
    "sessions": _sign_out,
}


def _password(request: Request) -> None:
    """What weakens the sign-in asks for the password once more."""
    _slowly(request)
    if not request.user.check_password(request.POST.get("password", "")):
        raise Invalid("wrong_password", field="password")


def _slowly(request: Request) -> None:
    if not ratelimit.consume(request, action="second_factor", key=str(request.user.pk)):
        request.wait = settings.SIGNIN_WAIT  # type: ignore[attr-defined]
        raise Refused("too_many_tries")


def demand(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: whoever must have a second factor sets it up before anything else; whoever tries too often is told how long to wait."""

    def answer(request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        if user.is_authenticated and request.path != "/me" and not request.path.startswith((*OPEN, "/api/")) and factors.is_missing(user):
            response: HttpResponse = redirect(reverse("me_security"))
        else:
            response = get_response(request)
        if wait := getattr(request, "wait", 0):
            response.status_code = 429
            response["Retry-After"] = str(wait)
            response["RateLimit"] = f'"signin";r=0;t={wait}'
        return response

    return answer


urls = [page("me/security", security, "me_security")]
