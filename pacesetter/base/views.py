"""Saved views: a name for a list's address, one's own or shared with everyone."""

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q, QuerySet

from pacesetter.base import history
from pacesetter.base.models import SavedView
from pacesetter.core.errors import Invalid, NotAllowed

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor


def visible_to(by: "Actor") -> QuerySet[SavedView]:
    """One's own views and the shared ones."""
    return SavedView.objects.filter(Q(owner_id=by.user_id) | Q(shared=True))


@transaction.atomic
def save(noun: str, *, name: str, query: str, by: "Actor", shared: bool = False, pinned: bool = False) -> SavedView:
    """Keep a list's query string under a name."""
    _check(name, shared, by)
    if by.user_id is None:
        raise NotAllowed("not_yours", noun="view")
    position = SavedView.objects.filter(noun=noun).count()
    view = SavedView.objects.create(
        noun=noun, name=name.strip()[:80], owner_id=by.user_id, query=query, shared=shared, pinned=pinned, position=position
    )
    history.record_plain("view", view.pk, "view.saved", by=by, data={"noun": noun, "name": view.name, "query": query})
    return view


@transaction.atomic
def edit(view: SavedView, *, by: "Actor", **changes: Any) -> SavedView:
    """Rename, share, pin or re-aim one's own view."""
    _own(view, by)
    for key in changes.keys() - {"name", "query", "shared", "pinned", "position"}:
        raise Invalid("read_only", field=key)
    _check(changes.get("name", view.name), bool(changes.get("shared", False)), by)
    before = {key: getattr(view, key) for key in changes}
    for key, value in changes.items():
        setattr(view, key, value)
    view.save()
    history.record_plain("view", view.pk, "view.edited", by=by, changes={k: [before[k], v] for k, v in changes.items() if before[k] != v})
    return view


@transaction.atomic
def remove(view: SavedView, *, by: "Actor") -> None:
    """Forget one's own view."""
    _own(view, by)
    history.record_plain("view", view.pk, "view.removed", by=by, data={"noun": view.noun, "name": view.name, "query": view.query})
    view.delete()


def _check(name: str, shared: bool, by: "Actor") -> None:
    if not name.strip():
        raise Invalid("required", field="name")
    if shared:
        by.require("view.share")


def _own(view: SavedView, by: "Actor") -> None:
    if view.owner_id != by.user_id:
        raise NotAllowed("not_yours", noun="view")
