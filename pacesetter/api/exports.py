"""Exports: a list as a file, at once, or as a job when it is long."""

from typing import Any

from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from ninja import Query as Param
from ninja import Router

from pacesetter.api.auth import actor_of
from pacesetter.api.jobs import shown as job_shown
from pacesetter.api.records import NOUNS, Asked
from pacesetter.base import exports, jobs

router = Router()


def _route(noun: str, path: str) -> None:
    @router.get(
        f"{path}/export",
        response={202: dict[str, Any]},
        operation_id=f"export_{noun}s",
        summary=f"All {noun}s that fulfil a query as CSV or XLSX; 202 and a job when there are more than {exports.DIRECTLY:,}",
    )
    def export(request: HttpRequest, asked: Asked = Param(...), format: str = "csv", columns: str = "") -> Any:
        by = actor_of(request)
        made = exports.prepare(noun, asked.query(tuple(key for key in columns.split(",") if key)), format, by=by)
        if made.is_long:
            return 202, job_shown(exports.begin(made, by=by))
        return StreamingHttpResponse(made.chunks(), headers=made.headers)


for _noun in NOUNS:
    _route(_noun.key, _noun.path)


@router.get("/jobs/{int:pk}/file", summary="The file of a finished export")
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    by = actor_of(request)
    path, name = exports.file_of(jobs.by_id(pk, by=by), by=by)
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)
