"""The life of a territory plan: made, drawn, submitted, approved, and sent back; nothing live changes before it is published."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from pacesetter.base import clock, history, jobs, settings, territories
from pacesetter.base.listings import LISTINGS, Query, View
from pacesetter.base.models import Job, User
from pacesetter.base.turns import let_others_write
from pacesetter.core.errors import Conflict, Invalid, NotAllowed, NotFound, Refused, add_sentences
from pacesetter.core.labels import mark
from pacesetter.core.text import fold
from pacesetter.crm.models import Account
from pacesetter.planning.models import PlanAccount, PlanTerritory, TerritoryPlan
from pacesetter.planning.models.territories import APPROVED, ARCHIVED, DRAFT, FOLLOW, PUBLISHED, SUBMITTED

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

add_sentences(
    {
        "plan_state": mark("{name} is {state}: this cannot be done with it now."),
        "plan_drawn": mark("Somebody else drew {name} meanwhile. Look again before you go on."),
        "plan_not_made": mark("The accounts of {name} are still being gathered."),
        "no_accounts": mark("No account fulfils this condition."),
        "nobody_owns": mark("{count} territories have no owner: {names}. Name one for each, or move their accounts elsewhere."),
        "gathering": mark("Accounts are gathered."),
        "not_all_placed": mark("{count} accounts lie in no territory of the plan."),
    }
)
SAID = {
    DRAFT: mark("a draft"),
    SUBMITTED: mark("submitted"),
    APPROVED: mark("approved"),
    PUBLISHED: mark("published"),
    ARCHIVED: mark("archived"),
}
EDITABLE = ("name", "open_deals", "limits")
WORK = ("territory.gather", "territory.publish", "territory.withdraw")  # jobs about one plan
CHUNK = 500  # rows written at once while a plan is gathered


def may_see(by: "Actor") -> None:
    """Refuse those who neither draw nor publish plans, nor see the whole company."""
    if by.level != "all":
        by.require("territory.plan")


def visible_to(by: "Actor") -> QuerySet[TerritoryPlan]:
    """All plans for those who see the whole company; to others who draw plans their own, which hold accounts of their scope."""
    may_see(by)
    rows = TerritoryPlan.objects.select_related("owner", "source")
    return rows if by.level == "all" else rows.filter(owner=by.user_id)


def counted(by: "Actor") -> QuerySet[TerritoryPlan]:
    """The same with `size`, how many accounts each has, and `parts`, how many territories."""

    def count(model: Any) -> Any:
        return Coalesce(
            Subquery(model.objects.filter(plan=OuterRef("pk")).order_by().values("plan").annotate(n=Count("pk")).values("n")), 0
        )

    return visible_to(by).annotate(size=count(PlanAccount), parts=count(PlanTerritory))


def find(pk: int, *, by: "Actor") -> TerritoryPlan:
    """A plan by its id."""
    row = visible_to(by).filter(pk=pk).first()
    if row is None:
        raise NotFound("not_found", noun=TerritoryPlan.NOUN, id=pk)
    return row


def work_on(plan: TerritoryPlan) -> Job | None:
    """The job that gathers, publishes or takes back a plan, as long as it has not ended well."""
    last = Job.objects.filter(key__in=WORK, args__plan=plan.pk).order_by("-pk").first()
    return last if last and last.state != "done" else None


@transaction.atomic
def create(name: str, *, by: "Actor", where: str = "", copy: TerritoryPlan | None = None) -> Job:
    """Begin a draft of the accounts that fulfil `where`, from how they are now or from another plan; a job gathers them."""
    by.require("territory.plan")
    where = copy.where if copy else where
    if not copy and not _accounts(where, by).exists():
        raise Invalid("no_accounts", field="where")
    plan = TerritoryPlan.objects.create(
        name=_named(name), name_key=fold(name.strip())[:120], where=where, source=copy, owner_id=by.user_id,
        currency=settings.get("company.currency"), limits=dict(copy.limits) if copy else {}, created_at=clock.now(),
    )  # fmt: skip
    history.record(plan, "territory_plan.created", by=by, changes={"name": [None, plan.name]}, data={"where": where})
    return jobs.start("territory.gather", by=by, tick=f"territory.gather {plan.pk}", plan=plan.pk)


def _named(name: str, pk: int = 0) -> str:
    if not name.strip():
        raise Invalid("required", field="name")
    if len(name.strip()) > 120:
        raise Invalid("too_long", field="name", limit=120)
    if TerritoryPlan.objects.filter(name_key=fold(name.strip())[:120]).exclude(pk=pk).exists():
        raise Invalid("duplicate", field="name", value=name, name=name.strip())
    return name.strip()


def _accounts(where: str, by: "Actor") -> QuerySet[Account]:
    rows: QuerySet[Account] = View(LISTINGS["account"], Query(where=where), by).queryset
    return rows


@transaction.atomic
def edit(plan: TerritoryPlan, *, by: "Actor", version: int | None = None, **changes: Any) -> TerritoryPlan:
    """Rename a draft, or change when open deals follow."""
    fresh = drawn(plan, by=by, version=version)
    for key in changes.keys() - set(EDITABLE):
        raise Invalid("read_only", field=key)
    if changes.get("open_deals", FOLLOW[0]) not in FOLLOW:
        raise Invalid("unknown_choice", field="open_deals", value=changes["open_deals"], known=", ".join(FOLLOW))
    if "name" in changes:
        changes["name"] = _named(changes["name"], fresh.pk)
    pairs = {key: [getattr(fresh, key), value] for key, value in changes.items() if getattr(fresh, key) != value}
    for key, (_before, after) in pairs.items():
        setattr(fresh, key, after)
    fresh.name_key = fold(fresh.name)[:120]
    return changed(fresh, "territory_plan.edited", by=by, changes=pairs) if pairs else fresh


def drawn(plan: TerritoryPlan, *, by: "Actor", version: int | None = None) -> TerritoryPlan:
    """A draft as it stands now, locked for a change; refused to others, in another state, or when somebody drew meanwhile."""
    by.require("territory.plan")
    fresh = locked(plan)
    needs(fresh, DRAFT)
    if not fresh.made:
        raise Refused("plan_not_made", name=fresh.name)
    if version is not None and version != fresh.version:
        raise Conflict("plan_drawn", name=fresh.name)
    return fresh


def locked(plan: TerritoryPlan) -> TerritoryPlan:
    """The plan's row, locked until the transaction ends."""
    return TerritoryPlan.objects.select_for_update().get(pk=plan.pk)


