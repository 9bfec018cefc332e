"""API tokens: shown once, kept as a hash, limited to capabilities, expiring."""

import datetime as dt
import hashlib
import secrets
from typing import TYPE_CHECKING

from django.db import transaction

from pacesetter.base import clock, history
from pacesetter.base.actor import Actor
from pacesetter.base.models import ApiToken
from pacesetter.core.errors import Invalid, NotAllowed, NotFound

if TYPE_CHECKING:
    from pacesetter.base.models import User

LONGEST = dt.timedelta(days=366)


@transaction.atomic
def create(user: "User", *, name: str, by: Actor, days: int = 90, capabilities: list[str] | None = None) -> tuple[ApiToken, str]:
    """Make a token for oneself; returns it with the secret, which nobody can read again."""
    by.require("token.create")
    if by.user_id not in (None, user.pk):
        raise NotAllowed("not_yours", noun="token")
    if not name.strip():
        raise Invalid("required", field="name")
    if capabilities or by.via == "api":  # a limited token never begets a wider one
        wanted = set(capabilities or by.capabilities)
        if not wanted & by.capabilities:  # an empty list would mean all of them
            by.require(min(wanted))
        capabilities = sorted(wanted & by.capabilities)
    life = min(dt.timedelta(days=max(days, 1)), LONGEST)
    secret = "pace_" + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name.strip(),
        prefix=secret[:12],
        digest=_digest(secret),
        capabilities=capabilities or [],
        created_at=clock.now(),
        expires_at=clock.now() + life,
    )
    history.record_plain("token", token.pk, "token.created", by=by, data={"name": token.name, "user": user.pk})
    return token, secret


def by_id(pk: int, *, by: Actor) -> ApiToken:
    """A token of one's own, or anybody's for those who manage people; others are answered as if there were none."""
    token = ApiToken.objects.filter(pk=pk).first()
    if token is None or (token.user_id != by.user_id and not by.can("people.manage")):
        raise NotFound("not_found", noun="token", id=pk)
    return token


@transaction.atomic
def revoke(token: ApiToken, *, by: Actor) -> ApiToken:
    """Stop a token at once: one's own, or anybody's for those who manage people."""
    if token.user_id != by.user_id:
        by.require("people.manage")
    token.revoked_at = clock.now()
    token.save()
    history.record_plain("token", token.pk, "token.revoked", by=by, data={"name": token.name})
    return token


def actor_for(secret: str) -> Actor | None:
    """The actor behind a secret, or nothing when it is unknown, revoked, expired or its user may not sign in."""
    token = (
        ApiToken.objects.select_related("user__role")
        .filter(digest=_digest(secret), revoked_at__isnull=True, expires_at__gt=clock.now())
        .first()
    )
    if token is None or not token.user.is_active:
        return None
    return Actor.of(token.user, via="api", only=token.capabilities)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
