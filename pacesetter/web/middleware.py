"""Around every request: its id, the content security policy, the viewer's language and zone, refusals in words."""

import secrets
import zoneinfo
from collections.abc import Callable
from contextlib import nullcontext

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from pacesetter.base import logs, memory, settings
from pacesetter.base.actor import Actor
from pacesetter.web import errors, formats, toasts
from pacesetter.web.request import Company

Handler = Callable[[HttpRequest], HttpResponse]
POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "style-src-attr 'unsafe-inline'",  # chart SVG and bar widths carry style attributes
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)


def request_id(get_response: Handler) -> Handler:
    """Give each request an id that log lines and error pages share."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = logs.request_id.set(secrets.token_hex(6))
        try:
            response = get_response(request)
            response["X-Request-ID"] = logs.request_id.get()
            return response
        finally:
            logs.request_id.reset(token)

    return middleware


def security_policy(get_response: Handler) -> Handler:
    """Only our own scripts and styles run."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Content-Security-Policy", POLICY)
        patch_vary_headers(response, ["HX-Request"])  # one address answers pages and parts
        return response

    return middleware


def viewer(get_response: Handler) -> Handler:
    """Know who looks: actor, company, language (user, then browser, then company) and time zone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(("/static/", "/api/", "/healthz")):
            return get_response(request)
        reads_only = memory.remembered() if request.method == "GET" else nullcontext()
        with settings.remembered(), formats.calendar(), reads_only:
            request.company = company = _company()  # type: ignore[attr-defined]
            _recognise(request, company)
            try:
                return toasts.attach(request, get_response(request))
            finally:
                timezone.deactivate()

    return middleware


def _company() -> Company:
    stored = settings.many("company.name", "company.currency", "company.time_zone", "company.language")
    return Company(*stored.values())


def _recognise(request: HttpRequest, company: Company) -> None:
    user = request.user
    language, zone = company.language, company.time_zone
    if user.is_authenticated:
        request.actor = Actor.of(user, via="web")  # type: ignore[attr-defined]
        language, zone = user.language or _browser(request) or language, user.time_zone or zone
    else:
        language = _browser(request) or language
    translation.activate(language)
    request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
    timezone.activate(zoneinfo.ZoneInfo(zone))


def _browser(request: HttpRequest) -> str:
    """The language LocaleMiddleware found, unless the browser did not say."""
    return (translation.get_language() or "") if request.headers.get("Accept-Language") else ""


def refusals(get_response: Handler) -> Handler:
    """A refusal is never a fault: it becomes a toast or a page that says what to do."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    middleware.process_exception = errors.refused  # type: ignore[attr-defined]
    return middleware
