"""Drawing a territory plan: its territories, and accounts moved by hand, by rules or by the optimiser. One history entry each, undone as one."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet

from pacesetter.base import find, history
from pacesetter.base.listings import LISTINGS, Query, View
from pacesetter.base.models import HistoryEntry
from pacesetter.core.errors import Conflict, Invalid, NotFound, Refused, add_sentences
from pacesetter.core.labels import mark
from pacesetter.planning.models import PlanAccount, PlanTerritory, TerritoryPlan
from pacesetter.planning.territory_accounts import BEYOND
from pacesetter.planning.territory_plans import changed, drawn
from pacesetter.planning.territory_plans import find as find_plan

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

add_sentences(
    {
        "pinned_accounts": mark("{count} of these accounts stay where they are until somebody lets them go."),
        "capacity": mark("A capacity is above 0 and at most {most}, in full-time people."),
        "moved_since": mark("Some of these accounts moved again since. Move them by hand."),
        "still_there": mark("{name} still has {count} accounts in this plan. Move them first."),
    }
)
TERRITORY = ("name", "owner", "where", "position", "latitude", "longitude", "capacity", "parent", "overlay")
MOST_CAPACITY, MOVED = 1000, "territory_plan.moved"
Moves = list[list[int | None]]  # account, from, to: ids of accounts and of the plan's territories


def one(plan: TerritoryPlan, pk: int) -> PlanTerritory:
    """A territory of this plan by its id."""
    row = plan.territories.filter(pk=pk).select_related("plan", "owner").first()
    if row is None:
        raise NotFound("not_found", noun="territory", id=pk)
    return row


def entries(plan: TerritoryPlan) -> QuerySet[HistoryEntry]:
    """What was done to a plan, newest first."""
    rows: QuerySet[HistoryEntry] = history.of(plan.NOUN, plan.pk).order_by("-id")
    return rows


def entry(plan: TerritoryPlan, pk: int) -> HistoryEntry:
    """A drawing of this plan by the id of its entry."""
    row = entries(plan).filter(pk=pk, kind=MOVED).first()
    if row is None:
        raise NotFound("not_found", noun=find.noun_of(HistoryEntry), id=pk)
    return row


@transaction.atomic
def add(plan: TerritoryPlan, name: str, *, by: "Actor", **values: Any) -> PlanTerritory:
    """A new territory in a draft."""
    fresh = drawn(plan, by=by)
    last = fresh.territories.order_by("-position").values_list("position", flat=True).first()
    one = PlanTerritory(plan=fresh, position=(last or 0) + 1)
    _put(one, {"name": name, **values}, by)
    one.save()
    changed(fresh, "territory_plan.drawn", by=by, data={"territory": one.pk, "added": one.name})
    return one


@transaction.atomic
def alter(one: PlanTerritory, *, by: "Actor", **values: Any) -> PlanTerritory:
    """Change a territory of a draft: its name, owner, rule, home, capacity, or where it hangs in the tree."""
    fresh = drawn(one.plan, by=by)
    before = {key: _plain(getattr(one, key)) for key in values}
    _put(one, values, by)
    one.save()
    after = {key: _plain(getattr(one, key)) for key in values}
    changed(fresh, "territory_plan.drawn", by=by, data={"territory": one.pk, "name": one.name, "from": before, "to": after})
    return one


@transaction.atomic
def remove(one: PlanTerritory, *, by: "Actor") -> None:
    """Take a territory without accounts out of a draft."""
    fresh = drawn(one.plan, by=by)
    if count := fresh.accounts.filter(place=one).count():
        raise Refused("still_there", name=one.name, count=count)
    changed(fresh, "territory_plan.drawn", by=by, data={"territory": one.pk, "removed": one.name})
    one.delete()


def _plain(value: Any) -> Any:
    return value.pk if hasattr(value, "pk") else value


def _put(one: PlanTerritory, values: Mapping[str, Any], by: "Actor") -> None:
    for key, value in values.items():
        if key not in TERRITORY:
            raise Invalid("read_only", field=key)
        setattr(one, key, value)
    one.name = one.name.strip()
    if not one.name or len(one.name) > 120:
        raise Invalid("too_long" if one.name else "required", field="name", limit=120)
    if PlanTerritory.objects.filter(plan=one.plan, name=one.name).exclude(pk=one.pk).exists():
        raise Invalid("duplicate", field="name", value=one.name, name=one.name)
    if not 0 < one.capacity <= MOST_CAPACITY:
        raise Invalid("capacity", field="capacity", most=MOST_CAPACITY)
    _check_place(one)
    if one.where:
        _ = View(LISTINGS["account"], Query(where=one.where), by).tree  # a rule that nobody can read is refused here


def _check_place(one: PlanTerritory) -> None:
    if (one.latitude is None) != (one.longitude is None):
        raise Invalid("required", field="longitude" if one.longitude is None else "latitude")
    if one.latitude is not None and one.longitude is not None and not (abs(one.latitude) <= 90 and abs(one.longitude) <= 180):
        raise Invalid("wrong_type", field="latitude", value=f"{one.latitude}, {one.longitude}", type="number")
    above = one.parent
    while above is not None:
        if above.pk == one.pk or above.plan_id != one.plan_id:
            raise Invalid("cycle", field="parent", name=one.name)
        above = above.parent


@transaction.atomic
def move(
    plan: TerritoryPlan, accounts: Sequence[int], *, to: PlanTerritory | None, by: "Actor", version: int | None = None
) -> HistoryEntry:
    """Put accounts (by id) into a territory of the draft; those that are pinned are refused, and then none moves."""
    fresh = drawn(plan, by=by, version=version)
    if to is not None and to.plan_id != fresh.pk:
        raise NotFound("not_found", noun="territory", id=to.pk)
    rows = list(fresh.accounts.filter(account__in=_storable(accounts)))
    if missing := set(accounts) - {row.account_id for row in rows}:
        raise NotFound("not_found", noun="account", id=min(missing))
    moving = [row for row in rows if row.place_id != (to.pk if to else None)]
    if pinned := sum(row.pinned for row in moving):
        raise Refused("pinned_accounts", count=pinned)
    return shift(fresh, {row.account_id: to.pk if to else None for row in moving}, how="hand", by=by)


def _storable(ids: Sequence[int]) -> list[int]:
    """Ids that a column can hold; others name nothing."""
    return [pk for pk in ids if abs(pk) < BEYOND]


def shift(plan: TerritoryPlan, places: Mapping[int, int | None], *, how: str, by: "Actor", reasons: Mapping[int, Any] | None = None, **told: Any) -> HistoryEntry:  # fmt: skip
    """Store where accounts go, with one entry that tells all of it; the caller holds the plan's lock."""
    rows = [row for row in plan.accounts.filter(account__in=list(places)) if row.place_id != places[row.account_id]]
    moves: Moves = [[row.account_id, row.place_id, places[row.account_id]] for row in rows]
    for row in rows:
        row.place_id, row.how, row.reason = places[row.account_id], how, (reasons or {}).get(row.account_id, {})
    PlanAccount.objects.bulk_update(rows, ["place", "how", "reason"], batch_size=500)
    changed(plan, MOVED, by=by, data={"how": how, "count": len(rows), "moves": moves, **told})
    return history.of(plan.NOUN, plan.pk).first()  # type: ignore[no-any-return]


