"""Errors as problem+json (RFC 9457): what happened, in words and as a code."""

import json
from typing import Any

from django.db import DataError, Error
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, Throttled, ValidationError

from pacesetter.base.busy import busy
from pacesetter.base.logs import request_id
from pacesetter.core.errors import Refused

TITLES = {401: "Not signed in", 403: "Not allowed", 404: "Not found", 409: "Conflict", 422: "Refused", 429: "Too many calls", 503: "Busy"}


def problem(status: int, code: str, detail: str, **more: Any) -> HttpResponse:
    """One problem document."""
    body = {
        "type": f"urn:pacesetter:{code}",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": request_id.get(),
        **more,
    }
    return HttpResponse(json.dumps(body, default=str), status=status, content_type="application/problem+json")


def handle(api: NinjaAPI) -> None:
    """Teach the API to answer refusals."""

    @api.exception_handler(Refused)
    def refused(request: HttpRequest, error: Refused) -> HttpResponse:
        params = {key: value for key, value in error.params.items() if key != "field"}
        return problem(error.status, error.code, error.sentence(gettext), field=error.field, params=params)

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        first = error.errors[0] if error.errors else {"loc": [], "msg": ""}
        return problem(422, "wrong_request", f"{'.'.join(map(str, first['loc'][1:]))}: {first['msg']}", errors=error.errors)

    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        answer = problem(401, "not_signed_in", gettext("Send a valid token: Authorization: Bearer …"))
        answer["WWW-Authenticate"] = "Bearer"
        return answer

    @api.exception_handler(Throttled)
    def too_many(request: HttpRequest, error: Throttled) -> HttpResponse:
        return problem(429, "too_many_calls", gettext("You call more often than is allowed. Wait as long as Retry-After says."))

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return problem(404, "not_found", gettext("There is no such thing, or you may not see it."))

    @api.exception_handler(OverflowError)
    @api.exception_handler(DataError)
    def beyond(request: HttpRequest, error: Exception) -> HttpResponse:
        return problem(422, "out_of_range", gettext("A value is larger than can be stored."))

    @api.exception_handler(Error)
    @api.exception_handler(OSError)
    def fault(request: HttpRequest, error: Exception) -> HttpResponse:
        refusal = busy(error)
        if refusal is None:
            raise error
        answer = refused(request, refusal)
        answer["Retry-After"] = "2"
        return answer