def needs(plan: TerritoryPlan, *states: str) -> None:
    """Refuse unless the plan is in one of these states."""
    if plan.state not in states:
        raise Refused("plan_state", name=plan.name, state=SAID[plan.state], needed=list(states))


def changed(plan: TerritoryPlan, kind: str, *, by: "Actor", **told: Any) -> TerritoryPlan:
    """Store a plan with its next version and one history entry."""
    plan.version += 1
    plan.save()
    history.record(plan, kind, by=by, **told)
    return plan


@transaction.atomic
def submit(plan: TerritoryPlan, *, by: "Actor") -> TerritoryPlan:
    """Ask for approval; a plan whose accounts or territories belong to nobody is not ready."""
    fresh = drawn(plan, by=by)
    _demand_whole(fresh)
    return turn(fresh, SUBMITTED, by)


@transaction.atomic
def approve(plan: TerritoryPlan, *, by: "Actor") -> TerritoryPlan:
    """Let a submitted plan be published."""
    by.require("territory.publish")
    fresh = locked(plan)
    needs(fresh, SUBMITTED)
    return turn(fresh, APPROVED, by)


@transaction.atomic
def send_back(plan: TerritoryPlan, *, by: "Actor", reason: str = "") -> TerritoryPlan:
    """Make a submitted or approved plan a draft again."""
    mine = by.can("territory.plan") and plan.owner_id == by.user_id
    if not (mine or by.can("territory.publish")):
        raise NotAllowed("not_yours", noun=TerritoryPlan.NOUN)
    fresh = locked(plan)
    needs(fresh, SUBMITTED, APPROVED)
    return turn(fresh, DRAFT, by, reason=reason)


@transaction.atomic
def archive(plan: TerritoryPlan, *, by: "Actor") -> TerritoryPlan:
    """Put a draft aside; it can be copied but not drawn any more."""
    by.require("territory.plan")
    fresh = locked(plan)
    needs(fresh, DRAFT, SUBMITTED, APPROVED)
    return turn(fresh, ARCHIVED, by)


def turn(plan: TerritoryPlan, state: str, by: "Actor", **data: Any) -> TerritoryPlan:
    """Put a locked plan into another state, with one history entry."""
    before, plan.state = plan.state, state
    return changed(plan, f"territory_plan.{state}", by=by, changes={"state": [before, state]}, data=data)


def _demand_whole(plan: TerritoryPlan) -> None:
    orphans = plan.territories.filter(owner=None, overlay=False, pk__in=plan.accounts.values("place")).values_list("name", flat=True)
    if orphans:
        raise Refused("nobody_owns", count=len(orphans), names=", ".join(orphans[:5]))
    if homeless := plan.accounts.filter(place=None).count():
        raise Refused("not_all_placed", count=homeless)


