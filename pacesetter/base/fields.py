"""The field catalogue: key, label, type and choices of every field of every noun, company-made ones included.

A field is described once, on the model plus here; lists, conditions, loaders, forms, API schemas and sources name it.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Literal

from django.db import models, transaction

from pacesetter.base import history, settings
from pacesetter.base.memory import once
from pacesetter.base.models import CustomField, Option
from pacesetter.base.models.fields import TYPES
from pacesetter.core.errors import Invalid
from pacesetter.core.labels import in_language
from pacesetter.core.money import to_minor
from pacesetter.core.registry import Registry
from pacesetter.core.text import fold

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

Type = Literal[
    "text",
    "long_text",
    "email",
    "phone",
    "url",
    "number",
    "decimal",
    "percent",
    "money",
    "date",
    "instant",
    "boolean",
    "choice",
    "option",
    "user",
    "ref",
]


@dataclass(frozen=True)
class Field:
    """One field of a noun. `option` names the company's picklist, `ref` the noun a reference points to."""

    noun: str
    key: str
    label: str
    type: Type
    choices: tuple[tuple[str, str], ...] = ()
    option: str = ""
    ref: str = ""
    editable: bool = True
    required: bool = False
    limit: int | None = None
    custom_id: int | None = None
    labels: tuple[tuple[str, str], ...] = ()

    @property
    def is_custom(self) -> bool:
        return self.custom_id is not None

    @property
    def slot(self) -> str:
        """Where a company-made field's value lives in the `custom` JSON; a bare number would read as an array index."""
        return f"f{self.custom_id}"

    @property
    def attribute(self) -> str:
        """The model attribute a value is stored in: references store the id."""
        return f"{self.key}_id" if self.type in ("user", "ref") and not self.is_custom else self.key

    def label_in(self, language: str, translate: Callable[[str], str] = str) -> str:
        """The label in a reader's language: a company's own, or ours translated."""
        return in_language(dict(self.labels), language) if self.labels else translate(self.label)

    def read(self, obj: Any) -> Any:
        """The value on a record."""
        return obj.custom.get(self.slot) if self.is_custom else getattr(obj, self.attribute)

    def write(self, obj: Any, value: Any) -> None:
        """Put a cleaned value on a record."""
        if not self.is_custom:
            setattr(obj, self.attribute, value)
        elif value in (None, ""):
            obj.custom.pop(self.slot, None)
        else:
            obj.custom[self.slot] = canonical(value)

    def clean(self, value: Any, currency: str = "") -> Any:
        """A typed value from text, JSON or Python; refuses what is not of the field's type."""
        if isinstance(value, str):
            value = value.strip()
        if value in (None, ""):
            return self._empty()
        try:
            cleaned = _CLEAN[self.type](self, value, currency)
        except (TypeError, ValueError, InvalidOperation):
            raise Invalid("wrong_type", field=self.key, value=value, type=self.type) from None
        if self.limit and isinstance(cleaned, str) and len(cleaned) > self.limit:
            raise Invalid("too_long", field=self.key, limit=self.limit)
        return cleaned

    def _empty(self) -> Any:
        if self.required:
            raise Invalid("required", field=self.key)
        return (
            ""
            if self.type in ("text", "long_text", "email", "phone", "url", "choice", "option") and not self.is_custom
            else (False if self.type == "boolean" else None)
        )


def canonical(value: Any) -> Any:
    """A JSON value for history and custom fields."""
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return value.pk if isinstance(value, models.Model) else value


def _text(field: Field, value: Any, currency: str) -> str:
    return str(value) if field.type == "long_text" else " ".join(str(value).split())


def _integer(field: Field, value: Any, currency: str) -> int:
    number = Decimal(str(value))
    if number != number.to_integral_value():
        raise ValueError(value)
    return int(number)


def _decimal(field: Field, value: Any, currency: str) -> float | int:
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError(value)
    return int(number) if field.is_custom and number == number.to_integral_value() else float(number)


def _money(field: Field, value: Any, currency: str) -> int:
    """Major units as typed; an int that is already minor comes in as `Minor`."""
    return (
        int(value)
        if isinstance(value, Minor)
        else to_minor(value if isinstance(value, str) else Decimal(str(value)), currency or settings.get("company.currency"))
    )


