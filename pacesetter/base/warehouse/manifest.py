"""Which files make up a version of the extracts. The manifest is one small file, swapped atomically."""

import datetime as dt
import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from pacesetter.base.warehouse.parts import Table

FORMAT = 4  # raised when raw tables or facts change their columns: older extracts are then made anew


@dataclass(frozen=True)
class Manifest:
    """One version: `as_of` is the instant whose records it holds."""

    version: int
    as_of: str
    made_for: dict[str, Any]
    raw: dict[str, Table]
    facts: dict[str, Table]
    history: int = 0  # the newest history entry then: a database that has fewer was restored from a backup
    token: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def instant(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.as_of)

    def came_before(self, other: "Manifest") -> bool:
        """Whether this version led to the other: neither another database nor one put back from a backup lies between."""
        same = {**self.made_for, "today": ""} == {**other.made_for, "today": ""}
        return same and self.version <= other.version and self.history <= other.history

    @cached_property
    def readable(self) -> set[str]:
        """The files that numbers are read from."""
        return {name for table in self.facts.values() for name in table.files}

    @property
    def files(self) -> set[str]:
        return self.readable | {name for table in self.raw.values() for name in table.files}


def folder() -> Path:
    return Path(settings.PACESETTER_DATA) / "extracts"


def current() -> Manifest | None:
    """The version that readers use, if there is one."""
    return _read("manifest.json")


def kept(version: int) -> Manifest | None:
    """A version of the same company that is not forgotten yet: a link names the one that its number came from."""
    return next(iter(_kept([f"version-{version}.json"])), None)


def all_kept() -> list[Manifest]:
    """Every version whose files are kept, newest first."""
    return sorted(_kept(path.name for path in folder().glob("version-*.json")), key=lambda found: -found.version)


def _kept(names: Iterable[str]) -> Iterator[Manifest]:
    now, there = current(), {path.name for path in folder().iterdir()}
    for name in names:
        found = _read(name)
        if found and now and found.came_before(now) and found.readable <= there:
            yield found


def forget(old: Manifest) -> None:
    """No link finds this version any more."""
    (folder() / f"version-{old.version}.json").unlink(missing_ok=True)


def _read(name: str) -> Manifest | None:
    try:
        return _parsed((folder() / name).read_text())
    except (FileNotFoundError, KeyError, ValueError, TypeError, AttributeError):  # none, broken, or of another release
        return None


@lru_cache(512)
def _parsed(text: str) -> Manifest:
    """Versions do not change, and every refresh looks at all that are kept."""
    found = json.loads(text)
    raw, facts = ({name: _table(told) for name, told in found[kind].items()} for kind in ("raw", "facts"))
    return replace(Manifest(**{**found, "raw": {}, "facts": {}}), raw=raw, facts=facts)


def _table(told: dict[str, Any]) -> Table:
    return Table(tuple(told["base"]), tuple((rows, ids) for rows, ids in told["deltas"]), told["rows"], told["replaced"])


def swap(new: Manifest) -> None:
    """Make `new` the version that readers see from their next query on."""
    for name in (f"version-{new.version}.json", "manifest.json"):
        draft = folder() / f"draft-{new.token}.json"
        draft.write_text(json.dumps(asdict(new)))
        draft.replace(folder() / name)
