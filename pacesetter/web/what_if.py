"""What if: the page, which is also the drawer of the forecast board, its chart, its table as a file, and what happens to saved scenarios."""

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pacesetter.base.writers import csv_lines
from pacesetter.core.errors import Invalid
from pacesetter.planning import scenarios
from pacesetter.web import charts, toasts, words
from pacesetter.web.forecast_moves import NARROW
from pacesetter.web.request import Request, wants
from pacesetter.web.routes import page
from pacesetter.web.settings.frame import answer
from pacesetter.web.what_if_beside import Beside
from pacesetter.web.what_if_page import WhatIf


def index(request: Request) -> HttpResponse:
    """The page; htmx gets the drawer, or what is redrawn in it. Sending its form keeps a scenario."""
    shown = WhatIf(request)
    if shown.ground is None:
        return render(request, _template(request), {"what_if": shown})
    error = ""
    if request.method == "POST":
        try:
            return _saved(request, shown)
        except Invalid as refused:
            error = words.refusal(refused)
    told = {"what_if": shown, "beside": Beside(shown), "error": error, "may_share": request.actor.can("view.share")}
    response = render(request, _template(request), told, status=422 if error or shown.asked.errors else 200)
    if wants(request, "wi-answer") or wants(request, "wi"):
        response["HX-Push-Url"] = shown.at("what_if")
    return response


def _template(request: Request) -> str:
    parts = {"wi": "plan/what_if_body.html", "wi-answer": "plan/what_if_answer.html", "sheet": "plan/what_if_drawer.html"}
    return next((template for part, template in parts.items() if wants(request, part)), "plan/what_if.html")


def _saved(request: Request, shown: WhatIf) -> HttpResponse:
    said = shown.answer
    made = scenarios.save(
        request.POST.get("name", ""),
        period=shown.period,
        assumed=said.assumed,
        by=request.actor,
        whose=said.whose,
        shared="shared" in request.POST,
    )
    toasts.add(request, _("Scenario “%(name)s” saved") % {"name": made.name})
    where = f"{reverse('what_if')}?scenario={made.pk}"
    return HttpResponse(headers={"HX-Redirect": where}) if request.htmx else redirect(where)


@require_POST
def change(request: Request, pk: int) -> HttpResponse:
    """Rename, share or forget one's own scenario; all of it can be undone."""
    one = scenarios.find(pk, by=request.actor)

    def edit() -> str:
        scenarios.edit(one, name=request.POST.get("name", one.name), shared="shared" in request.POST, by=request.actor)
        return _("Scenario “%(name)s” changed") % {"name": one.name}

    def remove() -> str:
        scenarios.remove(one, by=request.actor)
        return _("Scenario “%(name)s” removed") % {"name": one.name}

    there = f"{reverse('what_if')}?scenario={pk}"
    gone = f"{reverse('what_if')}?period={scenarios.period_of(one).label}"
    done = answer(request, {"edit": edit, "remove": remove}, gone if request.POST.get("form") == "remove" else there)
    return done or redirect(there)


def chart(request: Request) -> HttpResponse:
    """The waterfall as SVG."""
    shown, width = WhatIf(request), request.GET.get("w", "")
    if shown.ground is None:
        return HttpResponse(status=204)
    return charts.respond(request, shown.chart(narrow=width.isdecimal() and int(width) < NARROW))


def table(request: Request) -> HttpResponse | StreamingHttpResponse:
    """The comparison as CSV."""
    shown = WhatIf(request)
    if shown.ground is None:
        return HttpResponse(status=204)
    headers = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": 'attachment; filename="what-if.csv"'}
    return StreamingHttpResponse((line.encode() for line in csv_lines(list(Beside(shown).csv()))), headers=headers)


urls = [
    page("forecast/what-if", index, "what_if"),
    page("forecast/what-if.svg", chart, "what_if_chart"),
    page("forecast/what-if.csv", table, "what_if_table"),
    page("scenarios/<int:pk>", change, "scenario"),
]
