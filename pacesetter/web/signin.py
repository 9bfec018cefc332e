"""Signing in with allauth: nobody registers alone, passwords leave a trace."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from pacesetter.base import history
from pacesetter.base.actor import Actor
from pacesetter.base.models import User


class Adapter(DefaultAccountAdapter):
    """The one named place outside the verbs that saves users, and it records."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def set_password(self, user: User, password: str) -> None:
        super().set_password(user, password)
        history.record_plain("user", user.pk, "user.password_set", by=Actor.of(user, via="web"))

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """allauth's own notices say what the page shows already."""
