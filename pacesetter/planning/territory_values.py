"""What accounts are worth and cost to serve in a year: said by somebody, else estimated from won deals and from work that was done."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction

from pacesetter.base import clock, history, settings, warehouse
from pacesetter.core.errors import Invalid
from pacesetter.core.forecasting.histories import day_number
from pacesetter.core.metrics.tables import DAY, INT
from pacesetter.core.territories.potential import Array, Estimate, estimate
from pacesetter.crm.models import Account, Deal
from pacesetter.planning import signs
from pacesetter.planning.histories import RATES, WORTH, variables
from pacesetter.planning.models import AccountValue

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

YEARS, YEAR = 3, 365
POTENTIAL, WORKLOAD = "potential", "workload"
HOURS = 100  # a workload is stored in hundredths of an hour
BOOKED = f"""
    SELECT b.id AS deal, b."on" AS day, CAST({WORTH.format("b")} AS BIGINT) AS amount
    FROM (FROM bookings) b ASOF LEFT JOIN {RATES} ON r.currency = b.currency AND r.since <= b."on" WHERE b."on" >= ?"""


@dataclass(frozen=True)
class Values:
    """Potential (minor units a year, with an 80 % interval) and workload (hours a year) of accounts in the order asked, with their sources."""

    potential: Estimate
    potential_source: Sequence[str]
    workload: Array
    workload_source: Sequence[str]


def of_accounts(accounts: Sequence[Account]) -> Values:
    """What is said of each account, else what its own last three years and those of accounts like it let expect."""
    today, ids = clock.today(), np.array([one.pk for one in accounts], dtype=np.int64)
    order = np.argsort(ids)
    deals = _deals(ids[order])
    kinds = _kinds(accounts)
    worth = _estimated(_booked(today), deals, order, today, *kinds)
    done = _estimated(_worked(), deals, order, today, *kinds)
    said = {(row.account_id, row.measure): row for row in AccountValue.objects.filter(account__in=accounts)}
    potential, sources = _stated(worth, [said.get((one.pk, POTENTIAL)) for one in accounts], 1)
    hours = float(settings.get("territory.hours_per_activity"))
    scaled = Estimate(done.mean * hours, done.low * hours, done.high * hours, done.weight)
    workload, work_sources = _stated(scaled, [said.get((one.pk, WORKLOAD)) for one in accounts], HOURS)
    return Values(potential, sources, workload.mean, work_sources)


def _kinds(accounts: Sequence[Account]) -> tuple[Array, Array]:
    """Codes of each account's segment, and of its segment and industry."""
    segments = np.unique([one.segment for one in accounts], return_inverse=True)[1]
    cells = np.unique([f"{one.segment}\n{one.industry}" for one in accounts], return_inverse=True)[1]
    return segments, cells


@dataclass(frozen=True)
class _Deals:
    """Deals of the accounts asked, ascending by id: place of the account among the ascending ids, and the day it began (since 1970)."""

    id: Array
    place: Array
    began: Array

    def account(self, deal: Array) -> tuple[Array, Array]:
        """Which of these deals are known, and the places of their accounts."""
        if not len(self.id):
            return np.zeros(len(deal), dtype=bool), np.empty(0, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.id, deal), len(self.id) - 1)
        known = self.id[at] == deal
        return known, self.place[at[known]]


def _deals(ids: Array) -> _Deals:
    def rows() -> Any:
        return Deal.objects.filter(account__isnull=False)

    kinds = {"id": INT, "account_id": INT, "created_on": DAY}
    found = warehouse.straight(rows, kinds, "SELECT id, account_id, epoch(created_on) / 86400 AS began FROM found ORDER BY id", {})
    account = found["account_id"].to_numpy()
    at = np.minimum(np.searchsorted(ids, account), len(ids) - 1)
    mine = ids[at] == account
    return _Deals(found["id"].to_numpy()[mine], at[mine], found["began"].to_numpy()[mine])


def _booked(today: dt.date) -> tuple[Array, Array, Array]:
    version = warehouse.current() or warehouse.refresh()
    since = today - dt.timedelta(days=YEARS * YEAR)
    found = warehouse.query(version, BOOKED, variables(), parameters=[since])
    rows = [(row["deal"], day_number(row["day"]), row["amount"]) for row in found if row["amount"] is not None]
    deal, day, amount = (np.array(column) for column in zip(*rows, strict=True)) if rows else (np.empty(0),) * 3
    return deal, day, amount


def _worked() -> tuple[Array, Array, Array]:
    found = signs.read(clock.now())
    return found.deal, found.at, np.ones(len(found.deal))


def _estimated(rows: tuple[Array, Array, Array], deals: _Deals, order: Array, today: dt.date, segment: Array, cell: Array) -> Estimate:
    """Yearly sums by account, the newest first, and from them the estimate, in the order in which accounts were asked."""
    now, count = day_number(today) + 1, len(order)
    years = np.zeros((count, YEARS))
    deal, day, amount = rows
    known, place = deals.account(deal)
    back = ((now - day[known]) // YEAR).astype(int)
    inside = (back >= 0) & (back < YEARS)
    np.add.at(years, (order[place[inside]], back[inside]), amount[known][inside])
    first = np.full(count, np.inf)
    np.minimum.at(first, order[deals.place], deals.began)
    seen = np.where(np.isfinite(first), np.clip(np.ceil((now - first) / YEAR), 1, YEARS), 0).astype(int)
    return estimate(years, seen, segment, cell)


def _stated(found: Estimate, said: Sequence[AccountValue | None], scale: int) -> tuple[Estimate, list[str]]:
    """The same with what somebody said in place of what was estimated; it has no interval."""
    stated = np.array([row is not None for row in said], dtype=bool)
    amount = np.array([row.amount / scale if row else 0.0 for row in said])
    mean, low, high = (np.where(stated, amount, part) for part in (found.mean, found.low, found.high))
    return Estimate(mean, low, high, found.weight), [row.source if row else "estimated" for row in said]


@transaction.atomic
def put(account: Account, measure: str, amount: int | None, *, by: "Actor", source: str = "typed") -> None:
    """Say what an account is worth (minor units a year) or costs (hundredths of an hour a year); none lets it be estimated again."""
    by.require("account.edit", account)
    if measure not in (POTENTIAL, WORKLOAD):
        raise Invalid("unknown_choice", field="measure", value=measure, known=f"{POTENTIAL}, {WORKLOAD}")
    if amount is not None and amount < 0:
        raise Invalid("negative", field=measure)
    rows = AccountValue.objects.filter(account=account, measure=measure)
    before = rows.values_list("amount", flat=True).first()
    if amount is None:
        rows.delete()
    else:
        AccountValue.objects.update_or_create(
            account=account,
            measure=measure,
            defaults={"amount": amount, "source": source, "stated_at": clock.now(), "stated_by_id": by.user_id},
        )
    if before != amount:
        history.record(account, "account.valued", by=by, data={"measure": measure, "amount": [before, amount]})