def gather(plan: TerritoryPlan, running: jobs.Running) -> int:
    """Fill a new plan: its territories and accounts as they are now, or as the plan that it copies has them; may be repeated."""
    if plan.made:
        return plan.accounts.count()
    plan.accounts.all().delete()
    plan.territories.all().delete()
    rows = list(_accounts(plan.where, running.by).select_related("owner").order_by("pk"))
    placed = _as_copied(plan) if plan.source else _as_live(plan, rows)
    filled = _filled(plan, rows, placed)
    for at in range(0, len(filled), CHUNK):
        PlanAccount.objects.bulk_create(filled[at : at + CHUNK])
        let_others_write(connection)
        running.step(at, len(filled), "gathering")
    TerritoryPlan.objects.filter(pk=plan.pk).update(made=True)
    return len(filled)


Placed = dict[int, tuple[PlanTerritory | None, PlanTerritory | None, dict[str, Any]]]


def _as_live(plan: TerritoryPlan, rows: Sequence[Account]) -> Placed:
    """Published territories where there are any; who owns accounts in none of them is a territory of their own."""
    within, owners = territories.of_accounts([one.pk for one in rows]), territories.owners()
    made = {one.pk: _of_live(plan, one, owners.get(one.pk)) for one in territories.live() if one.pk in set(within.values())}
    for one in made.values():
        one.save()
    loose = {one.owner_id: one.owner for one in rows if one.pk not in within and one.owner}
    own: dict[int | None, PlanTerritory] = {}
    for at, (pk, owner) in enumerate(sorted(loose.items(), key=lambda pair: pair[1].name)):
        own[pk] = PlanTerritory.objects.create(plan=plan, name=_free(plan, owner), owner=owner, position=len(made) + at)
    found = {one.pk: made.get(within.get(one.pk, 0)) or own.get(one.owner_id) for one in rows}
    return {pk: (where, where, {"how": "live"}) for pk, where in found.items()}


def _of_live(plan: TerritoryPlan, one: Any, owner: int | None) -> PlanTerritory:
    return PlanTerritory(plan=plan, territory=one, owner_id=owner, **{key: getattr(one, key) for key in PlanTerritory.SHARED})


def _free(plan: TerritoryPlan, owner: User) -> str:
    """A territory is named after its owner until somebody names it."""
    taken = set(plan.territories.values_list("name", flat=True))
    return owner.name if owner.name not in taken else f"{owner.name} ({owner.pk})"


def _as_copied(plan: TerritoryPlan) -> Placed:
    """The territories of the plan that is copied, and where it put each account; accounts that came since are nowhere yet."""
    assert plan.source
    made = {}
    for one in plan.source.territories.all():
        same = {key: getattr(one, key) for key in ("territory_id", "owner_id", *PlanTerritory.SHARED)}
        made[one.pk] = PlanTerritory.objects.create(plan=plan, **same)
    for one in plan.source.territories.filter(parent__isnull=False):
        PlanTerritory.objects.filter(pk=made[one.pk].pk).update(parent=made[one.parent_id or 0])
    rows = plan.source.accounts.values_list("account", "current", "place", "how", "pinned", "reason")
    return {pk: (made.get(current), made.get(place), {"how": how, "pinned": pinned, "reason": why}) for pk, current, place, how, pinned, why in rows}  # fmt: skip


def _filled(plan: TerritoryPlan, rows: Sequence[Account], placed: Placed) -> list[PlanAccount]:
    from pacesetter.crm import places
    from pacesetter.planning import territory_values

    if not rows:
        raise Invalid("no_accounts", field="where")
    values, points = territory_values.of_accounts(rows), places.of_accounts(rows)
    return [_row(plan, one, placed.get(one.pk, (None, None, {})), points.get(one.pk), values, at) for at, one in enumerate(rows)]


def _row(plan: TerritoryPlan, one: Account, placed: tuple[Any, Any, dict[str, Any]], point: Any, values: Any, at: int) -> PlanAccount:
    current, place, more = placed
    where = {"latitude": point.latitude, "longitude": point.longitude, "placed_by": point.source} if point else {}
    worth = {"potential": values.potential.mean, "potential_low": values.potential.low, "potential_high": values.potential.high}
    money = {name: round(float(column[at])) for name, column in worth.items()}
    sources = {"potential_source": values.potential_source[at], "workload_source": values.workload_source[at]}
    hours = round(float(values.workload[at]), 2)
    return PlanAccount(plan=plan, account=one, current=current, place=place, workload=hours, **money, **sources, **where, **more)
