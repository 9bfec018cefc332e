"""Drawing a territory plan: its territories, and where accounts go; each move is one entry that can be undone."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status

from pacesetter.api.auth import actor_of
from pacesetter.api.records import person
from pacesetter.api.territories import plan, territory
from pacesetter.base.models import HistoryEntry
from pacesetter.planning import territory_drafts
from pacesetter.planning.models import TerritoryPlan

router = Router()


class TerritoryEdit(Schema):
    """`where` is the rule by which accounts come here, asked by `position`; `capacity` is in full-time people; latitude and longitude are
    where the owner lives; `parent` is a territory of the same plan.
    """

    name: str = ""
    owner: int | None = None
    where: str = ""
    position: int = 0
    latitude: float | None = None
    longitude: float | None = None
    capacity: float = 1.0
    parent: int | None = None
    overlay: bool = False


class TerritoryIn(TerritoryEdit):
    name: str


class MoveIn(Schema):
    """Accounts by id, and the plan's territory into which they go (none: into no territory); `version` refuses what was drawn meanwhile."""

    accounts: list[int]
    territory: int | None = None
    version: int | None = None


class PinIn(Schema):
    accounts: list[int]
    pinned: bool = True


class HoldIn(Schema):
    accounts: list[int]
    held: bool = True


@router.post("/territory-plans/{int:pk}/territories", response={201: dict[str, Any]}, summary="A new territory in a draft")
def add(request: HttpRequest, pk: int, body: TerritoryIn) -> Any:
    found = plan(request, pk)
    return Status(201, territory(territory_drafts.add(found, by=actor_of(request), **_values(found, body))))


@router.patch("/territory-plans/{int:pk}/territories/{int:one}", response=dict[str, Any], summary="Change a territory of a draft")
def alter(request: HttpRequest, pk: int, one: int, body: TerritoryEdit) -> Any:
    found = plan(request, pk)
    return territory(territory_drafts.alter(territory_drafts.one(found, one), by=actor_of(request), **_values(found, body)))


@router.delete(
    "/territory-plans/{int:pk}/territories/{int:one}", response={204: None}, summary="Take a territory without accounts out of a draft"
)
def remove(request: HttpRequest, pk: int, one: int) -> Any:
    territory_drafts.remove(territory_drafts.one(plan(request, pk), one), by=actor_of(request))
    return Status(204, None)


@router.post(
    "/territory-plans/{int:pk}/moves", response={201: dict[str, Any]}, summary="Move accounts of a draft into one of its territories"
)
def move(request: HttpRequest, pk: int, body: MoveIn) -> Any:
    found = plan(request, pk)
    to = None if body.territory is None else territory_drafts.one(found, body.territory)
    return Status(201, _moved(territory_drafts.move(found, body.accounts, to=to, version=body.version, by=actor_of(request))))


@router.post(
    "/territory-plans/{int:pk}/moves/{int:entry}/reversal",
    response=dict[str, Any],
    summary="Undo one move, unless its accounts moved again since",
)
def undo(request: HttpRequest, pk: int, entry: int) -> Any:
    return _moved(territory_drafts.take_back(territory_drafts.entry(plan(request, pk), entry), by=actor_of(request)))


@router.post(
    "/territory-plans/{int:pk}/sorting",
    response=dict[str, Any],
    summary="Put accounts that are not pinned where the first rule that they fulfil says",
)
def follow_rules(request: HttpRequest, pk: int) -> Any:
    return _moved(territory_drafts.follow_rules(plan(request, pk), by=actor_of(request)))


@router.put(
    "/territory-plans/{int:pk}/pins", response=dict[str, int], summary="Keep accounts where the draft has them, or let them go again"
)
def pin(request: HttpRequest, pk: int, body: PinIn) -> Any:
    return {"count": territory_drafts.pin(plan(request, pk), body.accounts, pinned=body.pinned, by=actor_of(request))}


@router.put(
    "/territory-plans/{int:pk}/holds",
    response=dict[str, int],
    summary="Let accounts move only when their last open deal is closed, or at once again",
)
def hold(request: HttpRequest, pk: int, body: HoldIn) -> Any:
    return {"count": territory_drafts.hold(plan(request, pk), body.accounts, held=body.held, by=actor_of(request))}


def _values(found: TerritoryPlan, body: TerritoryEdit) -> dict[str, Any]:
    """What was sent, with people and territories in place of their ids."""
    sent = body.dict(exclude_unset=True)
    if "owner" in sent:
        sent["owner"] = person(sent["owner"])
    if sent.get("parent") is not None:
        sent["parent"] = territory_drafts.one(found, sent["parent"])
    return sent


def _moved(entry: HistoryEntry) -> dict[str, Any]:
    """`entry` is what undoes it."""
    return {"entry": entry.pk, "count": entry.data["count"], "how": entry.data["how"]}
