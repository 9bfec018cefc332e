"""Verbs on contacts."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pacesetter.base import history
from pacesetter.base.models import User
from pacesetter.core.errors import Invalid
from pacesetter.crm.births import Columns, Prepared
from pacesetter.crm.models import Contact
from pacesetter.crm.records import Shelf, refreshed

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

SHELF = Shelf("contact", Contact, "contact.edit")
history.UNDO.add("contact", SHELF.put_back)
assign_many = SHELF.assign_many
archive_many = SHELF.archive_many
restore_many = SHELF.restore_many


def prepare_many(
    rows: Iterable[Mapping[str, Any]], *, by: "Actor", facts: bool = False, batch: uuid.UUID | None = None
) -> Prepared[Contact]:
    """New contacts, ready to be stored; each needs a name or an e-mail."""
    return SHELF.prepare(rows, by=by, batch=batch, defaults=complete)


def create_many(rows: Iterable[Mapping[str, Any]], *, by: "Actor", facts: bool = False, batch: uuid.UUID | None = None) -> list[Contact]:
    """Store contacts."""
    return prepare_many(rows, by=by, facts=facts, batch=batch).store()


def create(*, by: "Actor", **values: Any) -> Contact:
    """Store one contact."""
    return create_many([values], by=by)[0]


def complete(columns: Columns) -> None:
    """Tidy people's e-mails, and refuse one without a name or an e-mail."""
    columns["email"] = [email.lower() for email in columns["email"]]
    if not all(Contact.names(columns)):
        raise Invalid("required", field="last_name")


def edit_many(
    contacts: Sequence[Contact], *, by: "Actor", version: int | None = None, batch: uuid.UUID | None = None, **changes: Any
) -> list[Contact]:
    """Change fields of contacts."""
    if isinstance(changes.get("email"), str):
        changes["email"] = changes["email"].lower()
    return SHELF.edit_many(contacts, by=by, version=version, batch=batch, **changes)


def edit(contact: Contact, *, by: "Actor", version: int | None = None, **changes: Any) -> Contact:
    """Change fields of one contact."""
    return refreshed(contact, edit_many([contact], by=by, version=version, **changes)[0])


def assign(contact: Contact, *, to: User | None, by: "Actor") -> Contact:
    """Give one contact to another owner."""
    return refreshed(contact, assign_many([contact], to=to, by=by)[0])
