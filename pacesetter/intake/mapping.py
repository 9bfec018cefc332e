"""Which column fills which field: known layouts first, then what people confirmed before, then a proposal."""

import hashlib
import re
from collections.abc import Sequence
from typing import Any

from rapidfuzz import fuzz, process

from pacesetter.base.loaders import LOADERS, Loader, Slot
from pacesetter.core.text import fold
from pacesetter.intake.headers import squash

NEAR, ENDING = 88, 85.0
# What the values of a column must look like for a slot of each type; text takes anything.
SHAPES = {**dict.fromkeys(("number", "percent", "decimal", "money"), "number"), "date": "date", "instant": "date"}
PLAUSIBLE = 0.3  # share of values that must have the shape when the name fits exactly
TYPICAL = 0.9  # and when it is only near


# Tables about records (who belongs to what, what changed when) look like records of the noun they name.
NO_RECORDS = ("history", "relation", "member", "merge", "audit", "property", "submission", "ticket")
SUPPORT = ("case", "cases")


def signature(names: Sequence[str]) -> str:
    """A digest of the header, whatever the order of its columns."""
    return hashlib.sha256("\n".join(sorted(map(squash, names))).encode()).hexdigest()


def target_of(file_name: str, columns: list[dict[str, Any]]) -> str:
    """The import target that explains most of the columns; "" when none explains the file."""
    stem = squash(file_name.rsplit(".", 1)[0])
    if stem in SUPPORT or any(word in stem for word in NO_RECORDS):
        return ""
    best, best_score = "", 0.0
    for noun, loader in LOADERS.items():
        score = _score(loader(), stem, columns)
        if score > best_score:
            best, best_score = noun, score
    return best


def _score(loader: Loader, stem: str, columns: list[dict[str, Any]]) -> float:
    fields = fields_of(loader, columns, least=NEAR)  # what only ends in a known word gives no file away
    found = {key for key in fields if key}
    needed = {slot.key for slot in loader.slots() if slot.required}
    named = any(word in stem for word in loader.files)
    if not needed <= found or not (any(some <= found for some in loader.telling) or (named and needed)):
        return 0.0
    return len(found) / len(columns) + len(found) / 20 + (0.5 if named else 0)


def fields_of(loader: Loader, columns: list[dict[str, Any]], least: float = 0.0) -> list[str]:
    """The field each column fills, "" for none; each field is filled once, by its best column."""
    offers, slots = [], loader.slots()
    for position, column in enumerate(columns):
        for slot in slots:
            if (score := _fit(slot, column)) > least:
                offers.append((score, -position, slot.key, position))
    chosen = [""] * len(columns)
    taken: set[str] = set()
    for _, _, key, position in sorted(offers, reverse=True):
        if not chosen[position] and key not in taken:
            chosen[position] = key
            taken.add(key)
    return chosen


def _fit(slot: Slot, column: dict[str, Any]) -> float:
    """How well a column's name and shape suit a slot: exact names first, in the order the slot lists them."""
    shape = SHAPES.get(slot.type)
    share = column["shares"].get(shape, 0) if shape and column["filled"] else 1
    if share < PLAUSIBLE:
        return 0.0
    name, names = squash(column["name"]), [squash(slot.key), *map(squash, slot.names)]
    if name in names:
        return 200 - min(names.index(name), 90)
    if share >= TYPICAL and _ends_with(column["name"], (slot.key, *slot.names)):
        return ENDING
    alike = [one for one in names if len(one) > 4 and one.endswith("id") == name.endswith("id")]
    near = process.extractOne(name, alike, scorer=fuzz.ratio, score_cutoff=NEAR)
    return float(near[1]) if near and len(name) > 4 and share >= TYPICAL else 0.0


def _ends_with(header: str, names: Sequence[str]) -> bool:
    """Whether a header closes with one of these words: a 'Client company' is a company. What stands in brackets is a unit."""
    words = re.findall(r"\w+", fold(re.sub(r"\(.*?\)", "", header)).replace("_", " "))
    known = [re.findall(r"\w+", fold(name).replace("_", " ")) for name in names]
    return any(len(words) > len(one) > 0 and words[-len(one) :] == one and len("".join(one)) >= 4 for one in known)
