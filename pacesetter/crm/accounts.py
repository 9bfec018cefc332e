"""Verbs on accounts."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pacesetter.base import fields, history
from pacesetter.base.models import User
from pacesetter.core.errors import Invalid
from pacesetter.crm.births import Columns, Prepared
from pacesetter.crm.models import Account
from pacesetter.crm.records import Shelf, refreshed

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

SHELF = Shelf("account", Account, "account.edit")
history.UNDO.add("account", SHELF.put_back)
assign_many = SHELF.assign_many
archive_many = SHELF.archive_many
restore_many = SHELF.restore_many


def prepare_many(
    rows: Iterable[Mapping[str, Any]], *, by: "Actor", facts: bool = False, batch: uuid.UUID | None = None
) -> Prepared[Account]:
    """New accounts, ready to be stored."""
    return SHELF.prepare(rows, by=by, batch=batch, defaults=_complete)


def create_many(rows: Iterable[Mapping[str, Any]], *, by: "Actor", facts: bool = False, batch: uuid.UUID | None = None) -> list[Account]:
    """Store accounts."""
    return prepare_many(rows, by=by, facts=facts, batch=batch).store()


def create(*, by: "Actor", **values: Any) -> Account:
    """Store one account."""
    return create_many([values], by=by)[0]


def _complete(columns: Columns) -> None:
    sites = zip(columns["domain"], columns["website"], strict=True)
    columns["domain"] = [domain or (domain_of(website) if website else "") for domain, website in sites]


def domain_of(address: str) -> str:
    """The web domain inside an address or an e-mail: 'https://www.Acme.com/x' -> 'acme.com'."""
    text = address.strip().lower().split("@")[-1].split("//")[-1].split("/")[0].split(":")[0]
    return text.removeprefix("www.")[:120]


def edit_many(
    accounts: Sequence[Account], *, by: "Actor", version: int | None = None, batch: uuid.UUID | None = None, **changes: Any
) -> list[Account]:
    """Change fields of accounts."""
    return SHELF.edit_many(accounts, by=by, version=version, batch=batch, adjust=_follow, **changes)


def edit(account: Account, *, by: "Actor", version: int | None = None, **changes: Any) -> Account:
    """Change fields of one account."""
    return refreshed(account, edit_many([account], by=by, version=version, **changes)[0])


def _follow(account: Account, known: Mapping[str, fields.Field], wanted: dict[str, Any]) -> None:
    above = wanted.get("parent")
    while above:
        if above == account.pk:
            raise Invalid("cycle", field="parent", name=account.name)
        above = Account.objects.filter(pk=above).values_list("parent_id", flat=True).first()


def assign(account: Account, *, to: User | None, by: "Actor") -> Account:
    """Give one account to another owner."""
    return refreshed(account, assign_many([account], to=to, by=by)[0])
