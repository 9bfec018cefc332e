"""`Idempotency-Key` on every POST: a request that is repeated with the same key has no second effect and gets the first answer.

The effect and the key are stored in one transaction, so that there is never one without the other. Refusals are not kept.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI

from pacesetter.api.auth import actor_of
from pacesetter.base import answers

HEADER = "Idempotency-Key"
REPEATED = "Idempotency-Replayed"
View = Callable[..., Any]
SAYS = "Any text of your own, new for each request: repeating the request with it within 24 hours answers alike and changes nothing again."
PARAMETER = {
    "in": "header",
    "name": HEADER,
    "schema": {"type": "string", "minLength": 1, "maxLength": answers.LONGEST},
    "description": SAYS,
}


def watch(api: NinjaAPI) -> None:
    """Teach the API about keys; before any router is added."""
    api.add_decorator(_whole, mode="view")
    api.add_decorator(_known, mode="operation")

    @api.exception_handler(answers.Repeated)
    def repeated(request: HttpRequest, kept: answers.Repeated) -> HttpResponse:
        return JsonResponse(kept.body, status=kept.status, safe=False, headers={REPEATED: "true"})


def _whole(run: View) -> View:
    """Around checks, effect and answer: one transaction, which a refusal takes back."""

    @wraps(run)
    def once(request: HttpRequest, *args: Any, **named: Any) -> Any:
        if request.method != "POST" or HEADER not in request.headers:
            return run(request, *args, **named)
        with transaction.atomic():
            answer = run(request, *args, **named)
            kept = getattr(request, "kept_answer", None)
            if kept is None or answer.status_code >= 400:
                transaction.set_rollback(True)
            else:
                answers.keep(kept, answer.status_code, answer.content.decode())
        return answer

    return once


def _known(view: View) -> View:
    """Once the caller is known and the request is well-formed."""

    @wraps(view)
    def once(request: HttpRequest, *args: Any, **named: Any) -> Any:
        if request.method == "POST" and HEADER in request.headers:
            key = request.headers[HEADER]
            request.kept_answer = answers.begin(_path(request), key, _asked(request), by=actor_of(request))  # type: ignore[attr-defined]
        return view(request, *args, **named)

    return once


def _path(request: HttpRequest) -> str:
    return request.path[:200]


def _asked(request: HttpRequest) -> str:
    """A fingerprint of what is asked; of an upload, of its fields and files."""
    digest = hashlib.sha256(request.get_full_path().encode())
    if not request.content_type.startswith("multipart/"):
        digest.update(request.body)
        return digest.hexdigest()
    for name in sorted(request.POST):
        digest.update(f"{name}={request.POST.getlist(name)}\n".encode())
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            digest.update(f"{name}:{file.name}\n".encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.hexdigest()


def told(schema: Any) -> Any:
    """OpenAPI's description with the header at every POST."""
    for operations in schema["paths"].values():
        if "post" in operations:
            operations["post"].setdefault("parameters", []).append(PARAMETER)
    return schema
