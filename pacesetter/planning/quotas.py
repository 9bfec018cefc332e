"""Verbs on quotas."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction

from pacesetter.base import history, settings
from pacesetter.base.models import User
from pacesetter.core.errors import Invalid, NotAllowed, add_sentences
from pacesetter.core.labels import mark
from pacesetter.core.money import exponent
from pacesetter.planning.models import Quota

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

add_sentences({"own_quota": mark("Nobody sets their own quota.")})


@transaction.atomic
def put_many(rows: Iterable[Mapping[str, Any]], *, by: "Actor", batch: uuid.UUID | None = None) -> list[Quota]:
    """Set quotas: each row holds user, since, until, amount in minor units, and perhaps currency and product_id."""
    by.require("quota.set")
    return [_put(by=by, batch=batch, **row) for row in rows]


def put(user: User, *, since: dt.date, until: dt.date, amount: int, by: "Actor", currency: str = "", product_id: int = 0) -> Quota:
    """Set one person's quota for `[since, until)`, replacing the one for the same days."""
    return put_many(
        [{"user": user, "since": since, "until": until, "amount": amount, "currency": currency, "product_id": product_id}], by=by
    )[0]


def _put(
    *,
    user: User,
    since: dt.date,
    until: dt.date,
    amount: int,
    by: "Actor",
    batch: uuid.UUID | None,
    currency: str = "",
    product_id: int = 0,
) -> Quota:
    if by.user_id == user.pk:
        raise NotAllowed("own_quota")
    if until <= since:
        raise Invalid("bad_interval", since=since, until=until)
    if amount < 0:
        raise Invalid("negative", field="amount")
    currency = currency or settings.get("company.currency")
    exponent(currency)
    key: dict[str, Any] = {"user": user, "since": since, "until": until, "product_id": product_id}
    before = Quota.objects.filter(**key).values_list("amount", flat=True).first()
    quota, _ = Quota.objects.update_or_create(**key, defaults={"amount": amount, "currency": currency})
    if before != amount:
        history.record(
            quota,
            "quota.set",
            by=by,
            batch=batch,
            changes={"amount": [before, amount]},
            data={"user": user.pk, "since": since.isoformat(), "until": until.isoformat()},
        )
    return quota


@transaction.atomic
def remove(quota: Quota, *, by: "Actor") -> None:
    """Take a quota away."""
    by.require("quota.set")
    history.record(
        quota,
        "quota.removed",
        by=by,
        changes={"amount": [quota.amount, None]},
        data={"user": quota.user_id, "since": quota.since.isoformat()},
    )
    quota.delete()
