"""How much may be sent: a request that announces too much is refused unread, and one that does not say is stopped when it goes beyond."""

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _


def limit(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: 413 before anything is read."""

    def answer(request: HttpRequest) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if announced.isdigit() and int(announced) <= settings.UPLOAD_BYTES:
            return get_response(request)
        said = _("Files of more than %(mb)s MB are not taken. Split it, or load it with `pacesetter import`.")
        return _refusal(request, said % {"mb": settings.UPLOAD_BYTES // 1_000_000})

    return answer


def _refusal(request: HttpRequest, said: str) -> HttpResponse:
    if not request.path.startswith("/api/"):
        return HttpResponse(said, status=413, content_type="text/plain; charset=utf-8")
    body = {"type": "urn:pacesetter:too_large", "title": "Too large", "status": 413, "code": "too_large", "detail": said}
    return HttpResponse(json.dumps(body), status=413, content_type="application/problem+json")


class Limited(TemporaryFileUploadHandler):
    """Counts what really comes, whatever was announced; a file lies on the disk and never in memory."""

    taken = 0

    def receive_data_chunk(self, raw_data: Any, start: int) -> None:
        self.taken += len(raw_data)
        if self.taken > settings.UPLOAD_BYTES:
            raise RequestDataTooBig
        super().receive_data_chunk(raw_data, start)