class Minor(int):
    """An amount that is already in minor units."""


def _date(field: Field, value: Any, currency: str) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value)[:10])


def _instant(field: Field, value: Any, currency: str) -> dt.datetime:
    instant = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
    from pacesetter.base import clock

    return (instant if instant.tzinfo else instant.replace(tzinfo=clock.zone())).astimezone(dt.UTC)


def _boolean(field: Field, value: Any, currency: str) -> bool:
    text = str(value).casefold()
    if text in ("true", "1", "yes", "on", "sí", "si"):
        return True
    if text in ("false", "0", "no", "off"):
        return False
    raise ValueError(value)


def _choice(field: Field, value: Any, currency: str) -> str:
    known = dict(field.choices) if field.type == "choice" else options(field.option)
    if str(value) in known:
        return str(value)
    folded = fold(str(value))
    for key, label in known.items():
        if folded in (fold(key), fold(label)):
            return key
    raise Invalid("unknown_choice", field=field.key, value=value, known=", ".join(known.values()))


def _reference(field: Field, value: Any, currency: str) -> int:
    return int(value.pk) if isinstance(value, models.Model) else int(value)


_CLEAN: dict[str, Callable[[Field, Any, str], Any]] = {
    **dict.fromkeys(("text", "long_text", "email", "phone", "url"), _text),
    **dict.fromkeys(("number", "percent"), _integer),
    "decimal": _decimal,
    "money": _money,
    "date": _date,
    "instant": _instant,
    "boolean": _boolean,
    **dict.fromkeys(("choice", "option"), _choice),
    **dict.fromkeys(("user", "ref"), _reference),
}

NOUNS: Registry[dict[str, Field]] = Registry("noun")


def describe(noun: str, *fields: Field) -> None:
    """Rooms describe the fields of their nouns, in the order in which people expect them."""
    NOUNS.add(noun, {field.key: field for field in fields})


def of(noun: str) -> dict[str, Field]:
    """Every field of a noun by key; the company's own come last and are called `custom.<key>`."""
    own = once(("fields", noun), lambda: [_made(row) for row in CustomField.objects.filter(noun=noun, archived_on__isnull=True)])
    return NOUNS[noun] | {field.key: field for field in own}


_STORED: dict[str, str] = {"number": "decimal"}


def _made(row: CustomField) -> Field:
    choices = tuple((choice["key"], in_language(choice["label"], "en")) for choice in row.choices)
    kind: Any = _STORED.get(row.type, row.type)
    return Field(
        row.noun,
        f"custom.{row.key}",
        in_language(row.label, "en"),
        kind,
        choices,
        required=row.required,
        custom_id=row.pk,
        labels=tuple(row.label.items()),
    )


def one(noun: str, key: str) -> Field:
    """One field of a noun; refused with the list of known ones."""
    known = of(noun)
    if key not in known:
        raise Invalid("unknown_field", noun=noun, field=key, known=", ".join(known))
    return known[key]


def options(name: str, language: str = "en") -> dict[str, str]:
    """The labels of a company picklist by key, archived ones included so that old records still read well."""
    return {key: in_language(label, language) for key, label, _ in _options(name)}


def _options(name: str) -> list[tuple[str, dict[str, str], dt.date | None]]:
    return once(("options", name), lambda: list(Option.objects.filter(field=name).values_list("key", "label", "archived_on")))


def choices(field: Field, language: str = "en", translate: Callable[[str], str] = str) -> list[tuple[str, str]]:
    """What may be chosen now."""
    if field.type == "choice":
        return [(key, translate(label)) for key, label in field.choices]
    return [(key, in_language(label, language)) for key, label, archived in _options(field.option) if not archived]


@transaction.atomic
def add_options(name: str, labels: Sequence[str | dict[str, str]], *, by: "Actor") -> dict[str, str]:
    """Make choices of a picklist that are not there yet, each an English label or `{lang: label}`; returns the key of every English label."""
    if not (by.can("catalogue.manage") or by.can("record.import")):
        by.require("catalogue.manage")
    known = {fold(label): key for key, label in options(name).items()}
    wanted = {one if isinstance(one, str) else one["en"]: {"en": one} if isinstance(one, str) else one for one in labels}
    new = [label for label in wanted if fold(label) not in known]
    for position, label in enumerate(new, start=len(known)):
        key = known[fold(label)] = key_for(label, set(known.values()))
        row = Option.objects.create(field=name, key=key, label=wanted[label], position=position)
        history.record_plain("option", row.pk, "option.created", by=by, data={"field": name, "label": label})
    return {label: known[fold(label)] for label in wanted}


