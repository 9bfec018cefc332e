"""Imports: upload, mapping, check, repairs, load, revert. Check, load and revert are jobs: 202 and a link."""

import tempfile
from pathlib import Path
from typing import Any, Literal

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext
from ninja import File, Router, Schema, Status
from ninja.files import UploadedFile

from pacesetter.api.auth import actor_of
from pacesetter.api.jobs import shown as job_shown
from pacesetter.base import find
from pacesetter.base.writers import csv_lines
from pacesetter.core.errors import NotFound
from pacesetter.intake import imports, report
from pacesetter.intake.models import Import, ImportFile, Refusal, Repair

router = Router()


class TargetIn(Schema):
    """What the file holds, such as deal; empty leaves the file out."""

    target: str


class Manner(Schema):
    """How a column writes its values: order of dates (ymd, dmy, mdy), decimal sign (. or ,), and what amounts are multiplied by."""

    order: Literal["ymd", "dmy", "mdy"] | None = None
    decimal: Literal[".", ","] | None = None
    scale: int | None = None


class MappingIn(Schema):
    """Field key by column name, an empty key leaves the column out; and how columns write their values."""

    columns: dict[str, str] = {}
    manners: dict[str, Manner] = {}


class AssumedIn(Schema):
    """What the whole import assumes: currency of amounts without one, zone of times without one, whose ids these are."""

    currency: str = ""
    time_zone: str = ""
    source: str = ""


class DecisionIn(Schema):
    """Accept or reject a proposal; `values` replaces what the proposal says."""

    accept: bool = True
    values: dict[str, Any] | None = None


class FixIn(Schema):
    """New cells of a refused row, by column name."""

    cells: dict[str, str]


def _batch(request: HttpRequest, pk: int) -> Import:
    return imports.by_id(pk, by=actor_of(request))


def _within(batch: Import, row: Any, file: ImportFile) -> Any:
    """A part of an import is reached through its own import only."""
    if file.batch_id != batch.pk:
        raise NotFound("not_found", noun="import", id=batch.pk)
    return row


def _file(request: HttpRequest, pk: int, file: int) -> ImportFile:
    row = find.one(ImportFile, file)
    found: ImportFile = _within(_batch(request, pk), row, row)
    return found


@router.get("/imports", response=list[dict[str, Any]], summary="One's own imports, or everyone's for those who may")
def listed(request: HttpRequest, size: int = 50) -> Any:
    rows = Import.objects.visible_to(actor_of(request))[: max(1, min(size, 500))]
    return [{"id": row.pk, "name": row.name, "state": row.state, "created_at": row.created_at, "loaded_at": row.loaded_at} for row in rows]


@router.post("/imports", response={201: dict[str, Any]}, summary="Upload one file or several that belong together")
def upload(request: HttpRequest, files: list[UploadedFile] = File(...)) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        kept = []
        for at, sent in enumerate(files):
            path = Path(folder) / str(at)
            with path.open("wb") as out:
                for chunk in sent.chunks():
                    out.write(chunk)
            kept.append((Path(sent.name or f"file-{at}").name, path))
        batch = imports.start_files(kept, by=actor_of(request), name=kept[0][0], alone=len(kept) == 1)
    return Status(201, report.describe(batch))


@router.get("/imports/{int:pk}", response=dict[str, Any], summary="Where an import stands: files, mapping, proposals, refusals, totals")
def read(request: HttpRequest, pk: int) -> Any:
    return report.describe(_batch(request, pk))


@router.put("/imports/{int:pk}/files/{int:file}/target", response=dict[str, Any], summary="Say what a file holds")
def set_target(request: HttpRequest, pk: int, file: int, body: TargetIn) -> Any:
    imports.set_target(_file(request, pk, file), target=body.target, by=actor_of(request))
    return read(request, pk)


@router.put("/imports/{int:pk}/files/{int:file}/mapping", response=dict[str, Any], summary="Say which column is which field")
def set_mapping(request: HttpRequest, pk: int, file: int, body: MappingIn) -> Any:
    manners = {name: manner.dict(exclude_none=True) for name, manner in body.manners.items()}
    imports.set_mapping(_file(request, pk, file), fields=body.columns, manners=manners, by=actor_of(request))
    return read(request, pk)


@router.patch("/imports/{int:pk}", response=dict[str, Any], summary="Say what the whole import assumes")
def settle(request: HttpRequest, pk: int, body: AssumedIn) -> Any:
    imports.settle(_batch(request, pk), by=actor_of(request), **body.dict())
    return read(request, pk)


@router.post("/imports/{int:pk}/checks", response={202: dict[str, Any]}, summary="Check it: a dry run that changes nothing")
def check(request: HttpRequest, pk: int) -> Any:
    return Status(202, job_shown(imports.check(_batch(request, pk), by=actor_of(request))))


@router.put("/imports/{int:pk}/repairs/{int:repair}", response=dict[str, Any], summary="Accept or reject a proposal")
def decide(request: HttpRequest, pk: int, repair: int, body: DecisionIn) -> Any:
    row = find.one(Repair, repair)
    imports.decide(_within(_batch(request, pk), row, row.file), accept=body.accept, values=body.values, by=actor_of(request))
    return read(request, pk)


@router.post("/imports/{int:pk}/acceptance", response=dict[str, Any], summary="Accept all open proposals")
def accept_all(request: HttpRequest, pk: int) -> Any:
    imports.accept_all(_batch(request, pk), by=actor_of(request))
    return read(request, pk)


@router.put("/imports/{int:pk}/refusals/{int:refusal}", response=dict[str, Any], summary="Fix a refused row")
def fix(request: HttpRequest, pk: int, refusal: int, body: FixIn) -> Any:
    row = find.one(Refusal, refusal)
    imports.fix(_within(_batch(request, pk), row, row.file), cells=body.cells, by=actor_of(request))
    return read(request, pk)


@router.get("/imports/{int:pk}/files/{int:file}/refusals.csv", summary="The refused rows with their reasons, to fix and send again")
def refusals(request: HttpRequest, pk: int, file: int) -> StreamingHttpResponse:
    rows = report.error_lines(_file(request, pk, file), gettext)
    return StreamingHttpResponse(
        csv_lines(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="refused.csv"'},
    )


@router.post("/imports/{int:pk}/load", response={202: dict[str, Any]}, summary="Load it")
def load(request: HttpRequest, pk: int) -> Any:
    return Status(202, job_shown(imports.run(_batch(request, pk), by=actor_of(request))))


@router.post("/imports/{int:pk}/reversal", response={202: dict[str, Any]}, summary="Take back everything it brought and changed")
def revert(request: HttpRequest, pk: int) -> Any:
    return Status(202, job_shown(imports.revert(_batch(request, pk), by=actor_of(request))))


@router.delete("/imports/{int:pk}", response={204: None}, summary="Forget an import that was not loaded")
def discard(request: HttpRequest, pk: int) -> Any:
    imports.discard(_batch(request, pk), by=actor_of(request))
    return Status(204, None)
