"""Saved views of lists."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status

from pacesetter.api.auth import actor_of
from pacesetter.base import views
from pacesetter.base.models import SavedView
from pacesetter.core.errors import NotFound

router = Router()


class ViewIn(Schema):
    noun: str
    name: str
    query: str
    shared: bool = False
    pinned: bool = False


class ViewEdit(Schema):
    name: str | None = None
    query: str | None = None
    shared: bool | None = None
    pinned: bool | None = None


def _found(request: HttpRequest, pk: int) -> SavedView:
    """One that the caller sees; others answer as if there were none."""
    view = views.visible_to(actor_of(request)).filter(pk=pk).first()
    if view is None:
        raise NotFound("not_found", noun="view", id=pk)
    return view


def _shown(view: SavedView) -> dict[str, Any]:
    return {key: getattr(view, key) for key in ("id", "noun", "name", "query", "shared", "pinned")} | {"owner": view.owner_id}


@router.get("/views", response=list[dict[str, Any]], summary="One's own views and the shared ones")
def listed(request: HttpRequest, noun: str = "") -> Any:
    rows = views.visible_to(actor_of(request))
    return [_shown(view) for view in (rows.filter(noun=noun) if noun else rows)]


@router.post("/views", response={201: dict[str, Any]}, summary="Save a view")
def save(request: HttpRequest, body: ViewIn) -> Any:
    made = views.save(body.noun, name=body.name, query=body.query, shared=body.shared, pinned=body.pinned, by=actor_of(request))
    return Status(201, _shown(made))


@router.patch("/views/{int:pk}", response=dict[str, Any], summary="Change one's own view")
def edit(request: HttpRequest, pk: int, body: ViewEdit) -> Any:
    return _shown(views.edit(_found(request, pk), by=actor_of(request), **body.dict(exclude_unset=True)))


@router.delete("/views/{int:pk}", response={204: None}, summary="Forget one's own view")
def remove(request: HttpRequest, pk: int) -> Any:
    views.remove(_found(request, pk), by=actor_of(request))
    return Status(204, None)
