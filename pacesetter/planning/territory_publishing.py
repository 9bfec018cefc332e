"""Publication of a territory plan: accounts and open deals change hands on its day, piece by piece, and come back the same way."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import QuerySet

from pacesetter.base import clock, jobs, settings, territories
from pacesetter.base.listings import undo_each
from pacesetter.base.models import FAR, HistoryEntry, Territory, TerritoryAccount, User
from pacesetter.base.turns import let_others_write
from pacesetter.core.errors import Invalid, Refused, add_sentences
from pacesetter.core.labels import mark
from pacesetter.core.periods import containing
from pacesetter.core.text import fold
from pacesetter.crm import accounts, deals
from pacesetter.crm.models import Deal
from pacesetter.planning.models import PlanAccount, PlanTerritory, TerritoryPlan
from pacesetter.planning.models.territories import APPROVED, ARCHIVED, NOW, PERIOD_END, PUBLISHED
from pacesetter.planning.territory_plans import changed, locked, needs, turn

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

add_sentences(
    {
        "publish_in_past": mark("{day} is over. A plan is published from today or from a later day on."),
        "not_live_yet": mark("{name} is still being published."),
        "publishing": mark("Accounts change hands."),
        "taking_back": mark("Accounts go back."),
    }
)
CHUNK = 50  # accounts that change hands in one transaction
NEEDED = ("account", "place__owner", "place__territory")


@transaction.atomic
def publish(plan: TerritoryPlan, *, by: "Actor", on: dt.date | None = None) -> TerritoryPlan:
    """Let an approved plan hold from a day on (default: today); a job moves accounts and deals when the day has come."""
    by.require("territory.publish")
    by.require("record.assign")
    fresh, day = locked(plan), on or clock.today()
    needs(fresh, APPROVED)
    if day < clock.today():
        raise Invalid("publish_in_past", field="effective_on", day=day)
    replaced = [turn(one, ARCHIVED, by).pk for one in replaces(fresh).select_for_update()]
    fresh.state, fresh.effective_on, fresh.batch, fresh.step, fresh.live = PUBLISHED, day, uuid.uuid4(), 0, False
    fresh.published_at, fresh.found = clock.now(), {**fresh.found, **_standing(day), "replaced": replaced}
    changed(fresh, "territory_plan.published", by=by, changes={"state": [APPROVED, PUBLISHED]}, data={"effective_on": day.isoformat()})
    if day <= clock.today():
        jobs.start("territory.publish", by=by, tick=f"territory.publish {fresh.batch}", plan=fresh.pk)
    return fresh


def replaces(plan: TerritoryPlan) -> QuerySet[TerritoryPlan]:
    """Published plans of which some accounts are in this one: a publication puts them aside."""
    same = TerritoryPlan.objects.filter(accounts__account__in=plan.accounts.values("account")).values("pk")
    return TerritoryPlan.objects.filter(state=PUBLISHED, pk__in=same)


def _standing(day: dt.date) -> dict[str, Any]:
    """What holds before a publication: the territories that are there, and their owners."""
    owners = {str(pk): user for pk, user in territories.owners(day).items()}
    return {"live": sorted(territories.live(day).values_list("pk", flat=True)), "owners": owners}


def go_live(plan: TerritoryPlan, running: jobs.Running) -> dict[str, Any]:
    """Do what a publication says; killed half-way it goes on behind the last account that moved."""
    assert plan.effective_on
    _settle(plan, plan.effective_on)
    rows = plan.accounts.filter(place__isnull=False).order_by("pk")
    total, done = rows.count(), rows.filter(pk__lte=plan.step).count()
    while chunk := list(rows.filter(pk__gt=plan.step).select_related(*NEEDED)[:CHUNK]):
        with transaction.atomic():
            running.hold()
            ready = [row for row in chunk if not (row.held and _has_open_deals(row))]
            _hand_over(plan, ready, plan.effective_on, running.by)
            plan.step, done = chunk[-1].pk, done + len(chunk)
            TerritoryPlan.objects.filter(pk=plan.pk).update(step=plan.step)
        let_others_write(connection)
        running.step(done, total, "publishing")
    TerritoryPlan.objects.filter(pk=plan.pk).update(live=True, deals_on=_deals_on(plan))
    return {"plan": plan.pk, "accounts": moved(plan).count()}


def moved(plan: TerritoryPlan) -> QuerySet[HistoryEntry]:
    """The entries of accounts that a publication gave to somebody else."""
    assert plan.batch
    return HistoryEntry.objects.filter(batch=plan.batch, noun="account", kind="account.assigned")


def _deals_on(plan: TerritoryPlan) -> dt.date | None:
    """When open deals follow that did not at once: behind the fiscal quarter in which the plan became live."""
    if plan.open_deals != PERIOD_END or plan.effective_on is None:
        return None
    return containing(plan.effective_on, "quarter", int(settings.get("company.fiscal_start"))).until


@transaction.atomic
def _settle(plan: TerritoryPlan, day: dt.date) -> None:
    """Make the plan's territories the published ones, with their owners from the day on; may be repeated."""
    for one in plan.territories.select_related("territory"):
        live = one.territory or Territory()
        for key in PlanTerritory.SHARED:
            setattr(live, key, getattr(one, key))
        live.name, live.archived_on = _unused(one), None
        live.save()
        one.territory = live
        one.save(update_fields=["territory"])
        territories.work(live, one.owner_id, since=day)
    for one in plan.territories.select_related("parent"):
        Territory.objects.filter(pk=one.territory_id or 0).update(parent=one.parent.territory_id if one.parent else None)


