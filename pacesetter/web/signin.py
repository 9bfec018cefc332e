"""Signing in with allauth: nobody registers alone, passwords leave a trace, a second factor is asked for, guessing is slowed down."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.decorators import login_stage_required
from allauth.account.stages import LoginStage
from allauth.core import ratelimit
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from pacesetter.base import factors, history, sessions
from pacesetter.base.actor import Actor
from pacesetter.base.models import User
from pacesetter.core.errors import Refused
from pacesetter.web.routes import public
from pacesetter.web.words import refusal

LEADING = ("vp_sales_ops", "sales_ops_manager", "executive", "analyst")
KEY = "second_factor"


class Adapter(DefaultAccountAdapter):
    """The one named place outside the verbs that saves users, and it records."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Those who lead land on the numbers, everybody else on their day."""
        role = getattr(request.user, "role", None)
        return reverse("overview") if role is not None and role.key in LEADING else str(super().get_login_redirect_url(request))

    def set_password(self, user: User, password: str) -> None:
        super().set_password(user, password)
        history.record_plain("user", user.pk, "user.password_set", by=Actor.of(user, via="web"))

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """allauth's own notices say what the page shows already."""

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Too many wrong passwords for one address, or from one place, have to wait."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            request.wait = settings.SIGNIN_WAIT  # type: ignore[attr-defined]
            raise

    def get_login_stages(self) -> list[str]:
        return [*super().get_login_stages(), "pacesetter.web.signin.Stage"]

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        request.session[sessions.BEGAN] = sessions.began(request.headers.get("User-Agent", ""))


class Stage(LoginStage):
    """After the password: the second factor of those who have one."""

    key = KEY
    urlname = "second_factor"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        asked = factors.of(self.login.user) is not None
        return (HttpResponseRedirect(reverse("second_factor")) if asked else None), True


@login_stage_required(stage=KEY, redirect_urlname="account_login")
def code(request: Any) -> HttpResponse:
    """The page that asks for the code."""
    stage, problem = request._login_stage, ""
    user = stage.login.user
    if request.method == "POST":
        if not ratelimit.consume(request, action=KEY, key=str(user.pk)):
            request.wait, problem = settings.SIGNIN_WAIT, refusal(Refused("too_many_tries"))
        else:
            try:
                if user.is_active and factors.passes(user, request.POST.get("code", "")[:40], by=Actor.of(user, via="web")):
                    return stage.exit()  # type: ignore[no-any-return]
                problem = refusal(Refused("wrong_code"))
            except Refused as refused:  # sealed with another key
                problem = refusal(refused)
    return render(request, "account/second_factor.html", {"problem": problem}, status=422 if problem else 200)


urls = [public("door/code", code, "second_factor")]
