"""Forms made from the field catalogue: what to show, what was typed, which field a refusal belongs to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from babel.numbers import NumberFormatError, parse_decimal
from django.urls import reverse
from django.utils.translation import gettext as _

from pacesetter.base import fields
from pacesetter.base.actor import Actor
from pacesetter.base.fields import Field
from pacesetter.core.errors import Invalid, Refused
from pacesetter.core.labels import in_language
from pacesetter.core.money import to_major
from pacesetter.core.text import fold
from pacesetter.crm import choices
from pacesetter.web import formats, words

KINDS = {
    "long_text": "text_area", "email": "email", "phone": "tel", "url": "text", "date": "date", "instant": "datetime-local",
    "boolean": "check", "choice": "choice", "option": "choice", "user": "choice",
}  # fmt: skip
NUMERIC = ("number", "decimal", "percent", "money")


@dataclass(frozen=True)
class Entry:
    """One field of a form as templates/ui/field.html shows it."""

    name: str
    label: str
    kind: str = "text"
    value: Any = None
    text: str = ""
    choices: list[tuple[str, str]] = field(default_factory=list)
    source: str = ""
    required: bool = False
    inputmode: str = ""
    help: str = ""
    error: str = ""
    empty: str = ""
    autofocus: bool = False
    autocomplete: str = ""

    @property
    def id(self) -> str:
        return "f-" + self.name.replace(".", "-")


def label_of(one: Field) -> str:
    """A field's label in the reader's language."""
    return one.label_in(formats.locale().language, _)


def in_words(labels: dict[str, str]) -> str:
    """A company-made label in the reader's language."""
    return in_language(labels, formats.locale().language)


def entry(one: Field, actor: Actor, row: Any = None, **more: Any) -> Entry:
    """A field as a form shows it, with the record's value."""
    raw = one.read(row) if row is not None else None
    made = Entry(one.key, label_of(one), KINDS.get(one.type, "text"), raw, required=one.required)
    if one.type in NUMERIC:
        made = replace(made, value=_typed(one, raw, row), inputmode="decimal")
    elif one.type in ("choice", "option"):
        made = replace(made, kind="choice", choices=fields.choices(one, formats.locale().language, _), value=raw or "")
    elif one.key == "country":
        made = replace(made, kind="choice", choices=countries(raw or ""), value=raw or "")
    elif one.type in ("user", "ref"):
        made = _reference(made, one, actor, row)
    elif one.type in ("date", "instant") and raw is not None and not isinstance(raw, str):
        made = replace(made, value=raw.isoformat()[:16] if one.type == "instant" else raw.isoformat())
    return replace(made, **more)


def countries(code: str) -> list[tuple[str, str]]:
    """Every country by name; a code that an import brought and that names none can stay."""
    known = formats.countries()
    return known if not code or code in dict(known) else [(code, code), *known]


def _typed(one: Field, raw: Any, row: Any) -> str:
    if raw is None:
        return ""
    currency = getattr(row, "currency", "") or "USD"
    value = to_major(raw, currency) if one.type == "money" else Decimal(str(raw))
    whole = value == value.to_integral_value()
    return f"{value:.0f}" if whole else str(value).replace(".", formats.locale().number_symbols["latn"]["decimal"])


def _reference(made: Entry, one: Field, actor: Actor, row: Any) -> Entry:
    if one.type == "user":
        return person(made, actor)
    listed = choices.of(one, actor, formats.locale().language)
    if listed is not None:
        return _listed(made, listed)
    target = getattr(row, one.key, None) if row is not None else None
    return replace(made, kind="record", source=reverse("options", args=[one.ref]), text=str(target) if target else "")


def _listed(made: Entry, listed: choices.Choices) -> Entry:
    return replace(made, kind="choice", choices=[(str(pk), text) for pk, text in listed], value=str(made.value) if made.value else "")


def person(made: Entry, actor: Actor) -> Entry:
    """An entry that takes one of the people somebody may choose: from a list, or by searching where they are many."""
    few = choices.few_people(actor)
    if few is not None:
        return _listed(made, few)
    return replace(made, kind="record", source=reverse("options", args=["user"]), text=name_of(made.value))


def name_of(pk: Any) -> str:
    """What a person is called; empty for nobody."""
    return choices.names([int(pk)]).get(int(pk), "") if pk else ""


@dataclass
class Form:
    """The entries of a form, what was sent, and a refusal that belongs to no field."""

    entries: list[Entry]
    problem: str = ""

    def refuse(self, refused: Refused) -> "Form":
        """Put a refusal's sentence beside its field, or on top."""
        text = words.refusal(refused)
        hit = refused.field in {e.name for e in self.entries}
        self.entries = [replace(e, error=text) if e.name == refused.field else e for e in self.entries]
        self.problem = "" if hit else text
        return self

    def keep(self, data: Mapping[str, str]) -> "Form":
        """Keep what was typed."""
        self.entries = [replace(e, value=data.get(e.name, ""), text=data.get(f"{e.name}_text", "")) for e in self.entries]
        return self


def build(known: Mapping[str, Field], keys: Iterable[str], actor: Actor, row: Any = None, **preset: str) -> Form:
    """The form of some fields of a noun, the company's own ones added at the end."""
    own = [key for key, one in known.items() if one.is_custom]
    made = [entry(known[key], actor, row) for key in [*keys, *own]]
    return Form([replace(e, value=preset[e.name], text=preset.get(f"{e.name}_text", "")) if e.name in preset else e for e in made])


def read(known: Mapping[str, Field], keys: Iterable[str], data: Mapping[str, str], actor: Actor) -> dict[str, Any]:
    """The values a form sent, numbers in the reader's own writing understood."""
    return {key: value_of(known[key], data, actor) for key in keys if key in data or f"{key}_text" in data or known[key].type == "boolean"}


def value_of(one: Field, data: Mapping[str, str], actor: Actor) -> Any:
    """One sent value, ready for a verb."""
    text = data.get(one.key, "").strip()
    if one.type == "boolean":
        return "true" if text else "false"
    if one.type in NUMERIC and text:
        return _number(one, text)
    if one.type in ("ref", "user") and not text and data.get(f"{one.key}_text", "").strip():
        return named(one.ref or "user", data[f"{one.key}_text"], actor, one.key)
    return text or None


def _number(one: Field, text: str) -> str:
    try:
        return str(parse_decimal(text.replace(" ", ""), locale=formats.locale(), strict=True))
    except NumberFormatError:
        raise Invalid("wrong_type", field=one.key, value=text, type=_("number")) from None


def named(noun: str, text: str, actor: Actor, field: str) -> int:
    """Without JavaScript a record is named, not picked."""
    for found in choices.search(noun, text, actor):
        if fold(found.name) == fold(text):
            return int(found.pk)
    raise Invalid("unknown_name", field=field, noun=words.noun(noun), name=text)


__all__ = ["Entry", "Form", "build", "entry", "in_words", "label_of", "read", "replace", "value_of"]
