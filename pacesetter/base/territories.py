"""The tree of published territories, who works in them and which accounts lie in them; only a publication changes it."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from pacesetter.base import clock
from pacesetter.base.models import FAR, Territory, TerritoryAccount, TerritoryMember


def live(day: dt.date | None = None) -> QuerySet[Territory]:
    """The territories that are there on a day (default: today)."""
    return Territory.objects.exclude(archived_on__lte=day or clock.today())


def owners(day: dt.date | None = None) -> dict[int, int]:
    """The owner's user id of each territory on a day."""
    rows = TerritoryMember.objects.on(day or clock.today()).filter(role=TerritoryMember.OWNER)
    return dict(rows.values_list("territory_id", "user_id"))


def of_accounts(ids: Iterable[int] | None = None, day: dt.date | None = None) -> dict[int, int]:
    """The territory of each account on a day, outside overlays."""
    rows = TerritoryAccount.objects.on(day or clock.today()).filter(overlay=False)
    rows = rows if ids is None else rows.filter(account_id__in=ids)
    return dict(rows.values_list("account_id", "territory_id"))


def place(accounts: Mapping[int, int | None], *, since: dt.date, reasons: Mapping[int, Mapping[str, Any]]) -> None:
    """From `since` on, each account (by id) lies in the territory it is mapped to (none: in none), and nothing said for later days holds.

    An account that lies there already stays as it is. A reason keeps as `before` where the account was.
    """
    before = of_accounts(accounts, since)
    turned = {pk: territory for pk, territory in accounts.items() if before.get(pk) != territory}
    rows = TerritoryAccount.objects.filter(account_id__in=turned, overlay=False)
    rows.filter(since__gte=since).delete()
    rows.filter(until__gt=since).update(until=since)
    TerritoryAccount.objects.bulk_create(
        TerritoryAccount(territory_id=territory, account_id=pk, since=since, reason={**reasons.get(pk, {}), "before": before.get(pk)})
        for pk, territory in turned.items()
        if territory is not None
    )


def work(territory: Territory, user_id: int | None, *, since: dt.date) -> None:
    """From `since` on, somebody (none: nobody) is the owner of a territory."""
    rows = TerritoryMember.objects.filter(territory=territory, role=TerritoryMember.OWNER)
    standing = rows.on(since).first()
    if standing and standing.user_id == user_id and standing.until == FAR:
        return
    rows.filter(since__gte=since).delete()
    rows.filter(until__gt=since).update(until=since)
    if user_id is not None:
        TerritoryMember.objects.create(territory=territory, user_id=user_id, since=since, role=TerritoryMember.OWNER)
