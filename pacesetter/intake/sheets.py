"""The files of a form: what each holds and what its columns are called, taken from the import's own layouts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pacesetter.base.leaving import LEAVING
from pacesetter.base.loaders import DELETED, ID, LOADERS, Slot
from pacesetter.intake.headers import squash
from pacesetter.intake.profiles.layouts import Layout, Profile

HEADS = {ID: "Id", DELETED: "Deleted"}
NOTHING = Slot("nothing", "")


@dataclass(frozen=True)
class Sheet:
    """One file: whose rows, which of them, and what its columns are called.

    In a long table each row tells of one field only: `told` are those fields, by the system's name for them.
    """

    name: str
    noun: str
    columns: Mapping[str, Slot]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    joins: str = ""
    told: Mapping[str, Slot] = field(default_factory=dict)


def plain() -> Iterator[Sheet]:
    """Our own words: every field that an import could fill."""
    for noun, leaving in LEAVING.items():
        slots: dict[str, Slot] = {}
        for slot in (slot for slot in LOADERS[noun]().slots() if slot.key not in leaving.others):
            head = HEADS.get(slot.key, slot.label)
            slots[head if head not in slots else f"{head} ({slot.key})"] = slot  # a company may call its field like one of ours
        yield Sheet("-".join(LOADERS[noun].label.lower().split()), noun, slots)


def shaped(profile: Profile) -> Iterator[Sheet]:
    """A system's files: of each kind of record the first layout that has a name."""
    seen = set()
    for layout in profile.files:
        noun = layout.joins[0] if layout.joins else layout.target
        kind = (noun, tuple(layout.fixed.items()), layout.joins and layout.joins[3])
        if noun in LEAVING and layout.files and not layout.refused and kind not in seen:
            seen.add(kind)
            yield _sheet(profile, layout, noun)


def _sheet(profile: Profile, layout: Layout, noun: str) -> Sheet:
    slots = {slot.key: slot for slot in LOADERS[noun]().slots()}
    if layout.joins:
        _, own, other, key = layout.joins
        return Sheet(layout.files[0], noun, {own: slots[ID], other: slots[key]} | {"type_id": NOTHING}, joins=key)
    headers: dict[str, str] = {}
    for header, key in layout.columns.items():
        if key in slots and key not in headers.values():
            headers[header] = key
    columns = {header: slots[key] for header, key in headers.items()}
    own = {profile.own_written.format("_".join(slot.label.split())): slot for slot in slots.values() if slot.key.startswith("custom.")}
    told = _told(profile, LOADERS[noun]().pivot, slots) if "property" in layout.columns.values() else {}
    return Sheet(layout.files[0], noun, columns | (own if profile.own_written else {}), layout.fixed, told=told)


def _told(profile: Profile, pivot: Mapping[str, str], slots: Mapping[str, Slot]) -> dict[str, Slot]:
    """The fields that histories tell of, by the first name that the system's deals have for them."""
    found: dict[str, str] = {}
    for header in (header for layout in profile.files if layout.target == "deal" for header in layout.columns):
        key = pivot.get(squash(header), "")
        if key and key not in found.values():
            found[header] = key
    return {header: slots[key] for header, key in found.items()}
