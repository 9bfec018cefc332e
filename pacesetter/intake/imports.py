"""Verbs on imports: the life of an import from upload to revert. Doors call these and nothing else of this room.

batch = imports.start(path, by=actor)            # uploaded or mapped
imports.set_target / set_mapping(file, …)        # mapped
imports.check(batch, by=actor)                   # a job; checked
imports.decide(repair, …) · accept_all · fix     # still checked, counted anew
imports.run(batch, by=actor)                     # a job; done
imports.revert(batch, by=actor)                  # a job; reverted
"""

import shutil
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import transaction

from pacesetter.base import clock, history, jobs, worker
from pacesetter.base.actor import Actor
from pacesetter.base.loaders import LOADERS
from pacesetter.base.models import HistoryEntry, Job
from pacesetter.core.errors import Conflict, Invalid, NotFound, add_sentences
from pacesetter.core.labels import mark
from pacesetter.core.text import fold
from pacesetter.intake import check as checking
from pacesetter.intake import load as loading
from pacesetter.intake import mapping
from pacesetter.intake import revert as reverting
from pacesetter.intake.models import Fix, Import, ImportFile, Mapping, Refusal, Repair
from pacesetter.intake.rows import folder
from pacesetter.intake.upload import source_of, start, start_files

__all__ = [
    "accept_all",
    "by_id",
    "check",
    "check_now",
    "decide",
    "discard",
    "fix",
    "revert",
    "run",
    "run_now",
    "set_mapping",
    "set_target",
    "settle",
    "start",
    "start_files",
]

add_sentences(
    {
        "import_state": mark("{name} is {state}; this is no longer possible."),
        "nothing_mapped": mark("Nothing in {name} is mapped yet. Say what the file holds and which column is which."),
        "unknown_column": mark("The file has no column called {column}. Its columns: {known}."),
        "mapped_twice": mark("{field} is filled by two columns: {columns}. Choose one."),
        "unmapped": mark("{noun} needs {fields}, and no column is mapped to it."),
        "undecided": mark("{count} proposals are not decided yet. Accept or reject them first."),
        "nothing_to_load": mark("Nothing would be loaded: every row is refused or already there."),
        "not_reverted": mark("Only a loaded import can be reverted; wait until the load has ended."),
        "load_stopped": mark("The load stopped before its end. What is loaded stays; run it again, or revert it."),
    }
)
# What stating facts takes, besides the right to import; people, quotas and the process need their own.
IMPORTING = {
    "account.edit",
    "contact.edit",
    "lead.edit",
    "deal.edit",
    "deal.close",
    "activity.log",
    "record.assign",
    "record.bulk",
    "catalogue.manage",
}


def importer(batch: Import, by: Actor) -> Actor:
    """The one who loads: the person, through the door "import", every entry marked with the import's batch."""
    by.require("record.import")
    return replace(by, via="import", batch=batch.batch, capabilities=by.capabilities | IMPORTING)


def by_id(import_id: int, *, by: Actor) -> Import:
    """One import that this actor may see."""
    batch = Import.objects.visible_to(by).filter(pk=import_id).first()
    if batch is None:
        raise NotFound("not_found", noun="import", id=import_id)
    return batch


# mapping ----------------------------------------------------------------------------------------
@transaction.atomic
def set_target(file: ImportFile, *, target: str, by: Actor) -> ImportFile:
    """Say what a file holds ("" leaves it out); its columns are proposed anew."""
    _changeable(file.batch, by)
    if target:
        chosen = mapping.fields_of(LOADERS[target](), file.columns)
        file.columns = [{**column, "field": field} for column, field in zip(file.columns, chosen, strict=True)]
    file.target, file.ignored, file.remembered_at = target, None if target else {"code": "left_out", "params": {}}, None
    return _remap(file)


@transaction.atomic
def set_mapping(
    file: ImportFile, *, by: Actor, fields: dict[str, str] | None = None, manners: dict[str, dict[str, Any]] | None = None
) -> ImportFile:
    """Say which field each column fills ("" for none) and how it writes dates, decimals and scale."""
    _changeable(file.batch, by)
    columns = {column["name"]: column for column in file.columns}
    known = {slot.key for slot in LOADERS[file.target]().slots()} if file.target else set()
    for name, field in (fields or {}).items():
        if field and field not in known:
            raise Invalid("unknown_field", noun=file.target, field=field, known=", ".join(sorted(known)))
        _column(columns, name)["field"] = field
    for name, manner in (manners or {}).items():
        _column(columns, name).update({key: manner[key] for key in manner.keys() & {"decimal", "order", "scale"}}, certain=True)
    _refuse_twice(file)
    return _remap(file)


