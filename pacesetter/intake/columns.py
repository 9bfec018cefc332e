"""Verbs of the mapping step: what a file holds, which column is which, how it writes its values."""

from typing import Any
from zoneinfo import available_timezones

from django.db import transaction

from pacesetter.base.actor import Actor
from pacesetter.base.loaders import LOADERS
from pacesetter.core.errors import Conflict, Invalid, add_sentences
from pacesetter.core.labels import mark
from pacesetter.core.money import exponent
from pacesetter.intake import mapping, offers
from pacesetter.intake.check import loaders_in_order
from pacesetter.intake.models import Import, ImportFile
from pacesetter.intake.upload import source_of

add_sentences(
    {
        "import_state": mark("{name} is {state}; this is no longer possible."),
        "unknown_column": mark("The file has no column called {column}. Its columns: {known}."),
        "unknown_zone": mark("{zone} is not a time zone such as Europe/Madrid."),
        "mapped_twice": mark("{field} is filled by two columns: {columns}. Choose one."),
        "left_out": mark("You left this file out."),
    }
)


def may_change(batch: Import, by: Actor) -> None:
    by.require("record.import")
    if not batch.changeable:
        raise Conflict("import_state", name=batch.name, state=batch.state)


def column_of(columns: dict[str, dict[str, Any]], name: str) -> dict[str, Any]:
    if name not in columns:
        raise Invalid("unknown_column", column=name, known=", ".join(columns))
    return columns[name]


@transaction.atomic
def set_target(file: ImportFile, *, target: str, by: Actor) -> ImportFile:
    """Say what a file holds ("" leaves it out); its columns are proposed anew."""
    may_change(file.batch, by)
    if target:
        chosen = mapping.fields_of(LOADERS[target](), file.columns)
        file.columns = [{**column, "field": field} for column, field in zip(file.columns, chosen, strict=True)]
    file.target, file.ignored, file.remembered_at = target, None if target else {"code": "left_out", "params": {}}, None
    file.facts |= {"fixed": {}, "joins": None, "whole": False}
    offers.note(file, None)
    return _remap(file)


@transaction.atomic
def set_mapping(
    file: ImportFile, *, by: Actor, fields: dict[str, str] | None = None, manners: dict[str, dict[str, Any]] | None = None
) -> ImportFile:
    """Say which field each column fills ("" for none) and how it writes dates, decimals and scale."""
    may_change(file.batch, by)
    columns = {column["name"]: column for column in file.columns}
    known = {slot.key for slot in LOADERS[file.target]().slots()} if file.target else set()
    for name, field in (fields or {}).items():
        if field and field not in known:
            raise Invalid("unknown_field", noun=file.target, field=field, known=", ".join(sorted(known)))
        column_of(columns, name)["field"] = field
    for name, manner in (manners or {}).items():
        column_of(columns, name).update({key: manner[key] for key in manner.keys() & {"decimal", "order", "scale"}}, certain=True)
    _refuse_twice(file)
    return _remap(file)


def settle(batch: Import, *, by: Actor, currency: str = "", time_zone: str = "", source: str = "") -> Import:
    """Change what the whole import assumes: currency of amounts without one, zone of times without one, whose ids these are."""
    may_change(batch, by)
    if currency:
        exponent(currency)
    if time_zone and time_zone not in available_timezones():
        raise Invalid("unknown_zone", zone=time_zone)
    for key, value in (("currency", currency), ("time_zone", time_zone), ("source", source)):
        if value:
            setattr(batch, key, value)
    batch.state = "mapped"
    batch.save()
    return batch


def _refuse_twice(file: ImportFile) -> None:
    filled: dict[str, list[str]] = {}
    for column in file.columns:
        if column["field"]:
            filled.setdefault(column["field"], []).append(column["name"])
    for field, names in filled.items():
        if len(names) > 1:
            raise Invalid("mapped_twice", field=field, columns=", ".join(names))


def _remap(file: ImportFile) -> ImportFile:
    file.save()
    files = list(file.batch.files.all())
    order = {noun: position for position, noun in enumerate(loaders_in_order())}
    for position, one in enumerate(sorted(files, key=lambda one: (order.get(one.target, len(order)), one.name))):
        ImportFile.objects.filter(pk=one.pk).update(position=position)
    file.batch.state = "mapped"
    file.batch.source = file.batch.source or source_of(file.batch, files)
    file.batch.save(update_fields=["state", "source"])
    return file
