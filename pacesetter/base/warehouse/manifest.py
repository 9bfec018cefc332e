"""Which files make up a version of the extracts. The manifest is one small file, swapped atomically."""

import datetime as dt
import json
import uuid
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from django.conf import settings

FORMAT = 1  # raised when raw tables or facts change their columns: older extracts are then made anew


@dataclass(frozen=True)
class Table:
    """A raw table: one base file, then deltas as (rows, ids that they replace); file names are relative to the folder."""

    base: str
    deltas: tuple[tuple[str, str], ...] = ()
    rows: int = 0
    replaced: int = 0

    @property
    def files(self) -> list[str]:
        return [self.base, *(name for delta in self.deltas for name in delta)]


@dataclass(frozen=True)
class Manifest:
    """One version: `as_of` is the instant whose records it holds."""

    version: int
    as_of: str
    made_for: dict[str, Any]
    raw: dict[str, Table]
    facts: str
    history: int = 0  # the newest history entry then: a database that has fewer was restored from a backup
    token: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def instant(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.as_of)

    def came_before(self, other: "Manifest") -> bool:
        """Whether this version led to the other: neither another database nor one put back from a backup lies between."""
        same = {**self.made_for, "today": ""} == {**other.made_for, "today": ""}
        return same and self.version <= other.version and self.history <= other.history

    @property
    def bytes(self) -> int:
        """What its facts weigh."""
        return sum(file.stat().st_size for file in (folder() / self.facts).iterdir())

    @property
    def files(self) -> set[str]:
        return {name for table in self.raw.values() for name in table.files} | {self.facts}


def folder() -> Path:
    return Path(settings.PACESETTER_DATA) / "extracts"


def current() -> Manifest | None:
    """The version that readers use, if there is one."""
    return _read("manifest.json")


def kept(version: int) -> Manifest | None:
    """A version of the same company that is not forgotten yet: a link names the one that its number came from."""
    found, now = _read(f"version-{version}.json"), current()
    return found if found and now and found.came_before(now) and (folder() / found.facts).exists() else None


def all_kept() -> list[Manifest]:
    """Every version whose files are kept, newest first."""
    numbers = (int(path.stem.removeprefix("version-")) for path in folder().glob("version-*.json"))
    return [found for number in sorted(numbers, reverse=True) if (found := kept(number))]


def forget(old: Manifest) -> None:
    """No link finds this version any more."""
    (folder() / f"version-{old.version}.json").unlink(missing_ok=True)


def _read(name: str) -> Manifest | None:
    try:
        return _parsed(json.loads((folder() / name).read_text()))
    except (FileNotFoundError, KeyError, ValueError, TypeError):
        return None


def _parsed(found: dict[str, Any]) -> Manifest:
    raw = {name: Table(t["base"], tuple((a, b) for a, b in t["deltas"]), t["rows"], t["replaced"]) for name, t in found["raw"].items()}
    return replace(Manifest(**{**found, "raw": {}}), raw=raw)


def swap(new: Manifest) -> None:
    """Make `new` the version that readers see from their next query on."""
    for name in (f"version-{new.version}.json", "manifest.json"):
        draft = folder() / f"draft-{new.token}.json"
        draft.write_text(json.dumps(asdict(new)))
        draft.replace(folder() / name)
