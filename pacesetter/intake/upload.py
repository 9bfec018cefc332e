"""Taking files in: copy them, read how they are written, and propose what each column means."""

import hashlib
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db import transaction

from pacesetter.base import clock, settings
from pacesetter.base.actor import Actor
from pacesetter.base.loaders import LOADERS
from pacesetter.core.errors import Invalid, add_sentences
from pacesetter.core.labels import mark
from pacesetter.intake import mapping, offers, profiles
from pacesetter.intake.check import loaders_in_order
from pacesetter.intake.files import folder
from pacesetter.intake.headers import squash
from pacesetter.intake.models import Import, ImportFile, Mapping
from pacesetter.intake.profiles import Recognised
from pacesetter.intake.readers import schema
from pacesetter.intake.readers.formats import open_table
from pacesetter.intake.rows import LINE, REASON
from pacesetter.intake.unfold import unfolded

add_sentences(
    {
        "no_files": mark("There is no file to import here. Send CSV or XLSX."),
        "relation_file": mark("{name} says who else belongs to whom; there is no place for that here."),
        "support_cases": mark("{name} holds support cases; they stay in the other system."),
        "history_file": mark("{name} tells earlier values of records whose history begins with the import."),
        "told_elsewhere": mark("What {name} says stands in the other files."),
        "no_place": mark("{name} holds something of the other system that has no place here."),
        "joined": mark("It is no list of its own; it says what belongs to the rows of {noun}."),
        "describes_columns": mark("This file describes the columns of the others; it holds no records."),
        "target_unknown": mark("No column names are known here, so it is not clear what {name} holds. Choose what it is under “Map”."),
        "not_a_table_name": mark("{name} is neither CSV nor XLSX."),
    }
)

BLOCK = 1 << 20
SUFFIXES = {".csv", ".tsv", ".txt", ".tab", ".psv", ".xlsx", ".xlsm", ".xls"}


def start(path: Path, *, by: Actor, name: str = "") -> Import:
    """A new import from a file or a folder of related files."""
    files = sorted(one for one in path.iterdir() if one.is_file() and not one.name.startswith(".")) if path.is_dir() else [path]
    return start_files([(one.name, one) for one in files], by=by, name=name or path.resolve().name, alone=not path.is_dir())


def start_files(files: Iterable[tuple[str, Path]], *, by: Actor, name: str, alone: bool = False) -> Import:
    """A new import from named files; with `alone` a file that cannot be read is refused instead of listed."""
    by.require("record.import")
    files = list(files)
    if not files:
        raise Invalid("no_files")
    batch = _new(name, by)
    folder(batch).mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=folder(batch)) as room:
            taken = [
                _take(batch, position, *one, alone=alone or len(files) == 1)
                for position, one in enumerate(unfolded(files, Path(room), batch.time_zone))
            ]
        return _store(batch, taken)
    except Exception:
        shutil.rmtree(folder(batch), ignore_errors=True)
        raise


def _new(name: str, by: Actor) -> Import:
    company = settings.many("company.currency", "company.time_zone")
    zone = by.user.time_zone if by.user and by.user.time_zone else company["company.time_zone"]
    return Import(
        batch=uuid.uuid4(),
        name=name[:200],
        currency=company["company.currency"],
        time_zone=zone,
        user_id=by.user_id,
        created_at=clock.now(),
    )


def _take(batch: Import, position: int, name: str, path: Path, *, alone: bool) -> ImportFile:
    file = ImportFile(batch=batch, position=position, name=name[:200], path=f"{position:03d}-{_safe(name)}", size=path.stat().st_size)
    if not alone and Path(name).suffix.lower() not in SUFFIXES:
        file.ignored = {"code": "not_a_table_name", "params": {"name": name}}
        return file
    kept = folder(batch) / file.path
    file.sha256 = _copy(path, kept)
    try:
        _describe(file, kept)
    except Invalid as refusal:
        if alone:
            raise
        file.ignored = {"code": refusal.code, "params": refusal.params}
    return file


def _safe(name: str) -> str:
    return re.sub(r"[^\w.-]+", "_", Path(name).name)[-100:]


def _copy(source: Path, to: Path) -> str:
    digest = hashlib.sha256()
    with source.open("rb") as read, to.open("wb") as write:
        while block := read.read(BLOCK):
            digest.update(block)
            write.write(block)
    return digest.hexdigest()