@transaction.atomic
def edit_option(row: Option, *, by: "Actor", **changes: Any) -> Option:
    """Rename a choice, move it or archive it; its key stays, because records keep it."""
    by.require("catalogue.manage")
    for key in changes.keys() - {"label", "position", "archived_on"}:
        raise Invalid("read_only", field=key)
    before = {key: canonical(getattr(row, key)) for key in changes}
    for key, value in changes.items():
        setattr(row, key, value)
    row.save()
    differ = {key: [before[key], canonical(value)] for key, value in changes.items() if before[key] != canonical(value)}
    history.record_plain("option", row.pk, "option.edited", by=by, changes=differ)
    return row


@transaction.atomic
def create(
    noun: str, *, label: dict[str, str], type: str, by: "Actor", choices: list[dict[str, Any]] | None = None, required: bool = False
) -> CustomField:
    """Make a company field; its key never changes, its label may."""
    by.require("fields.manage")
    if type not in TYPES:
        raise Invalid("unknown_choice", field="type", value=type, known=", ".join(TYPES))
    name = in_language(label, "en").strip()
    if not name:
        raise Invalid("required", field="label")
    taken = set(CustomField.objects.filter(noun=noun).values_list("key", flat=True))
    row = CustomField.objects.create(
        noun=noun, key=key_for(name, taken), label=label, type=type, choices=choices or [], required=required, position=len(taken)
    )
    history.record_plain("field", row.pk, "field.created", by=by, data={"noun": noun, "label": name, "type": type})
    return row


@transaction.atomic
def edit(row: CustomField, *, by: "Actor", **changes: Any) -> CustomField:
    """Change label, choices, order or archive date; type and key stay, because values depend on them."""
    by.require("fields.manage")
    for key in changes.keys() - {"label", "choices", "required", "position", "archived_on"}:
        raise Invalid("read_only", field=key)
    before = {key: canonical(getattr(row, key)) for key in changes}
    for key, value in changes.items():
        setattr(row, key, value)
    row.save()
    history.record_plain(
        "field",
        row.pk,
        "field.edited",
        by=by,
        changes={k: [before[k], canonical(v)] for k, v in changes.items() if before[k] != canonical(v)},
    )
    return row


def key_for(label: str, taken: set[str]) -> str:
    """An immutable key made from a label, unlike those taken."""
    base = "_".join("".join(c if c.isalnum() else " " for c in fold(label)).split())[:50] or "field"
    key, number = base, 2
    while key in taken:
        key, number = f"{base}_{number}", number + 1
    return key


def from_model(noun: str, model: type[models.Model], labels: dict[str, str], **types: Any) -> list[Field]:
    """Fields read off a model: `labels` names those that people see, `types` overrides what cannot be read off."""
    return [replace(_read_off(noun, model, key, label), **types.get(key, {})) for key, label in labels.items()]


def _read_off(noun: str, model: type[models.Model], key: str, label: str) -> Field:
    column = model._meta.get_field(key)
    if isinstance(column, models.ForeignKey):
        target = column.related_model
        ref = getattr(target, "NOUN", "") or target._meta.model_name or ""
        return Field(noun, key, label, "user" if ref == "user" else "ref", ref="" if ref == "user" else ref)
    if column.choices:  # type: ignore[union-attr]
        return Field(noun, key, label, "choice", choices=tuple((str(k), str(v)) for k, v in column.choices))  # type: ignore[union-attr]
    kinds: list[tuple[type[Any], Type]] = [
        (models.TextField, "long_text"),
        (models.BooleanField, "boolean"),
        (models.DateTimeField, "instant"),
        (models.DateField, "date"),
        (models.FloatField, "decimal"),
        (models.IntegerField, "number"),
        (models.CharField, "text"),
    ]
    kind = next(name for cls, name in kinds if isinstance(column, cls))
    return Field(noun, key, label, kind, limit=getattr(column, "max_length", None) if kind == "text" else None)
