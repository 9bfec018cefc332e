"""Who calls: a bearer token, or the session of somebody signed in on the web."""

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth

from pacesetter.base import factors, tokens
from pacesetter.base.actor import Actor


class Token(HttpBearer):
    """`Authorization: Bearer pace_…`"""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        return tokens.actor_for(token)


class Session(SessionAuth):
    """The web's own session, protected against cross-site requests."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        user: Any = request.user
        known = user.is_authenticated and user.is_active and not factors.is_missing(user)
        return Actor.of(user, via="api") if known else None


AUTH = [Token(), Session()]


def actor_of(request: HttpRequest) -> Actor:
    """The actor behind a request that passed authentication."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    return actor
