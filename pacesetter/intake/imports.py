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
from typing import Any

from pacesetter.base import clock, history, jobs, loaders
from pacesetter.base.actor import Actor
from pacesetter.base.loaders import LOADERS, Found
from pacesetter.base.models import Job
from pacesetter.core.errors import Conflict, Invalid, NotFound, add_sentences
from pacesetter.core.labels import mark
from pacesetter.core.text import fold
from pacesetter.intake import check as checking
from pacesetter.intake import gone, likeness, offers
from pacesetter.intake.columns import column_of, may_change, set_mapping, set_target, settle
from pacesetter.intake.files import folder
from pacesetter.intake.models import Fix, Import, ImportFile, Mapping, Refusal, Repair
from pacesetter.intake.revert import Preview, preview
from pacesetter.intake.upload import start, start_files
from pacesetter.intake.work import importer

__all__ = [
    "accept_all",
    "before_revert",
    "by_id",
    "check",
    "check_now",
    "choices",
    "choose",
    "choose_all",
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
    "stopped",
]

add_sentences(
    {
        "nothing_mapped": mark("Nothing in {name} is mapped yet. Say what the file holds and which column is which."),
        "unmapped": mark("{noun} needs {fields}, and no column is mapped to it."),
        "undecided": mark("{count} proposals are not decided yet. Accept or reject them first."),
        "nothing_to_load": mark("Nothing would be loaded: every row is refused or already there."),
        "not_reverted": mark("Only a loaded import can be reverted; wait until the load has ended."),
        "load_stopped": mark("The load stopped before its end. What is loaded stays; run it again, or revert it."),
    }
)


def by_id(import_id: int, *, by: Actor) -> Import:
    """One import that this actor may see."""
    batch = Import.objects.visible_to(by).filter(pk=import_id).first()
    if batch is None:
        raise NotFound("not_found", noun="import", id=import_id)
    return batch


# checking ---------------------------------------------------------------------------------------
def check(batch: Import, *, by: Actor) -> Job:
    """Queue the dry run."""
    may_change(batch, by)
    _refuse_incomplete(batch)
    return _queue(batch, "import.check", "checking", by)


def _refuse_incomplete(batch: Import) -> None:
    files = [file for file in batch.files.all() if file.target]
    if not files:
        raise Invalid("nothing_mapped", name=batch.name)
    for file in files:
        filled = {column["field"] for column in file.columns} | set(file.facts.get("fixed", ()))
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
    may_change(batch, by)
    _refuse_incomplete(batch)
    checking.run(batch, watch)
    return batch


def discard(batch: Import, *, by: Actor) -> None:
    """Throw an import away that was not loaded, with its files."""
    may_change(batch, by)
    shutil.rmtree(folder(batch), ignore_errors=True)
    batch.delete()


def accept_all(batch: Import, *, by: Actor) -> int:
    """Accept every proposal that is not decided and not optional."""
    may_change(batch, by)
    return Repair.objects.filter(file__batch=batch, decision="", optional=False).update(decision="accepted")


def choices(repair: Repair) -> list[Found]:
    """What else the texts of a proposal may become."""
    return loaders.lookup(_slot(repair.file, repair.field).lookup).all()


def _slot(file: ImportFile, key: str) -> loaders.Slot:
    return next(slot for slot in LOADERS[file.target]().slots() if slot.key == key)


def decide(repair: Repair, *, accept: bool, by: Actor, values: dict[str, Any] | None = None) -> Repair:
    """Accept or reject a proposal; `values` says what single texts become instead. Count again with `check`."""
    may_change(repair.file.batch, by)
    if values:
        _replace(repair, values)
    counted = accept and not values and not repair.optional and not repair.decision  # the check took it for accepted
    repair.decision = "accepted" if accept else "rejected"
    repair.save()
    if not counted:
        _outdate(repair.file.batch)
    return repair


def choose(repair: Repair, choice: str, *, by: Actor) -> Repair:
    """Say what becomes of a group of possible duplicates: they update the record, are left out, or become records of their own."""
    may_change(repair.file.batch, by)
    known = likeness.CHOICES if any(one["to"] for one in repair.values) else likeness.CHOICES[1:]
    if choice not in known:
        raise Invalid("unknown_choice", field="choice", value=choice, known=", ".join(known))
    repair.decision = choice
    repair.save(update_fields=["decision"])
    if choice != repair.params["usual"]:
        _outdate(repair.file.batch)
    return repair


def choose_all(batch: Import, choice: str, *, by: Actor) -> int:
    """The same for every group that allows it; returns for how many."""
    groups = Repair.objects.filter(file__batch=batch, kind="alike").select_related("file__batch")
    chosen = [choose(one, choice, by=by) for one in groups if choice != "update" or any(value["to"] for value in one.values)]
    return len(chosen)


def _outdate(batch: Import) -> None:
    """The counters are older than what was decided since."""
    batch.checked_at = None
    batch.save(update_fields=["checked_at"])


def _replace(repair: Repair, values: dict[str, Any]) -> None:
    labels = {str(one.id): one for one in choices(repair)} | {one.label: one for one in choices(repair)}
    for one in repair.values:
        if one["from"] in values:
            found = labels.get(str(values[one["from"]]))
            if found is None:
                raise Invalid("unknown_choice", field=repair.field, value=values[one["from"]], known=", ".join(sorted(labels)))
            one |= {"to": found.label if repair.kind == "near" else found.id, "label": found.label}


def fix(refusal: Refusal, *, cells: dict[str, str], by: Actor) -> Fix:
    """Correct cells of a refused line; the file itself stays as it is. Count again with `check`."""
    may_change(refusal.file.batch, by)
    known = {column["name"]: column for column in refusal.file.columns}
    for name in cells:
        column_of(known, name)
    row, _ = Fix.objects.get_or_create(file=refusal.file, line=refusal.line)
    row.cells = row.cells | cells
    row.save()
    _outdate(refusal.file.batch)
    return row


# loading and reverting --------------------------------------------------------------------------
def run(batch: Import, *, by: Actor) -> Job:
    """Queue the load of a checked import; every proposal must be decided."""
    _may_load(batch, by)
    undecided = Repair.objects.filter(file__batch=batch, decision="", optional=False).count()
    if undecided:
        raise Invalid("undecided", count=undecided)
    if not batch.count("new") + batch.count("updates") + gone.count(batch) + batch.totals.get("named", 0):
        raise Invalid("nothing_to_load")
    if Repair.objects.filter(file__batch=batch, kind="gone", decision="accepted").exists():
        by.require("record.archive")
    offers.make(batch, importer(batch, by))
    _remember(batch)
    history.record(batch, "import.started", by=by, data={"name": batch.name})
    return _queue(batch, "import.load", "loading", by)


def _may_load(batch: Import, by: Actor) -> None:
    by.require("record.import")
    if batch.state != "checked" and not stopped(batch):
        raise Conflict("import_state", name=batch.name, state=batch.state)
    for file in batch.files.all():
        if file.target and LOADERS[file.target].capability:
            importer(batch, by).require(LOADERS[file.target].capability)


def stopped(batch: Import) -> bool:
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
    _may_revert(batch, by)
    history.record(batch, "import.revert_started", by=by, data={"name": batch.name})
    return _queue(batch, "import.revert", "reverting", by)


def before_revert(batch: Import, *, by: Actor) -> Preview:
    """What a revert would take away, put back and keep."""
    _may_revert(batch, by)
    return preview(batch, by)


def _may_revert(batch: Import, by: Actor) -> None:
    by.require("record.import")
    if batch.state != "done" and not stopped(batch):
        raise Conflict("not_reverted", name=batch.name)
