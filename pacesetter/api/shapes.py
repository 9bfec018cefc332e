"""JSON shapes of records, made from the field catalogue: a new field needs no new line here."""

import datetime as dt
from typing import Any

from ninja import Schema
from pydantic import create_model

from pacesetter.base import fields
from pacesetter.core.labels import in_language
from pacesetter.core.money import to_major

JSON: dict[str, Any] = {
    **dict.fromkeys(("text", "long_text", "email", "phone", "url", "choice", "option"), str),
    **dict.fromkeys(("number", "percent"), int),
    "decimal": float,
    "money": float,
    "date": dt.date,
    "instant": dt.datetime,
    "boolean": bool,
}


class Ref(Schema):
    """A link to another record."""

    id: int
    name: str


def outgoing(noun: str) -> type[Schema]:
    """The shape of a record that is read."""
    columns = {key: (_out(field) | None, None) for key, field in fields.NOUNS[noun].items()}
    extra = {"id": (int, ...), "version": (int, 1), "archived": (bool, False), "custom": (dict[str, Any], {})}
    return create_model(noun.title().replace("_", ""), __base__=Schema, **extra, **columns)  # type: ignore[call-overload, no-any-return]


def incoming(noun: str) -> type[Schema]:
    """The shape of a record that is written: references by id, custom fields under `custom`."""
    columns = {
        key: (_in(field) | None, None)
        for key, field in fields.NOUNS[noun].items()
        if field.editable or key in ("stage", "owner", "pipeline")
    }
    extra = {"custom": (dict[str, Any], {}), "version": (int | None, None)}
    return create_model(f"{noun.title().replace('_', '')}In", __base__=Schema, **extra, **columns)  # type: ignore[call-overload, no-any-return]


def _out(field: fields.Field) -> Any:
    return Ref if field.type in ("user", "ref") else JSON[field.type]


def _in(field: fields.Field) -> Any:
    return int if field.type in ("user", "ref") else (float | str if field.type == "money" else JSON[field.type])


def show(obj: Any, known: dict[str, fields.Field]) -> dict[str, Any]:
    """A record as JSON."""
    row: dict[str, Any] = {
        "id": obj.pk,
        "version": getattr(obj, "version", 1),
        "archived": bool(getattr(obj, "archived_at", None)),
        "custom": {},
    }
    for key, field in known.items():
        if field.is_custom:
            row["custom"][key.removeprefix("custom.")] = field.read(obj)
        else:
            row[key] = _value(obj, field)
    return row


def _value(obj: Any, field: fields.Field) -> Any:
    value = field.read(obj)
    if value is None:
        return None
    if field.type in ("user", "ref"):
        return {"id": value, "name": _name(getattr(obj, field.key))}
    if field.type == "money":
        return major(value, getattr(obj, "currency", "") or "USD")
    return value


def major(minor: int, currency: str) -> float:
    """Money as JSON shows it: major units."""
    return float(to_major(minor, currency))


def _name(target: Any) -> str:
    return in_language(target.label, "en") if hasattr(target, "label") else str(target)


def changes(body: Schema) -> dict[str, Any]:
    """The fields a caller sent, custom ones under their own keys."""
    sent = body.dict(exclude_unset=True)
    sent.pop("version", None)
    custom = sent.pop("custom", None) or {}
    return {**sent, **{f"custom.{key}": value for key, value in custom.items()}}
