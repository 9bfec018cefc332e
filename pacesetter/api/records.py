"""What all records share: list, read, create, edit, assign, archive; one row of a table per noun."""

import datetime as dt
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from django.http import HttpRequest
from ninja import Query as Param
from ninja import Router, Schema, Status

from pacesetter.api.auth import actor_of
from pacesetter.api.shapes import changes, incoming, outgoing, show
from pacesetter.base import counts, fields, find
from pacesetter.base.actor import Actor
from pacesetter.base.listings import LISTINGS, Query, View
from pacesetter.base.models import User
from pacesetter.core.errors import NotFound
from pacesetter.crm import accounts, bulk, contacts, deals, leads


@dataclass(frozen=True)
class Noun:
    """A noun with its shelf of verbs."""

    key: str
    path: str
    verbs: ModuleType


NOUNS = [
    Noun("account", "/accounts", accounts),
    Noun("contact", "/contacts", contacts),
    Noun("lead", "/leads", leads),
    Noun("deal", "/deals", deals),
]


class Asked(Schema):
    """What a caller asks of a list."""

    where: str = ""
    search: str = ""
    sort: str = ""
    cursor: str = ""
    size: int = 50
    archived: bool = False

    def query(self, columns: tuple[str, ...] = ()) -> Query:
        return Query(self.where, self.search, self.sort, columns, self.archived, cursor=self.cursor, size=max(1, min(self.size, 500)))


class OwnerIn(Schema):
    """The new owner, or nobody."""

    owner: int | None


class EditsIn(Schema):
    """The same changes for many records."""

    ids: list[int]
    changes: dict[str, Any]


COUNTED = {"count": int, "more": bool, "counted_at": dt.datetime | None}


def counted(view: View) -> dict[str, Any]:
    """How many rows a list has; `more` when there are more than that, `counted_at` when so many were there at that instant."""
    found = counts.of(view)
    return {"count": found.n, "more": found.more, "counted_at": found.as_of}


def one(noun: str, pk: int, by: Actor) -> Any:
    """A record inside the caller's scope; an unknown id and a forbidden one answer alike."""
    rows = LISTINGS[noun].model.objects.visible_to(by).select_related(*LISTINGS[noun].related)
    obj = rows.filter(pk=pk).first()
    if obj is None:
        raise NotFound("not_found", noun=noun, id=pk)
    return obj


def person(pk: int | None) -> User | None:
    """A person by id."""
    return None if pk is None else find.one(User, pk)


def routers() -> dict[str, Router]:
    """A router per noun."""
    return {noun.path: _router(noun) for noun in NOUNS}


def _router(noun: Noun) -> Router:
    router = Router()
    shape_in, shape_out = incoming(noun.key), outgoing(noun.key)
    page = type(f"{shape_out.__name__}Page", (Schema,), {"__annotations__": {"rows": list[shape_out], "next": str | None, **COUNTED}})  # type: ignore[valid-type]

    def shown(obj: Any) -> dict[str, Any]:
        return show(obj, fields.of(noun.key))

    @router.get("", response=page, operation_id=f"list_{noun.key}s", summary=f"List {noun.key}s")
    def listed(request: HttpRequest, asked: Asked = Param(...)) -> Any:
        view = View(LISTINGS[noun.key], asked.query(), actor_of(request))
        known, found = fields.of(noun.key), view.page()
        return {"rows": [show(obj, known) for obj in found.rows], "next": found.next, **counted(view)}

    @router.post("", response={201: shape_out}, operation_id=f"create_{noun.key}", summary=f"Create a {noun.key}")
    def create(request: HttpRequest, body: shape_in) -> Any:  # type: ignore[valid-type]
        made = noun.verbs.create(by=actor_of(request), **changes(body))
        return Status(201, shown(one(noun.key, made.pk, actor_of(request))))

    @router.get("/{int:pk}", response=shape_out, operation_id=f"read_{noun.key}", summary=f"Read a {noun.key}")
    def read(request: HttpRequest, pk: int) -> Any:
        return shown(one(noun.key, pk, actor_of(request)))

    @router.patch(
        "/{int:pk}",
        response=shape_out,
        operation_id=f"edit_{noun.key}",
        summary=f"Edit a {noun.key}; send `version` to be told of edits in between",
    )
    def edit(request: HttpRequest, pk: int, body: shape_in) -> Any:  # type: ignore[valid-type]
        by = actor_of(request)
        noun.verbs.edit(one(noun.key, pk, by), by=by, version=body.version, **changes(body))  # type: ignore[attr-defined]
        return shown(one(noun.key, pk, by))

    @router.put(
        "/{int:pk}/owner",
        response=OwnerIn,
        operation_id=f"assign_{noun.key}",
        summary="Give it to another owner; afterwards it may be outside one's scope",
    )
    def assign(request: HttpRequest, pk: int, body: OwnerIn) -> Any:
        by = actor_of(request)
        return {"owner": noun.verbs.assign(one(noun.key, pk, by), to=person(body.owner), by=by).owner_id}

    @router.post("/{int:pk}/archival", response=shape_out, operation_id=f"archive_{noun.key}", summary="Archive it")
    def archive(request: HttpRequest, pk: int) -> Any:
        by = actor_of(request)
        noun.verbs.archive_many([one(noun.key, pk, by)], by=by)
        return shown(one(noun.key, pk, by))

    @router.delete("/{int:pk}/archival", response=shape_out, operation_id=f"restore_{noun.key}", summary="Bring it back from the archive")
    def restore(request: HttpRequest, pk: int) -> Any:
        by = actor_of(request)
        noun.verbs.restore_many([one(noun.key, pk, by)], by=by)
        return shown(one(noun.key, pk, by))

    @router.post(
        "/edits",
        response=dict[str, Any],
        operation_id=f"edit_many_{noun.key}s",
        summary="Change many at once; answers a batch that can be undone",
    )
    def edits(request: HttpRequest, body: EditsIn) -> Any:
        change = bulk.edit(noun.key, body.ids, body.changes, by=actor_of(request))
        return {"count": change.count, "batch": str(change.batch)}

    return router
