"""Verbs on quotas."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction

from pacesetter.base import history, settings
from pacesetter.base.models import HistoryEntry, User
from pacesetter.base.scope import scope_of
from pacesetter.core.errors import Conflict, Invalid, NotAllowed, add_sentences
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
    _within(user.pk, by)
    if until <= since:
        raise Invalid("bad_interval", since=since, until=until)
    if amount < 0:
        raise Invalid("negative", field="amount")
    currency = currency or settings.get("company.currency")
    exponent(currency)
    key: dict[str, Any] = {"user": user, "since": since, "until": until, "product_id": product_id}
    before, was = Quota.objects.filter(**key).values_list("amount", "currency").first() or (None, currency)
    quota, _ = Quota.objects.update_or_create(**key, defaults={"amount": amount, "currency": currency})
    if (before, was) != (amount, currency):
        history.record(
            quota,
            "quota.set",
            by=by,
            batch=batch,
            changes={"amount": [before, amount], **({"currency": [was, currency]} if was != currency else {})},
            data=_facts(quota),
        )
    return quota


@transaction.atomic
def remove(quota: Quota, *, by: "Actor") -> None:
    """Take a quota away."""
    by.require("quota.set")
    _within(quota.user_id, by)
    history.record(
        quota,
        "quota.removed",
        by=by,
        changes={"amount": [quota.amount, None]},
        data=_facts(quota),
    )
    quota.delete()


@transaction.atomic
def bring_back(entry: HistoryEntry, *, by: "Actor") -> Quota:
    """Set a quota that was taken away again; refused where there is one by now."""
    data = entry.data
    days = {key: dt.date.fromisoformat(data[key]) for key in ("since", "until")}
    if Quota.objects.filter(user_id=data["user"], product_id=data["product"], **days).exists():
        raise Conflict("undo_conflict", field="amount")
    user, amount = User.objects.get(pk=data["user"]), entry.changes["amount"][0]
    return put(user, **days, amount=amount, currency=data["currency"], product_id=data["product"], by=by)


def _within(user_id: int, by: "Actor") -> None:
    if not scope_of(by, Quota.NOUN, to="edit").allows(user_id):
        raise NotAllowed("not_yours", noun=Quota.NOUN)


def _facts(quota: Quota) -> dict[str, Any]:
    """Whose, when, in what: all but the amount."""
    days = {"since": quota.since.isoformat(), "until": quota.until.isoformat()}
    return {"user": quota.user_id, **days, "currency": quota.currency, "product": quota.product_id}