def _unused(one: PlanTerritory) -> str:
    """The territory's name; with the plan's behind it where another territory bears it."""
    taken = Territory.objects.filter(name_key=fold(one.name)[:120]).exclude(pk=one.territory_id or 0).exists()
    return f"{one.name} ({one.plan.name})"[:120] if taken else one.name


def _hand_over(plan: TerritoryPlan, rows: Sequence[PlanAccount], day: dt.date, by: "Actor") -> None:
    """Place accounts, and give those whose territory or whose territory's owner changes to the new one."""
    told = {row.account_id: {"plan": plan.pk, "how": row.how, **row.reason} for row in rows}
    territories.place({row.account_id: _place(row).territory_id for row in rows}, since=day, reasons=told)
    groups: dict[int, list[PlanAccount]] = defaultdict(list)
    for row in rows:
        if _changes(plan, row):
            groups[_place(row).pk].append(row)
    for together in groups.values():
        _give(plan, together, _place(together[0]), by)


def _place(row: PlanAccount) -> PlanTerritory:
    assert row.place
    return row.place


def _changes(plan: TerritoryPlan, row: PlanAccount) -> bool:
    """Whether the account goes to the territory's owner: it comes from elsewhere, or belonged to whoever owned the territory before."""
    place, whose = _place(row), row.account.owner_id
    if row.account.archived_at or place.owner_id in (None, whose):
        return False
    return row.current_id != place.pk or whose == plan.found["owners"].get(str(place.territory_id))


def _has_open_deals(row: PlanAccount) -> bool:
    return Deal.objects.live().open().filter(account=row.account_id).exists()


def _give(plan: TerritoryPlan, rows: Sequence[PlanAccount], place: PlanTerritory, by: "Actor") -> None:
    owners = {row.account_id: row.account.owner_id for row in rows}
    told = {"territory": place.territory_id, "plan": plan.pk}
    accounts.assign_many([row.account for row in rows], to=place.owner, by=by, batch=plan.batch, data=told)
    if plan.open_deals == NOW:
        _deals_follow(plan, owners, place.owner, by)


def _deals_follow(plan: TerritoryPlan, owners: Mapping[int, int | None], to: User | None, by: "Actor") -> None:
    """Open deals that belonged to the account's former owner follow it; those of others stay with them."""
    rows = Deal.objects.live().open().filter(account__in=list(owners))
    follow = [deal for deal in rows if deal.owner_id == owners[deal.account_id] and deal.owner_id != (to and to.pk)]
    if follow:
        deals.assign_many(follow, to=to, by=by, batch=plan.batch)


def come_due(running: jobs.Running, day: dt.date) -> int:
    """What waited for its day: held accounts whose last open deal is closed, and open deals behind the end of their quarter."""
    count = 0
    for plan in TerritoryPlan.objects.filter(state=PUBLISHED, live=True):
        count += sum(_released(plan, row, day, running) for row in _waiting(plan))
        if plan.deals_on and plan.deals_on <= day:
            count += _quarter_over(plan, running)
    return count


