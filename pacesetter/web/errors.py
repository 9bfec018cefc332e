"""Refusals and faults in words: a toast, a form error or a page."""

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from pacesetter.base import logs
from pacesetter.base.busy import busy
from pacesetter.core.errors import Refused
from pacesetter.web import toasts
from pacesetter.web.words import refusal


def refused(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    """The answer to a refusal that no view caught; None lets real faults through."""
    exception = busy(exception) or exception
    if not isinstance(exception, Refused) or not hasattr(request, "company"):
        return None
    text = refusal(exception)
    if getattr(request, "htmx", None):
        toasts.warn(request, text)
        return HttpResponse(status=exception.status, headers={"HX-Reswap": "none"})
    return _page(request, exception.status, _title(exception.status), text)


def _title(status: int) -> str:
    return {403: _("You may not do this"), 404: _("Nothing here"), 409: _("Someone was quicker")}.get(status, _("This cannot be done"))


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    return render(
        request, "errors/page.html", {"title": title, "text": text, "status": status, "request_id": logs.request_id.get()}, status=status
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403, mostly a form that was open for too long."""
    return _page(request, 403, _("You may not do this"), _("Your session may have ended. Reload the page and try again."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: unknown and forbidden look the same."""
    return _page(request, 404, _("Nothing here"), _("The page or record does not exist, or you may not see it."))


def broken(request: HttpRequest) -> HttpResponse:
    """500: a fault of ours, or 503 for one around us; rendered without database or session."""
    fault = busy(sys.exc_info()[1])
    told = {"request_id": logs.request_id.get(), "fault": refusal(fault) if fault else ""}
    return render(None, "errors/broken.html", told, status=fault.status if fault else 500)
