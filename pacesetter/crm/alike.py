"""What records are recognised by: one e-mail, one web domain, one folded name. Files of many ask it, and forms of one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pacesetter.core.text import fold
from pacesetter.crm.accounts import domain_of
from pacesetter.crm.models import Account, Contact, Lead

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

MARKS = {"email": "email", "domain": "domain", "name": "name_key"}
# a new lead may be known as a contact, and the other way round; a converted lead goes on as its contact
PLACES: Mapping[str, tuple[Any, ...]] = {"account": (Account,), "contact": (Contact, Lead), "lead": (Lead, Contact)}
MOST = 3


@dataclass(frozen=True)
class Twin:
    """A record that is here already, and the mark that it shares."""

    kind: str
    record: Any


def marks_of_account(values: Mapping[str, Any]) -> dict[str, str]:
    """The marks of an account from its values."""
    domain = values.get("domain") or (domain_of(values["website"]) if values.get("website") else "")
    return _filled(domain=domain, name=fold(values.get("name"))[:200])


def marks_of_person(values: Mapping[str, Any]) -> dict[str, str]:
    """The marks of a contact or lead from its values."""
    name = f"{values.get('first_name') or ''} {values.get('last_name') or ''}"
    return _filled(email=(values.get("email") or "").strip().lower(), name=fold(name)[:200])


def _filled(**marks: str) -> dict[str, str]:
    return {kind: text for kind, text in marks.items() if text}


def twins(noun: str, values: Mapping[str, Any], *, by: "Actor") -> list[Twin]:
    """The few live records in the actor's sight that a new one may duplicate, the surest first."""
    marks = marks_of_account(values) if noun == "account" else marks_of_person(values)
    found: dict[tuple[str, int], Twin] = {}
    for twin in _sharing(marks, PLACES[noun], by):
        found.setdefault((twin.record.noun, twin.record.pk), twin)
        if len(found) == MOST:
            break
    return list(found.values())


def _sharing(marks: Mapping[str, str], places: Iterable[Any], by: "Actor") -> Iterable[Twin]:
    for kind, text in marks.items():
        for model in places:
            rows = model.objects.visible_to(by).live().filter(**{MARKS[kind]: text})
            rows = rows.filter(converted_at=None) if model is Lead else rows
            yield from (Twin(kind, row) for row in rows.order_by("-id")[:MOST])
