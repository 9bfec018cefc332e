"""Verbs and questions on targets."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from django.db import transaction

from pacesetter.analytics.models import Target
from pacesetter.base import history
from pacesetter.base.models import HistoryEntry, User
from pacesetter.core.errors import Invalid, Refused
from pacesetter.core.metrics import METRICS
from pacesetter.core.periods import Period

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

ADDS_UP = ("money", "count")  # a year's target of these says nothing about one of its quarters


def variant_text(metric: str, variants: Mapping[str, str]) -> str:
    """The options that differ from the default, as targets store them."""
    defaults = METRICS[metric].defaults
    return ",".join(f"{name}={option}" for name, option in sorted(METRICS[metric].chosen(variants).items()) if option != defaults[name])


@transaction.atomic
def set_target(
    metric: str,
    *,
    since: dt.date,
    until: dt.date,
    value: Decimal | str,
    by: "Actor",
    variants: Mapping[str, str] | None = None,
    owner: User | None = None,
) -> Target:
    """Set what a metric should reach in `[since, until)`, replacing the target for the same days."""
    by.require("target.set")
    if until <= since:
        raise Invalid("bad_interval", field="until", since=since, until=until)
    key = {"metric": METRICS[metric].key, "variant": variant_text(metric, variants or {}), "since": since, "until": until}
    old = Target.objects.select_for_update().filter(**key).first()
    before = [old.value, old.owner_id] if old else [None, None]
    target = old or Target(**key)
    target.value, target.owner = _decimal(value), owner
    target.version += 1 if old else 0
    target.save()
    changes = {"value": [before[0], target.value], "owner": [before[1], target.owner_id]}
    history.record(target, "target.set", by=by, changes={name: pair for name, pair in changes.items() if pair[0] != pair[1]})
    return target


@transaction.atomic
def remove(target: Target, *, by: "Actor") -> None:
    """Take a target away."""
    by.require("target.set")
    history.record(target, "target.removed", by=by, changes={"value": [target.value, None]})
    target.delete()


def _decimal(value: Decimal | str) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise Invalid("wrong_type", field="value", value=value, type="number") from None
    if not number.is_finite():
        raise Invalid("wrong_type", field="value", value=value, type="number")
    return f"{number:f}"


def found(metric: str, variants: Mapping[str, str], period: Period, among: Iterable[Target]) -> Target | None:
    """The target for exactly this period; for rates and lengths also that of a longer one around it."""
    wanted = (metric, variant_text(metric, variants))
    around = [t for t in among if (t.metric, t.variant) == wanted and t.since <= period.since and period.until <= t.until]
    if METRICS[metric].unit in ADDS_UP:
        around = [t for t in around if (t.since, t.until) == (period.since, period.until)]
    return min(around, key=lambda target: target.until - target.since, default=None)


def target_of(metric: str, variants: Mapping[str, str], period: Period, among: Iterable[Target]) -> Decimal | None:
    """What the metric should reach in the period, if anybody said so."""
    nearest = found(metric, variants, period, among)
    return Decimal(nearest.value) if nearest else None


def undo(entry: HistoryEntry, *, by: "Actor") -> None:
    """Put a target back to what it was before one entry, if it still says what that entry said."""
    before, after = entry.changes.get("value", [None, None])
    target = Target.objects.filter(pk=entry.object_id).first()
    if target is None or target.value != after:
        raise Refused("undo_conflict", field="value")
    if before is None:
        remove(target, by=by)
    else:
        options = dict(pair.split("=") for pair in target.variant.split(",") if pair)
        set_target(target.metric, since=target.since, until=target.until, value=before, by=by, variants=options, owner=target.owner)
