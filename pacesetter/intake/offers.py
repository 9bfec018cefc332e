"""Columns without a place here may become company-made fields: which, of what type, and making them."""

import re
from typing import Any

from pacesetter.base import fields
from pacesetter.base.actor import Actor
from pacesetter.base.loaders import LOADERS
from pacesetter.intake.headers import squash
from pacesetter.intake.models import Import, ImportFile, Repair
from pacesetter.intake.profiles import Recognised

TYPES = {"integer": "number", "decimal": "number", "date": "date", "datetime": "date", "boolean": "boolean"}
FIGURES = re.compile(r"0\d+|\d{9,}")  # telephone numbers and codes look like numbers and are none


def note(file: ImportFile, known: Recognised | None) -> None:
    """Mark the columns that are bookkeeping, match those that are company-made, and offer to make what is missing."""
    if not file.target:
        return
    loader = LOADERS[file.target]()
    made = {squash(slot.label): slot.key for slot in loader.slots() if slot.key.startswith("custom.")}
    for column in file.columns:
        column["noise"] = bool(known and (known.profile.is_noise(column["name"]) or known.field(column["name"]) is not None))
        if column["field"] or not column["filled"] or not loader.extensible:
            continue
        own = known.profile.own_name(column["name"]) if known else ""
        if own and squash(own) in made:
            column["field"] = made[squash(own)]
        elif own or (known is None and not column["noise"]):
            column["offer"] = {
                "label": own or column["name"],
                "type": _type(column),
                "asked": not own or bool(known and known.profile.own_is_asked),
            }


def _type(column: dict[str, Any]) -> str:
    figures = column["type"] == "integer" and any(FIGURES.fullmatch(one) for one in column["samples"])
    return "text" if figures else TYPES.get(column["type"], "text")


def repairs(file: ImportFile) -> list[Repair]:
    """A proposal for every column that may become a field; those that no system calls its own wait to be asked for."""
    return [
        Repair(
            file=file,
            column=column["name"],
            kind="field",
            code="new_field",
            rows=column["filled"],
            params={"label": column["offer"]["label"], "type": column["offer"]["type"]},
            values=[{"from": column["name"], "to": column["offer"]["type"], "label": column["offer"]["label"], "rows": column["filled"]}],
            optional=column["offer"]["asked"],
        )
        for column in file.columns
        if column.get("offer") and not column["field"]
    ]


def make(batch: Import, by: Actor) -> None:
    """Make the accepted fields, and map their columns to them; those made before are found again."""
    for file in batch.files.all():
        accepted = {one.column: one for one in file.repairs.filter(kind="field", decision="accepted")}
        for column in file.columns:
            if column["name"] in accepted and not column["field"]:
                column["field"] = _field(file.target, column["offer"], by)
        if accepted:
            file.save(update_fields=["columns"])


def _field(noun: str, offer: dict[str, Any], by: Actor) -> str:
    there = next((one.key for one in fields.of(noun).values() if one.is_custom and squash(one.label) == squash(offer["label"])), "")
    return there or f"custom.{fields.create(noun, label={'en': offer['label']}, type=offer['type'], by=by).key}"
