"""What just happened, said once: in the same response for htmx, on the next page otherwise; with Undo where there is one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def add(request: HttpRequest, text: str, *, undo: str = "") -> None:
    """Say `text`; `undo` is the address a click on Undo posts to."""
    messages.success(request, text, extra_tags=undo)


def warn(request: HttpRequest, text: str) -> None:
    """Say why something was not done."""
    messages.error(request, text)


def attach(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Append waiting toasts to an htmx answer, out of band."""
    leaving = "HX-Redirect" in response or "HX-Refresh" in response  # the next page says it
    if not getattr(request, "htmx", None) or leaving or response.streaming or 300 <= response.status_code < 400:
        return response
    waiting = list(messages.get_messages(request))
    if waiting:
        response.content += render_to_string("ui/toasts_oob.html", {"messages": waiting}, request).encode()
    return response
