"""A keyed request has one effect: its answer is kept for a day, and whoever repeats the request is given it again."""

import datetime as dt
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from pacesetter.base import clock, sealed
from pacesetter.base.models import KeptAnswer
from pacesetter.base.worker import chore
from pacesetter.core.errors import Invalid, add_sentences
from pacesetter.core.labels import mark

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

KEPT = dt.timedelta(hours=24)
HOUR = 3600.0
LONGEST = 255
add_sentences(
    {
        "bad_key": mark("An idempotency key has 1 to {limit} printable ASCII characters."),
        "key_reused": mark("This idempotency key was used for another request. Make a new one for each request."),
    }
)


@dataclass
class Repeated(Exception):
    """The request was answered before: its status and body."""

    status: int
    body: Any


@transaction.atomic
def begin(path: str, key: str, asked: str, *, by: "Actor") -> KeptAnswer:
    """Take a key, inside the transaction of the request's effect; raises `Repeated` where the same request was answered already."""
    if not (0 < len(key) <= LONGEST and key.isascii() and key.isprintable()):
        raise Invalid("bad_key", limit=LONGEST)
    mine = {"user_id": by.user_id, "path": path, "key": key}
    KeptAnswer.objects.filter(**mine, at__lte=clock.now() - KEPT).delete()
    try:
        with transaction.atomic():  # on PostgreSQL a second request waits here until the first one has ended
            return KeptAnswer.objects.create(**mine, asked=asked, at=clock.now())
    except IntegrityError:
        kept = KeptAnswer.objects.get(**mine)
    if kept.asked != asked:
        raise Invalid("key_reused")
    raise Repeated(kept.status, json.loads(sealed.opened(kept.body)))


def keep(answer: KeptAnswer, status: int, body: str) -> None:
    """Remember what was answered; sealed, because a new token's secret may be in it."""
    answer.status, answer.body = status, sealed.seal(body or "null")
    answer.save(update_fields=["status", "body"])


_last = -HOUR


@chore
def forget() -> None:
    """Once an hour: answers older than a day go."""
    global _last
    if time.monotonic() - _last >= HOUR:
        _last = time.monotonic()
        KeptAnswer.objects.filter(at__lte=clock.now() - KEPT).delete()
