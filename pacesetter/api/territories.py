"""Territory plans: drafts of how accounts are shared out, and their life up to publication. What moves many accounts is a job: 202 and a link."""

import datetime as dt
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema, Status

from pacesetter.api.auth import actor_of
from pacesetter.api.jobs import shown as job_shown
from pacesetter.api.shapes import major
from pacesetter.base.models import Job
from pacesetter.planning import territory_accounts, territory_drafts, territory_figures, territory_plans, territory_publishing
from pacesetter.planning.models import PlanAccount, PlanTerritory, TerritoryPlan
from pacesetter.planning.territory_figures import Figures, Line, Move, Side

router = Router()


class PlanIn(Schema):
    """`where` is a condition over accounts, such as `country is ES`; without one all accounts are planned."""

    name: str
    where: str = ""


class CopyIn(Schema):
    name: str


class PlanEdit(Schema):
    """`open_deals`: whether open deals follow their account now, at the end of the fiscal quarter, or stay with who has them."""

    name: str = ""
    open_deals: Literal["now", "period_end", "stay"] = "stay"
    version: int | None = None


class ReasonIn(Schema):
    reason: str = ""


class PublicationIn(Schema):
    """From which day on the plan holds; today where none is said."""

    on: dt.date | None = None


@router.get("/territory-plans", response=list[dict[str, Any]], summary="Territory plans, the newest first")
def listed(request: HttpRequest, size: int = 200) -> Any:
    return [plain(one) for one in territory_plans.visible_to(actor_of(request))[: max(1, min(size, 1000))]]


@router.post(
    "/territory-plans", response={202: dict[str, Any]}, summary="Begin a draft from how accounts are shared out now; a job gathers them"
)
def create(request: HttpRequest, body: PlanIn) -> Any:
    by = actor_of(request)
    return Status(202, _begun(territory_plans.create(body.name, where=body.where, by=by), request))


@router.post(
    "/territory-plans/{int:pk}/copies",
    response={202: dict[str, Any]},
    summary="Begin a draft from another plan; a job gathers its accounts",
)
def copy(request: HttpRequest, pk: int, body: CopyIn) -> Any:
    return Status(202, _begun(territory_plans.create(body.name, copy=plan(request, pk), by=actor_of(request)), request))


@router.get("/territory-plans/{int:pk}", response=dict[str, Any], summary="A plan: its territories now and in the plan, and what moves")
def read(request: HttpRequest, pk: int) -> Any:
    found = plan(request, pk)
    figures = Figures(found, actor_of(request))
    lines = figures.lines()
    spreads = {
        measure: {side: territory_figures.spread([getattr(line, side) for line in lines], measure) for side in ("now", "plan")}
        for measure in ("workload", "potential")
    }
    return plain(found) | {
        "accounts": len(figures.account), "moved": int(figures.moved.sum()), "deals_without_rate": figures.unconverted, "spread": spreads,
        "territories": [_line(line, found.currency) for line in lines], "overlays": [territory(one) for one in figures.territories if one.overlay],
        "moves": [_move(one, found.currency) for one in figures.moves()], "job": _job(found),
    }  # fmt: skip


@router.patch("/territory-plans/{int:pk}", response=dict[str, Any], summary="Rename a draft, or say when open deals follow")
def edit(request: HttpRequest, pk: int, body: PlanEdit) -> Any:
    changes = body.dict(exclude_unset=True)
    version = changes.pop("version", None)
    return plain(territory_plans.edit(plan(request, pk), by=actor_of(request), version=version, **changes))


@router.get("/territory-plans/{int:pk}/accounts", response=dict[str, Any], summary="Accounts of a plan, those with most potential first")
def accounts(request: HttpRequest, pk: int, territory: int | None = None, moved: bool = False, cursor: str = "", size: int = 50) -> Any:
    """`territory` asks for those that the plan puts into one of its territories (0: into none), `moved` for those that change theirs."""
    found = plan(request, pk)
    rows = territory_accounts.of(found, by=actor_of(request), territory=territory, moved=moved)
    page = territory_accounts.page(rows, cursor=cursor, size=max(1, min(size, 500)))
    return {"rows": [_account(row, found.currency) for row in page.rows], "next": page.next or None, "count": rows.count()}


@router.get("/territory-plans/{int:pk}/entries", response=list[dict[str, Any]], summary="What was done to a plan, newest first")
def entries(request: HttpRequest, pk: int, size: int = 100) -> Any:
    keys = ("id", "kind", "at", "user_id", "via", "changes")
    told = ("how", "count", "undone", "reason", "effective_on")
    return [
        {key: getattr(one, key) for key in keys} | {key: one.data[key] for key in told if key in one.data}
        for one in territory_drafts.entries(plan(request, pk))[: max(1, min(size, 500))]
    ]


@router.get(
    "/territory-plans/{int:pk}/differences/{int:other}",
    response=dict[str, Any],
    summary="Accounts that two plans place with different owners",
)
def differences(request: HttpRequest, pk: int, other: int) -> Any:
    found = territory_figures.compare(plan(request, pk), plan(request, other))
    return {"accounts": found["accounts"], "differ": found["differ"], "only_here": found["only"][0], "only_there": found["only"][1]}


