"""Forecast calls: what people say the quarter will bring."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from pacesetter.web import number
from pacesetter.web.call_sheet import Calls
from pacesetter.web.request import Request
from pacesetter.web.routes import page
from pacesetter.web.settings.frame import answer


def index(request: Request) -> HttpResponse:
    """The quarter's calls; sending the form submits one."""
    shown = Calls(request)
    part = shown.part() if shown.whose() else None
    asked = request.GET.get("period", "")
    then = reverse("calls") + (f"?period={asked}" if asked else "")
    done = answer(request, {"call": shown.submit} if part else {}, then, {"call": part} if part else {})
    refused = bool(part and (part.problem or any(one.error for one in part.entries)))
    return done or render(
        request, "plan/calls.html", {"calls": shown, "part": part, "number": number.card(shown)}, status=422 if refused else 200
    )


urls = [page("forecast", index, "calls")]
