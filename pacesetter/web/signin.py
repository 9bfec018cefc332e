"""Signing in with allauth: nobody registers alone, passwords leave a trace."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from pacesetter.base import history
from pacesetter.base.actor import Actor
from pacesetter.base.models import User

LEADING = ("vp_sales_ops", "sales_ops_manager", "executive", "analyst")


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