def _waiting(plan: TerritoryPlan) -> Iterable[PlanAccount]:
    """Held accounts that are not yet where the plan wants them."""
    rows = list(plan.accounts.filter(held=True, place__isnull=False).select_related(*NEEDED))
    there = territories.of_accounts([row.account_id for row in rows])
    return [row for row in rows if there.get(row.account_id) != _place(row).territory_id and not _has_open_deals(row)]


def _released(plan: TerritoryPlan, row: PlanAccount, day: dt.date, running: jobs.Running) -> int:
    with transaction.atomic():
        running.hold()
        _hand_over(plan, [row], day, running.by)
    let_others_write(connection)
    return 1


def _quarter_over(plan: TerritoryPlan, running: jobs.Running) -> int:
    """Let the open deals of moved accounts follow them, account by account."""
    people = {user.pk: user for user in User.objects.filter(pk__in=plan.territories.values("owner"))}
    entries = list(moved(plan))
    for entry in entries:
        before, after = entry.changes["owner"]
        with transaction.atomic():
            running.hold()
            _deals_follow(plan, {entry.object_id: before}, people.get(after), running.by)
        let_others_write(connection)
    TerritoryPlan.objects.filter(pk=plan.pk).update(deals_on=None)
    return len(entries)


@transaction.atomic
def withdraw(plan: TerritoryPlan, *, by: "Actor") -> TerritoryPlan:
    """Undo a publication by letting what was before hold again from today; one whose day has not come is approved again."""
    by.require("territory.publish")
    by.require("record.assign")
    fresh = locked(plan)
    needs(fresh, PUBLISHED)
    began = fresh.step > 0 or fresh.live
    if began and not fresh.live:
        raise Refused("not_live_yet", name=fresh.name)
    fresh.state = ARCHIVED if began else APPROVED
    for one in TerritoryPlan.objects.select_for_update().filter(pk__in=fresh.found["replaced"], state=ARCHIVED):
        turn(one, PUBLISHED, by)
    changed(fresh, "territory_plan.withdrawn", by=by, changes={"state": [PUBLISHED, fresh.state]})
    if began:
        jobs.start("territory.withdraw", by=by, tick=f"territory.withdraw {fresh.batch}", plan=fresh.pk)
    return fresh


def take_back(plan: TerritoryPlan, running: jobs.Running) -> dict[str, Any]:
    """Give back every account and deal that a publication moved, unless it moved again since; killed half-way it goes on."""
    undone = HistoryEntry.objects.filter(caused_by__isnull=False, kind__endswith=".undone").values("caused_by")
    left = list(HistoryEntry.objects.filter(batch=plan.batch).exclude(pk__in=undone).order_by("-id").values_list("pk", flat=True))
    done, refused = 0, 0
    for at in range(0, len(left), CHUNK):
        with transaction.atomic():
            running.hold()
            entries = HistoryEntry.objects.filter(pk__in=left[at : at + CHUNK]).order_by("-id")
            back, kept = undo_each(entries, by=running.by)
        done, refused = done + back, refused + len(kept)
        let_others_write(connection)
        running.step(at, len(left), "taking_back")
    _unplace(plan, running)
    return {"plan": plan.pk, "back": done, "left": refused}


def _unplace(plan: TerritoryPlan, running: jobs.Running) -> None:
    """From today on accounts lie where they were before, and territories have the owners of before; those that the plan made are archived."""
    today, rows = clock.today(), TerritoryAccount.objects.filter(reason__plan=plan.pk, overlay=False, until=FAR)
    while chunk := list(rows[:CHUNK]):
        with transaction.atomic():
            running.hold()
            told = {row.account_id: {"withdrawn": plan.pk} for row in chunk}
            territories.place({row.account_id: row.reason["before"] for row in chunk}, since=today, reasons=told)
        let_others_write(connection)
    with transaction.atomic():
        running.hold()
        for territory in Territory.objects.filter(pk__in=plan.territories.values("territory")):
            territories.work(territory, plan.found["owners"].get(str(territory.pk)), since=today)
        made = plan.territories.exclude(territory__in=plan.found["live"]).values("territory")
        Territory.objects.filter(pk__in=made).update(archived_on=today)
