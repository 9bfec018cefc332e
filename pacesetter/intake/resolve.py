"""What the texts of lookup columns stand for: known records and choices, accepted repairs, or rows still to come."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pacesetter.base import loaders
from pacesetter.base.models import ExternalId
from pacesetter.core.text import fold
from pacesetter.intake.models import Import, Repair


@dataclass(frozen=True)
class Pending:
    """A record that will exist once the import has run; `hint` is what its loader wants others to know of it."""

    noun: str
    name: str
    hint: str = ""


MADE = ("person", "option", "record")
Found = dict[str, Any]


class Resolver:
    """Looks texts up for one import; in a dry run what the import itself brings counts as found."""

    def __init__(self, batch: Import, *, dry: bool) -> None:
        self.source = batch.source
        self.dry = dry
        self._known: dict[str, Found] = defaultdict(dict)
        self._offered: dict[str, dict[str, str]] = defaultdict(dict)
        self._hints: dict[tuple[str, str], str] = {}
        self._merged: dict[str, dict[str, str]] = defaultdict(dict)
        self._repairs: dict[tuple[int, str], dict[str, Any]] = {}
        self.take_repairs(Repair.objects.filter(file__batch=batch))

    def take_repairs(self, repairs: Iterable[Repair]) -> None:
        """Use these repairs; a proposal that nobody rejected counts in the dry run, so that it shows what would be."""
        for repair in repairs:
            applied = repair.decision == "accepted" or (self.dry and not repair.decision and not repair.optional)
            if applied:
                values = self._repairs.setdefault((repair.file_id, repair.column), {})
                values.update({one["from"]: (repair.kind, one["to"]) for one in repair.values})

    def offer(self, noun: str, names: Iterable[str], hints: Mapping[str, str] = MappingProxyType({})) -> None:
        """Names and ids of records that the import will make, some with a hint."""
        self._offered[noun].update({fold(name): name for name in names if name})
        self._hints.update({(noun, fold(name)): hint for name, hint in hints.items()})

    def merge(self, noun: str, ids: dict[str, str]) -> None:
        """Ids of records that the source merged into others."""
        self._merged[noun].update(ids)

    def knows(self, noun: str, key: str) -> bool:
        """Whether a record with this id is here, or comes with the import."""
        here = ExternalId.objects.filter(source=self.source, noun=noun, value=key)
        return fold(key) in self._offered[noun] or here.exists()

    def offered(self, noun: str) -> list[str]:
        """The names as the import's files write them."""
        return sorted(self._offered[noun].values())

    def forget(self, lookup: str) -> None:
        """Look again: records were added."""
        self._known.pop(lookup, None)

    def find(self, lookup: str, texts: Collection[str]) -> Found:
        """Texts that stand for something without any repair."""
        known = self._known[lookup]
        part = loaders.lookup(lookup)
        new = [text for text in texts if text not in known]
        if new:
            nouns = part.nouns or (part.noun,)
            called = {text: self._survivor(nouns, text) for text in new}
            found = part.find(set(called.values()), self.source)
            known.update({text: found.get(now, self._coming(nouns, now)) for text, now in called.items()})
        return {text: known[text] for text in texts if known[text] is not None}

    def _survivor(self, nouns: tuple[str, ...], text: str) -> str:
        return next((self._merged[noun][text] for noun in nouns if text in self._merged[noun]), text)

    def _coming(self, nouns: tuple[str, ...], text: str) -> Pending | None:
        key = fold(text)
        return (
            next((Pending(noun, key, self._hints.get((noun, key), "")) for noun in nouns if key in self._offered[noun]), None)
            if self.dry
            else None
        )

    def resolve(self, file_id: int, column: str, lookup: str, texts: Collection[str]) -> Found:
        """Texts that stand for something, repairs applied."""
        found = self.find(lookup, texts)
        repairs = self._repairs.get((file_id, column), {})
        for text in texts:
            if text not in found and text in repairs:
                value = self._repaired(lookup, text, *repairs[text])
                if value is not None:
                    found[text] = value
        return found

    def _repaired(self, lookup: str, text: str, kind: str, to: Any) -> Any:
        if kind in MADE:
            return Pending(loaders.lookup(lookup).noun, fold(text)) if self.dry else None
        if kind == "near":
            return self.find(lookup, [to]).get(to)
        return to
