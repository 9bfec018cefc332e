"""Taking a list along: the rows of the address as CSV or XLSX, at once or as a job."""

from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from pacesetter.base import exports, jobs
from pacesetter.base.exports import Export
from pacesetter.web import formats, lists, toasts
from pacesetter.web.nouns import NOUNS
from pacesetter.web.request import Request
from pacesetter.web.routes import page


def export(request: Request, noun: str) -> HttpResponse | StreamingHttpResponse:
    """Exactly the rows and columns that the list shows for the same query."""
    shown = lists.ListPage(request, NOUNS[noun])
    made = exports.prepare(noun, shown.view.query, request.GET.get("format", "csv"), by=request.actor)
    return _queued(request, made) if made.is_long else StreamingHttpResponse(made.chunks(), headers=made.headers)


def _queued(request: Request, made: Export) -> HttpResponse:
    job = exports.begin(made, by=request.actor)
    toasts.add(request, _("%(count)s rows are being written. You may leave this page.") % {"count": formats.number(made.count)})
    return redirect("job", job.pk)


def file(request: Request, pk: int) -> FileResponse:
    """The file of a finished export."""
    path, name = exports.file_of(jobs.by_id(pk, by=request.actor), by=request.actor)
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)


urls = [
    *(page(f"{noun.plural}/export", export, f"{noun.key}_export", noun=noun.key) for noun in NOUNS.values()),
    page("jobs/<int:pk>/file", file, "job_file"),
]
