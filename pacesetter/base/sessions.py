"""Where a person is signed in, and signing out everywhere. Sessions are rows; each remembers when and with what it began."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.sessions.models import Session
from django.db import transaction

from pacesetter.base import clock, history
from pacesetter.base.models import User

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

BEGAN = "began"
BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
NAMES = {"Edg": "Edge", "OPR": "Opera", "Mac OS": "macOS"}


@dataclass(frozen=True)
class SignedIn:
    """One session of a person."""

    key: str
    since: dt.datetime | None
    browser: str


def began(agent: str) -> dict[str, str]:
    """What a new session remembers: the moment, and the kind of browser, never its address."""
    found = [NAMES.get(one, one) for known in (BROWSERS, SYSTEMS) for one in [next((word for word in known if word in agent), "")] if one]
    return {"at": clock.now().isoformat(), "with": " · ".join(found)}


def of(user: User) -> list[SignedIn]:
    """Where a person is signed in, newest first."""
    return sorted(_theirs(user), key=lambda one: (one.since is not None, one.since), reverse=True)


def _theirs(user: User) -> Iterator[SignedIn]:
    for row in Session.objects.filter(expire_date__gt=clock.now()):
        told = row.get_decoded()
        if told.get("_auth_user_id") == str(user.pk) and told.get("_auth_user_hash") == user.get_session_auth_hash():
            start = told.get(BEGAN, {})
            yield SignedIn(row.session_key, dt.datetime.fromisoformat(start["at"]) if start else None, start.get("with", ""))


@transaction.atomic
def end_all(user: User, *, by: "Actor", but: str = "") -> int:
    """Sign a person out everywhere (`but` one session); returns how many sessions ended."""
    if by.user_id != user.pk:
        by.require("people.manage")
    ended = [one.key for one in _theirs(user) if one.key != but]
    Session.objects.filter(session_key__in=ended).delete()
    history.record_plain("user", user.pk, "user.signed_out", by=by, data={"sessions": len(ended)})
    return len(ended)