def _describe(file: ImportFile, kept: Path) -> None:
    """Fill in how the file is written and what its columns probably mean."""
    table = open_table(kept)
    file.facts = table.facts()
    columns = [column.as_dict() for column in schema.guess(table)]
    own = [column["name"] for column in columns if column["name"] not in (LINE, REASON)]
    file.facts["signature"] = mapping.signature(own)
    file.rows = sum(len(batch) for batch in table.batches())
    file.columns = [{**column, "field": "", "scale": 1} for column in columns]
    _map(file)


def _map(file: ImportFile) -> None:
    """What the file holds: known by heart, remembered from last time, or proposed."""
    known = profiles.recognise(file.name, [column["name"] for column in file.columns])
    remembered = Mapping.objects.filter(signature=file.facts["signature"]).first()
    if known:
        _by_heart(file, known)
    elif remembered is None:
        _propose(file)
    if remembered:
        _as_before(file, remembered)
    offers.note(file, known)


def _by_heart(file: ImportFile, known: Recognised) -> None:
    layout = known.layout
    file.target = layout.target
    file.facts |= {"profile": known.key, "fixed": dict(layout.fixed), "whole": layout.whole, "joins": layout.joins}
    if layout.joins:
        file.ignored = {"code": "joined", "params": {"noun": layout.joins[0]}}
    elif layout.refused:
        file.ignored = {"code": layout.refused, "params": {"name": file.name}}
    _fill(file.columns, known)


def _fill(columns: list[dict[str, Any]], known: Recognised) -> None:
    """Each field takes the first filled of its columns, in the order of the layout."""
    order = {squash(name): place for place, name in enumerate(known.layout.columns)}
    scale = {squash(name): by for name, by in known.layout.scale.items()}
    taken: set[str] = set()
    for column in sorted(columns, key=lambda one: (not one["filled"], order.get(known.profile.plain(one["name"]), 0))):
        field = known.field(column["name"]) or ""
        if field and field not in taken:
            taken.add(field)
            column |= {"field": field, "scale": scale.get(known.profile.plain(column["name"]), 1)}


def _as_before(file: ImportFile, row: Mapping) -> None:
    file.target = row.target
    file.remembered_at = row.used_at
    file.facts["source"] = row.source
    fields = {slot.key for slot in LOADERS[row.target]().slots()} if row.target in LOADERS else set()
    kept = {name: one for name, one in row.fields.items() if one["field"] in fields}
    file.columns = [{**column, **kept.get(column["name"], {})} for column in file.columns]


def _propose(file: ImportFile) -> None:
    """Fill in the target that explains most columns; the person at the mapping step corrects it."""
    candidates = [column for column in file.columns if column["name"] not in (LINE, REASON)]
    file.target = mapping.target_of(file.name, candidates)
    if not file.target:
        file.ignored = {"code": "target_unknown", "params": {"name": file.name}}
        return
    chosen = mapping.fields_of(LOADERS[file.target](), candidates)
    by_name = dict(zip((column["name"] for column in candidates), chosen, strict=True))
    file.columns = [{**column, "field": by_name.get(column["name"], "")} for column in file.columns]


@transaction.atomic
def _store(batch: Import, files: list[ImportFile]) -> Import:
    order = {noun: position for position, noun in enumerate(loaders_in_order())}
    files.sort(key=lambda file: (order.get(file.target, len(order)), file.name))
    profiles_found = {file.facts["profile"] for file in files if file.target and file.facts.get("profile")}
    batch.profile = profiles_found.pop() if len(profiles_found) == 1 else ""
    batch.source = source_of(batch, files)
    batch.state = "mapped" if any(file.target for file in files) else "uploaded"
    batch.save(force_insert=True)
    for position, file in enumerate(files):
        file.batch, file.position = batch, position
    ImportFile.objects.bulk_create(files)
    return batch


def source_of(batch: Import, files: list[ImportFile]) -> str:
    """Whose ids these are: the known system, what was said last time, or this very layout."""
    if batch.profile:
        return profiles.PROFILES[batch.profile].source
    named = {file.facts["source"] for file in files if file.facts.get("source")}
    if len(named) == 1:
        return str(named.pop())
    first = next((file for file in files if file.target), None)
    return f"csv:{first.facts['signature'][:12]}" if first else ""
