"""A backup is one zip: the database as of one instant, the files beside it, and a list of both that is checked on the way in and out.

It is written while people work and nobody waits for it. Extracts and remembered SQL are made anew and stay out.
"""

import errno
import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection

from pacesetter.base import clock
from pacesetter.base.keeping.engines import ENGINES, Engine
from pacesetter.core.errors import Refused, add_sentences
from pacesetter.core.labels import mark

FORMAT = 1
LIST = "backup.json"
KEY = "secret.key"
BESIDE = (KEY, "uploads", "demo")  # what the data folder holds besides the database and what is made from it
BLOCK = 1 << 20
Step = Callable[[int, int], None]
add_sentences(
    {
        "backup_exists": mark("{file} is there already. Name a file that is not."),
        "backup_unreadable": mark("{file} is not a whole backup of Pacesetter: {part} is missing or damaged."),
        "backup_newer": mark("This backup was made by a newer Pacesetter (format {format}). Update first."),
        "backup_other_database": mark("This backup holds a {theirs} database and this installation uses {ours}."),
        "restore_not_empty": mark("The data folder already holds a company. A backup is restored into an empty one."),
        "disk_full": mark("There is no room left for {file}. Nothing was written."),
    }
)


@dataclass(frozen=True)
class Summary:
    """What a backup says about itself: rows per table, and the digest of every part."""

    format: int
    made_by: str
    made_at: str
    database: str
    rows: dict[str, int]
    parts: dict[str, str]


def holds_the_key() -> bool:
    """Whether the secret key lies in the data folder, so that it is in the backup; one that comes from the environment is not."""
    return (Path(settings.PACESETTER_DATA) / KEY).exists() and not os.environ.get("PACESETTER_SECRET_KEY")


def write(file: Path, step: Step = lambda done, total: None) -> Summary:
    """Back everything up into a new file. It bears its name only once it is whole and was read again."""
    if file.exists():
        raise Refused("backup_exists", file=file)
    draft = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        draft.touch(mode=0o600, exist_ok=False)  # the secret key is in it
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
            made = _fill(out, step)
        check(draft)
        draft.replace(file)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise Refused("disk_full", file=file) from error
        raise
    finally:
        draft.unlink(missing_ok=True)
    return made


def _fill(out: zipfile.ZipFile, step: Step) -> Summary:
    digests: dict[str, str] = {}
    rows = _engine().dump(lambda name: _part(out, name, digests), step)
    for path in _files():
        with _part(out, str(path.relative_to(settings.PACESETTER_DATA)), digests) as part, path.open("rb") as source:
            while block := source.read(BLOCK):
                part.write(block)
    made = Summary(FORMAT, metadata.version("pacesetter"), clock.now().isoformat(), connection.vendor, rows, digests)
    out.writestr(LIST, json.dumps(asdict(made), indent=1))
    return made


class _Digested:
    """A part of the zip that is digested while it is written."""

    def __init__(self, part: IO[bytes]) -> None:
        self.part, self.sum = part, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.sum.update(data)
        return self.part.write(data)


@contextmanager
def _part(out: zipfile.ZipFile, name: str, digests: dict[str, str]) -> Iterator[Any]:
    with out.open(name, "w", force_zip64=True) as part:
        digested = _Digested(part)
        yield digested
        digests[name] = digested.sum.hexdigest()


def _files() -> Iterator[Path]:
    """The files beside the database; one that goes away meanwhile (an upload that somebody deletes) stays out."""
    for name in BESIDE:
        path = Path(settings.PACESETTER_DATA) / name
        yield from sorted(one for one in ([path] if path.is_file() else path.rglob("*")) if one.is_file())


def check(file: Path) -> Summary:
    """Read a backup whole and compare it with its list; refused when anything is missing or altered."""
    try:
        with zipfile.ZipFile(file) as archive:
            made = _list(archive, file)
            for name, digest in made.parts.items():
                if _digest(archive, name) != digest:
                    raise Refused("backup_unreadable", file=file, part=name)
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise Refused("backup_unreadable", file=file, part=LIST) from error
    return made


def _list(archive: zipfile.ZipFile, file: Path) -> Summary:
    found = json.loads(archive.read(LIST))
    if found["format"] > FORMAT:
        raise Refused("backup_newer", format=found["format"])
    return Summary(**found)


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    found = hashlib.sha256()
    with archive.open(name) as part:
        while block := part.read(BLOCK):
            found.update(block)
    return found.hexdigest()


def restore(file: Path, step: Step = lambda done, total: None) -> Summary:
    """Put a checked backup into an empty data folder (and, on PostgreSQL, an empty database)."""
    made, engine = check(file), _engine()
    if made.database != connection.vendor:
        raise Refused("backup_other_database", theirs=made.database, ours=connection.vendor)
    if not engine.is_empty():
        raise Refused("restore_not_empty")
    with zipfile.ZipFile(file) as archive:
        for name in made.parts:
            if name.split("/")[0] in BESIDE:
                _put(archive, name, Path(settings.PACESETTER_DATA) / name)
        engine.load(archive.open, step)
    return made


def _put(archive: zipfile.ZipFile, name: str, target: Path) -> None:
    """Write one file, whole or not at all; names cannot leave the folder, the check knows every part by its list."""
    if not target.resolve().is_relative_to(Path(settings.PACESETTER_DATA).resolve()):
        raise Refused("backup_unreadable", file=archive.filename or "", part=name)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = target.with_name(f".{target.name}.part")
    draft.touch(mode=0o600)
    with archive.open(name) as part, draft.open("wb") as out:
        while block := part.read(BLOCK):
            out.write(block)
    draft.replace(target)


def _engine() -> Engine:
    return ENGINES[connection.vendor]()