@transaction.atomic
def take_back(entry: HistoryEntry, *, by: "Actor") -> HistoryEntry:
    """Undo one drawing: its accounts go back to where they were, unless one of them moved again since."""
    fresh = drawn(find_plan(entry.object_id, by=by), by=by)
    now = dict(fresh.accounts.values_list("account", "place"))
    back = {account: before for account, before, after in entry.data.get("moves", []) if account in now}
    if any(now[account] != after for account, _, after in entry.data.get("moves", []) if account in now):
        raise Conflict("moved_since")
    return shift(fresh, back, how="hand", by=by, undone=entry.pk)


def pin(plan: TerritoryPlan, accounts: Sequence[int], *, by: "Actor", pinned: bool = True) -> int:
    """Keep accounts where the draft has them, whatever rules and the optimiser say; or let them go again."""
    return _mark(plan, accounts, "pinned", pinned, by)


def hold(plan: TerritoryPlan, accounts: Sequence[int], *, by: "Actor", held: bool = True) -> int:
    """Let accounts move only when their last open deal is closed; or at once again."""
    return _mark(plan, accounts, "held", held, by)


@transaction.atomic
def _mark(plan: TerritoryPlan, accounts: Sequence[int], flag: str, value: bool, by: "Actor") -> int:
    """Set a flag of accounts of a draft, with one entry; returns of how many it changed."""
    fresh = drawn(plan, by=by)
    count = fresh.accounts.filter(account__in=_storable(accounts)).exclude(**{flag: value}).update(**{flag: value})
    if count:
        changed(fresh, f"territory_plan.{flag}", by=by, data={"count": count, flag: value})
    return count


@transaction.atomic
def follow_rules(plan: TerritoryPlan, *, by: "Actor") -> HistoryEntry:
    """Put every account that is not pinned where the first rule that it fulfils says; others stay."""
    fresh = drawn(plan, by=by)
    wanted, why = by_rules(fresh, by=by)
    free = fresh.accounts.filter(pinned=False).values_list("account", flat=True)
    places: dict[int, int | None] = {pk: wanted[pk] for pk in free if pk in wanted}
    return shift(fresh, places, how="rule", by=by, reasons=why)


def by_rules(plan: TerritoryPlan, *, by: "Actor") -> tuple[dict[int, int], dict[int, dict[str, Any]]]:
    """The territory of each account by the first rule that it fulfils, by account id, and which rule that was."""
    found: dict[int, int] = {}
    why: dict[int, dict[str, Any]] = {}
    inside = set(plan.accounts.values_list("account", flat=True))
    for one in plan.territories.exclude(where="").filter(overlay=False).order_by("position", "id"):
        for pk in View(LISTINGS["account"], Query(where=one.where), by).queryset.order_by().values_list("pk", flat=True):
            if pk in inside and pk not in found:
                found[pk], why[pk] = one.pk, {"rule": one.where}
    return found, why
