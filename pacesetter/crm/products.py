"""Verbs on products."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pacesetter.base import history
from pacesetter.crm.births import Prepared
from pacesetter.crm.models import Product
from pacesetter.crm.records import Shelf, refreshed

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

SHELF = Shelf("product", Product, "catalogue.manage")
history.UNDO.add("product", SHELF.put_back)
archive_many = SHELF.archive_many
restore_many = SHELF.restore_many


def prepare_many(
    rows: Iterable[Mapping[str, Any]], *, by: "Actor", facts: bool = False, batch: uuid.UUID | None = None
) -> Prepared[Product]:
    """New products, ready to be stored."""
    return SHELF.prepare(rows, by=by, batch=batch)


def create_many(rows: Iterable[Mapping[str, Any]], *, by: "Actor", facts: bool = False, batch: uuid.UUID | None = None) -> list[Product]:
    """Store products."""
    return prepare_many(rows, by=by, facts=facts, batch=batch).store()


def create(*, by: "Actor", **values: Any) -> Product:
    """Store one product."""
    return create_many([values], by=by)[0]


def edit_many(
    rows: Sequence[Product], *, by: "Actor", version: int | None = None, batch: uuid.UUID | None = None, **changes: Any
) -> list[Product]:
    """Change fields of products."""
    return SHELF.edit_many(rows, by=by, version=version, batch=batch, **changes)


def edit(product: Product, *, by: "Actor", version: int | None = None, **changes: Any) -> Product:
    """Change fields of one product."""
    return refreshed(product, edit_many([product], by=by, version=version, **changes)[0])
