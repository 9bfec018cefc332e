"""Codes and keys from the rooms, said in the reader's language."""

from typing import Any

from django.utils.translation import gettext

from pacesetter.base import fields
from pacesetter.core.errors import Refused, add_sentences
from pacesetter.core.labels import mark

add_sentences(
    {"nothing_selected": mark("Select some rows first."), "unknown_name": mark("There is no {noun} called {name} that you can see.")}
)
NOUNS = {"deal": mark("deal"), "account": mark("account"), "contact": mark("contact"), "lead": mark("lead"), "user": mark("person")}


def refusal(refused: Refused) -> str:
    """A refusal as a sentence."""
    said = Refused(refused.code, **{name: _said(name, value) for name, value in refused.params.items() if name != "code"})
    return said.sentence(gettext)


def _said(name: str, value: Any) -> Any:
    """Parameters may be marked words themselves: a field's label, a noun, a capability."""
    if name == "field":
        value = field(value)
    elif name == "noun":
        value = NOUNS.get(value, value)
    return gettext(value) if isinstance(value, str) and value else value


def field(key: str) -> str:
    """The label of a field that a refusal names by its key."""
    known = (described[key].label for described in fields.NOUNS.values() if key in described)
    return next(known, key)


def noun(key: str) -> str:
    """The word for one record of a noun."""
    return gettext(NOUNS.get(key, key))


def choice(choices: list[tuple[str, str]], key: str) -> str:
    """The translated label of a fixed choice."""
    return gettext(dict(choices).get(key, key)) if key else ""
