"""The nouns that have lists, records and forms; generic views work from this table."""

import re
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

from django.urls import reverse

from pacesetter.base.actor import Actor
from pacesetter.base.scope import scope_of
from pacesetter.core.errors import NotFound
from pacesetter.core.labels import mark
from pacesetter.core.registry import Registry
from pacesetter.crm import accounts, contacts, deals, leads
from pacesetter.crm.models import Account, Contact, Deal, Lead


@dataclass(frozen=True)
class Noun:
    """One noun: `columns`, `filters` and `form` name fields; `new` and `none` are its words."""

    key: str
    plural: str
    title: str
    new: str
    none: str
    icon: str
    model: Any
    verbs: ModuleType
    columns: tuple[str, ...]
    filters: tuple[str, ...]
    form: tuple[str, ...]
    related: tuple[str, ...]
    link: str
    moves: tuple[str, ...] = ()

    def find(self, pk: int, actor: Actor) -> Any:
        """The record, if this actor may see it; unknown and forbidden look the same."""
        found = self.model.objects.visible_to(actor).select_related(*self.related).filter(pk=pk).first()
        if found is None:
            raise NotFound("not_found", noun=self.key, id=pk)
        return found

    def many(self, ids: list[int], actor: Actor) -> list[Any]:
        """The visible records among `ids`, in name order."""
        return list(self.model.objects.visible_to(actor).select_related(*self.related).filter(pk__in=ids).order_by("name_key", "pk"))

    def may_edit(self, row: Any, actor: Actor) -> bool:
        """Whether to offer editing; the verb decides for itself."""
        return actor.can(f"{self.key}.edit") and scope_of(actor, self.key, to="edit").allows(row.owner_id) and not row.archived_at

    def url(self, what: str, *args: Any) -> str:
        """An address of this noun: url("record", 12), url("field", 12, "amount")."""
        if all(isinstance(arg, int) or PLAIN.fullmatch(arg) for arg in args):
            return _address(f"{self.key}_{what}", tuple(type(arg) for arg in args)).format(*args)
        return reverse(f"{self.key}_{what}", args=args)


PLAIN = re.compile(r"\w+", re.ASCII)


@cache
def _address(name: str, kinds: tuple[type, ...]) -> str:
    """An address with places for its arguments: a list says hundreds, and working each one out is a tenth of its time."""
    stands = [987_654_321 + at if kind is int else f"argument{at}" for at, kind in enumerate(kinds)]
    address = reverse(name, args=stands).replace("{", "{{").replace("}", "}}")
    for at, one in enumerate(stands):
        address = address.replace(str(one), f"{{{at}}}")
    return address


NOUNS: Registry[Noun] = Registry("page")
NOUNS.add(
    "deal",
    Noun(
        key="deal", plural="deals", title=mark("Deals"), new=mark("New deal"), none=mark("No deals yet"), icon="briefcase-business", model=Deal, verbs=deals,
        columns=("name", "amount", "stage", "close_date", "owner", "health", "next_step", "last_activity_at"),
        filters=("stage", "category", "owner"),
        form=("name", "account", "amount", "currency", "stage", "close_date", "type", "term_months", "category", "source", "competitor", "campaign", "next_step", "next_step_on"),
        related=("account", "stage", "owner"), link="name", moves=("stage", "owner", "close_date"),
    ),
)  # fmt: skip
NOUNS.add(
    "account",
    Noun(
        key="account", plural="accounts", title=mark("Accounts"), new=mark("New account"), none=mark("No accounts yet"), icon="building-2", model=Account, verbs=accounts,
        columns=("name", "industry", "segment", "employees", "country", "owner", "created_at"),
        filters=("segment", "industry", "owner"),
        form=("name", "parent", "industry", "segment", "employees", "annual_revenue", "currency", "website", "phone", "street", "city", "region", "postal_code", "country", "source"),
        related=("owner", "parent"), link="name", moves=("owner", "segment", "industry"),
    ),
)  # fmt: skip
NOUNS.add(
    "contact",
    Noun(
        key="contact", plural="contacts", title=mark("Contacts"), new=mark("New contact"), none=mark("No contacts yet"), icon="users", model=Contact, verbs=contacts,
        columns=("last_name", "title", "account", "email", "phone", "owner"),
        filters=("owner",),
        form=("first_name", "last_name", "title", "account", "email", "phone", "mobile", "opted_out"),
        related=("account", "owner"), link="last_name", moves=("owner",),
    ),
)  # fmt: skip
NOUNS.add(
    "lead",
    Noun(
        key="lead", plural="leads", title=mark("Leads"), new=mark("New lead"), none=mark("No leads yet"), icon="user-plus", model=Lead, verbs=leads,
        columns=("last_name", "clock", "status", "source", "country", "owner", "received_at"),
        filters=("status", "source", "owner"),
        form=("first_name", "last_name", "company", "title", "email", "phone", "mobile", "country", "source", "campaign", "inbound", "request"),
        related=("status", "owner"), link="last_name", moves=("owner", "status"),
    ),
)  # fmt: skip