@router.post("/territory-plans/{int:pk}/submission", response=dict[str, Any], summary="Ask for approval")
def submit(request: HttpRequest, pk: int) -> Any:
    return plain(territory_plans.submit(plan(request, pk), by=actor_of(request)))


@router.post("/territory-plans/{int:pk}/approval", response=dict[str, Any], summary="Let a submitted plan be published")
def approve(request: HttpRequest, pk: int) -> Any:
    return plain(territory_plans.approve(plan(request, pk), by=actor_of(request)))


@router.post(
    "/territory-plans/{int:pk}/return", response=dict[str, Any], summary="Send a submitted or approved plan back: it is a draft again"
)
def send_back(request: HttpRequest, pk: int, body: ReasonIn) -> Any:
    return plain(territory_plans.send_back(plan(request, pk), reason=body.reason, by=actor_of(request)))


@router.post("/territory-plans/{int:pk}/archival", response=dict[str, Any], summary="Put a plan aside that is not published")
def archive(request: HttpRequest, pk: int) -> Any:
    return plain(territory_plans.archive(plan(request, pk), by=actor_of(request)))


@router.post(
    "/territory-plans/{int:pk}/publication",
    response={202: dict[str, Any]},
    summary="Let an approved plan hold from a day on; a job moves accounts and deals",
)
def publish(request: HttpRequest, pk: int, body: PublicationIn) -> Any:
    found = territory_publishing.publish(plan(request, pk), on=body.on, by=actor_of(request))
    return Status(202, plain(found) | {"job": _job(found)})


@router.delete(
    "/territory-plans/{int:pk}/publication",
    response={202: dict[str, Any]},
    summary="Take a publication back; a job gives accounts and deals back",
)
def withdraw(request: HttpRequest, pk: int) -> Any:
    found = territory_publishing.withdraw(plan(request, pk), by=actor_of(request))
    return Status(202, plain(found) | {"job": _job(found)})


def plan(request: HttpRequest, pk: int) -> TerritoryPlan:
    """A plan that the caller may see."""
    return territory_plans.find(pk, by=actor_of(request))


def plain(one: TerritoryPlan) -> dict[str, Any]:
    """A plan as JSON, without its territories."""
    keys = (
        "id",
        "name",
        "state",
        "where",
        "currency",
        "made",
        "open_deals",
        "effective_on",
        "deals_on",
        "live",
        "created_at",
        "published_at",
        "version",
    )
    return {key: getattr(one, key) for key in keys} | {"owner": one.owner_id, "copy_of": one.source_id}


def territory(one: PlanTerritory) -> dict[str, Any]:
    """A territory of a plan as JSON; `territory` is the published one that it stands for."""
    keys = ("id", "name", "where", "position", "latitude", "longitude", "capacity", "overlay")
    return {key: getattr(one, key) for key in keys} | {"owner": one.owner_id, "parent": one.parent_id, "territory": one.territory_id}


def _begun(job: Job, request: HttpRequest) -> dict[str, Any]:
    return plain(plan(request, job.args["plan"])) | {"job": job_shown(job)}


def _job(one: TerritoryPlan) -> dict[str, Any] | None:
    job = territory_plans.work_on(one)
    return job and job_shown(job)


def _line(line: Line, currency: str) -> dict[str, Any]:
    sides = {"now": _side(line.now, currency), "plan": _side(line.plan, currency)}
    return territory(line.territory) | sides | {"gained": line.gained, "lost": line.lost}


def _side(side: Side, currency: str) -> dict[str, Any]:
    """`workload_off` and `potential_off` are the shares above or below what the territory's capacity asks for."""
    money = {"potential": major(side.potential, currency), "pipeline": major(side.pipeline, currency)}
    rest = {
        "workload": round(side.workload, 2),
        "km": round(side.km),
        "workload_off": side.workload_off,
        "potential_off": side.potential_off,
    }
    return {"accounts": side.accounts} | money | rest


def _move(one: Move, currency: str) -> dict[str, Any]:
    ends = {"from": one.before and one.before.pk, "to": one.after and one.after.pk}
    money = {"potential": major(one.potential, currency), "pipeline": major(one.pipeline, currency)}
    return ends | money | {"cities": one.cities, "accounts": one.accounts, "workload": round(one.workload, 2), "open_deals": one.deals}


def _account(row: PlanAccount, currency: str) -> dict[str, Any]:
    money = {key: major(getattr(row, key), currency) for key in ("potential", "potential_low", "potential_high")}
    keys = ("latitude", "longitude", "placed_by", "potential_source", "workload", "workload_source", "pinned", "held", "how", "reason")
    account = {"id": row.account_id, "name": row.account.name, "city": row.account.city, "owner": row.account.owner_id}
    return account | {"now": row.current_id, "plan": row.place_id} | money | {key: getattr(row, key) for key in keys}