def settle(batch: Import, *, by: Actor, currency: str = "", time_zone: str = "", source: str = "") -> Import:
    """Change what the whole import assumes: currency of amounts without one, zone of times without one, whose ids these are."""
    _changeable(batch, by)
    for key, value in (("currency", currency), ("time_zone", time_zone), ("source", source)):
        if value:
            setattr(batch, key, value)
    batch.state = "mapped"
    batch.save()
    return batch


def _changeable(batch: Import, by: Actor) -> None:
    by.require("record.import")
    if not batch.changeable:
        raise Conflict("import_state", name=batch.name, state=batch.state)


def _column(columns: dict[str, dict[str, Any]], name: str) -> dict[str, Any]:
    if name not in columns:
        raise Invalid("unknown_column", column=name, known=", ".join(columns))
    return columns[name]


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
    order = {noun: position for position, noun in enumerate(checking.loaders_in_order())}
    for position, one in enumerate(sorted(files, key=lambda one: (order.get(one.target, len(order)), one.name))):
        ImportFile.objects.filter(pk=one.pk).update(position=position)
    file.batch.state = "mapped"
    file.batch.source = file.batch.source or source_of(file.batch, files)
    file.batch.save(update_fields=["state", "source"])
    return file


# checking ---------------------------------------------------------------------------------------
def check(batch: Import, *, by: Actor) -> Job:
    """Queue the dry run."""
    _changeable(batch, by)
    _refuse_incomplete(batch)
    return _queue(batch, "import.check", "checking", by)


def _refuse_incomplete(batch: Import) -> None:
    files = [file for file in batch.files.all() if file.target]
    if not files:
        raise Invalid("nothing_mapped", name=batch.name)
    for file in files:
        filled = {column["field"] for column in file.columns}
        missing = [slot.label for slot in LOADERS[file.target]().slots() if slot.required and slot.key not in filled]
        if missing:
            raise Invalid("unmapped", noun=file.target, fields=", ".join(missing))


def _queue(batch: Import, key: str, state: str, by: Actor) -> Job:
    job = jobs.start(key, by=by, import_id=batch.pk)
    batch.state, batch.job_id = state, job.pk
    batch.save(update_fields=["state", "job_id"])
    return job


def run_now(job: Job, batch: Import, watch: Callable[[int, int], None] | None = None) -> Job:
    """Run an import's job here and now: the command line and tests do."""
    job = jobs.run_inline(job, watch)
    batch.refresh_from_db()
    return job


def check_now(batch: Import, *, by: Actor, watch: checking.Step = lambda done, total: None) -> Import:
    """The dry run at once, without a job."""
    _changeable(batch, by)
    _refuse_incomplete(batch)
    checking.run(batch, watch)
    return batch


def discard(batch: Import, *, by: Actor) -> None:
    """Throw an import away that was not loaded, with its files."""
    _changeable(batch, by)
    shutil.rmtree(folder(batch), ignore_errors=True)
    batch.delete()


def accept_all(batch: Import, *, by: Actor) -> int:
    """Accept every proposal that is not decided and not optional."""
    _changeable(batch, by)
    return Repair.objects.filter(file__batch=batch, decision="", optional=False).update(decision="accepted")


def decide(repair: Repair, *, accept: bool, by: Actor, values: dict[str, Any] | None = None) -> Repair:
    """Accept or reject a proposal; `values` replaces what single texts become. Count again with `check`."""
    _changeable(repair.file.batch, by)
    for one in repair.values:
        if values and one["from"] in values:
            one["to"] = values[one["from"]]
            one["label"] = str(values[one["from"]])
    repair.decision = "accepted" if accept else "rejected"
    repair.save()
    return repair


