"""The jobs behind imports: check, load and revert, each in chunks that may be repeated."""

from dataclasses import replace
from typing import Any

from pacesetter.base import history, jobs, worker
from pacesetter.base.actor import Actor
from pacesetter.base.loaders import LOADERS
from pacesetter.base.models import HistoryEntry
from pacesetter.core.errors import NotFound
from pacesetter.core.labels import mark
from pacesetter.intake import afterwards, check, load, revert
from pacesetter.intake.models import Import

# What stating facts takes, besides the right to import; people, quotas and the process need their own.
IMPORTING = {
    *("account.edit", "contact.edit", "lead.edit", "deal.edit", "deal.close"),
    *("activity.log", "record.assign", "record.bulk", "catalogue.manage"),
}


def importer(batch: Import, by: Actor) -> Actor:
    """The one who loads: the person, through the door "import", every entry marked with the import's batch."""
    by.require("record.import")
    return replace(by, via="import", batch=batch.batch, capabilities=by.capabilities | IMPORTING)


@jobs.job("import.check", mark("Check an import"))
def _check(running: jobs.Running, import_id: int) -> dict[str, Any]:
    check.run(_find(import_id), running.step)
    return {"import": import_id}


@jobs.job("import.load", mark("Load an import"))
def _load(running: jobs.Running, import_id: int) -> None:
    batch = _find(import_id)
    load.run(batch, by=importer(batch, running.by), alone=_alone(batch), step=running.step, hold=running.hold)
    afterwards.run(batch, by=importer(batch, running.by))
    counted = {"new": batch.count("new"), "updates": batch.count("updates"), "refused": batch.count("refused")}
    with running.final({"import": import_id, **counted}):
        history.record(batch, "import.loaded", by=running.by, data={"name": batch.name, **counted})


@jobs.job("import.revert", mark("Revert an import"))
def _revert(running: jobs.Running, import_id: int) -> None:
    batch = _find(import_id)
    revert.run(batch, by=replace(importer(batch, running.by), batch=None), alone=_alone(batch), step=running.step, hold=running.hold)
    with running.final({"import": import_id, "kept": len(batch.kept)}):
        history.record(batch, "import.reverted", by=running.by, data={"name": batch.name, "kept": len(batch.kept)})


def _find(import_id: int) -> Import:
    batch = Import.objects.filter(pk=import_id).first()
    if batch is None:
        raise NotFound("not_found", noun="import", id=import_id)
    return batch


def _alone(batch: Import) -> bool:
    """Nobody else is at work: an offline command line, or a company in which nothing happened but this import."""
    if not worker.is_alive():
        return True
    return not HistoryEntry.objects.exclude(batch=batch.batch).filter(noun__in=list(LOADERS)).exists()