def fix(refusal: Refusal, *, cells: dict[str, str], by: Actor) -> Fix:
    """Correct cells of a refused line; the file itself stays as it is. Count again with `check`."""
    _changeable(refusal.file.batch, by)
    known = {column["name"]: column for column in refusal.file.columns}
    for name in cells:
        _column(known, name)
    row, _ = Fix.objects.get_or_create(file=refusal.file, line=refusal.line)
    row.cells = row.cells | cells
    row.save()
    return row


# loading and reverting --------------------------------------------------------------------------
def run(batch: Import, *, by: Actor) -> Job:
    """Queue the load of a checked import; every proposal must be decided."""
    _may_load(batch, by)
    undecided = Repair.objects.filter(file__batch=batch, decision="", optional=False).count()
    if undecided:
        raise Invalid("undecided", count=undecided)
    if not batch.count("new") + batch.count("updates"):
        raise Invalid("nothing_to_load")
    _remember(batch)
    history.record(batch, "import.started", by=by, data={"name": batch.name})
    return _queue(batch, "import.load", "loading", by)


def _may_load(batch: Import, by: Actor) -> None:
    by.require("record.import")
    if batch.state != "checked" and not _stopped(batch):
        raise Conflict("import_state", name=batch.name, state=batch.state)
    for file in batch.files.all():
        if file.target and LOADERS[file.target].capability:
            importer(batch, by).require(LOADERS[file.target].capability)


def _stopped(batch: Import) -> bool:
    """Whether the load began and its job ended before the end; it may go on, or be reverted."""
    return batch.state == "loading" and not Job.objects.filter(pk=batch.job_id or 0, state__in=("queued", "running")).exists()


def _remember(batch: Import) -> None:
    """Keep mapping and accepted values for the next file with the same header."""
    for file in batch.files.all():
        if file.target:
            fields = {
                one["name"]: {key: one[key] for key in ("field", "scale", "decimal", "order")} for one in file.columns if one["field"]
            }
            values = {"target": file.target, "source": batch.source, "fields": fields, "values": _accepted(file), "used_at": clock.now()}
            Mapping.objects.update_or_create(signature=file.facts["signature"], defaults=values)


def _accepted(file: ImportFile) -> dict[str, dict[str, Any]]:
    accepted: dict[str, dict[str, Any]] = {}
    for repair in file.repairs.filter(decision="accepted", kind__in=("near", "stage")):
        accepted.setdefault(repair.field, {}).update({fold(one["from"]): one["to"] for one in repair.values})
    return accepted


def revert(batch: Import, *, by: Actor) -> Job:
    """Queue the undoing of a loaded import, or of one that stopped half-way."""
    by.require("record.import")
    if batch.state != "done" and not _stopped(batch):
        raise Conflict("not_reverted", name=batch.name)
    history.record(batch, "import.revert_started", by=by, data={"name": batch.name})
    return _queue(batch, "import.revert", "reverting", by)


def _alone(batch: Import, by: Actor) -> bool:
    """Nobody else is at work: an offline command line, or a company in which nothing happened but this import."""
    if not worker.is_alive():
        return True
    return not HistoryEntry.objects.exclude(batch=batch.batch).filter(noun__in=list(LOADERS)).exists()


@jobs.job("import.check", mark("Check an import"))
def _check_job(running: jobs.Running, import_id: int) -> dict[str, Any]:
    batch = by_id(import_id, by=running.by)
    checking.run(batch, running.step)
    return {"import": import_id}


@jobs.job("import.load", mark("Load an import"))
def _load_job(running: jobs.Running, import_id: int) -> dict[str, Any]:
    batch = by_id(import_id, by=running.by)
    loading.run(batch, by=importer(batch, running.by), alone=_alone(batch, running.by), step=running.step)
    history.record(
        batch, "import.loaded", by=running.by, data={"name": batch.name, "new": batch.count("new"), "updates": batch.count("updates")}
    )
    return {"import": import_id}


@jobs.job("import.revert", mark("Revert an import"))
def _revert_job(running: jobs.Running, import_id: int) -> dict[str, Any]:
    batch = by_id(import_id, by=running.by)
    reverting.run(batch, by=replace(importer(batch, running.by), batch=None), step=running.step)
    history.record(batch, "import.reverted", by=running.by, data={"name": batch.name, "kept": len(batch.kept)})
    return {"import": import_id, "kept": len(batch.kept)}
