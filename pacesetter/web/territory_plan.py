"""The page of one territory plan: drawn here, sent through its states, its map, its publication."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from pacesetter.core.errors import Invalid, NotAllowed, Refused
from pacesetter.planning import territory_drafts, territory_plans, territory_publishing
from pacesetter.planning.models import TerritoryPlan
from pacesetter.planning.models.territories import PUBLISHED
from pacesetter.web import charts, edits, formats, toasts, words
from pacesetter.web.request import Request, wants
from pacesetter.web.routes import page
from pacesetter.web.settings.frame import answer, day, number
from pacesetter.web.territory_forms import Forms
from pacesetter.web.territory_map import Map
from pacesetter.web.territory_page import PlanPage

MARKS = {  # what a button of the table of accounts does beside moving them
    "pin": (territory_drafts.pin, {"pinned": True}),
    "unpin": (territory_drafts.pin, {"pinned": False}),
    "hold": (territory_drafts.hold, {"held": True}),
    "unhold": (territory_drafts.hold, {"held": False}),
}


def _find(request: Request, pk: int) -> TerritoryPlan:
    return territory_plans.find(pk, by=request.actor)


def show(request: Request, pk: int) -> HttpResponse:
    """The page; its forms change the draft or its state, and htmx asks whether its work is done."""
    shown = PlanPage(request, _find(request, pk))
    if wants(request, "work"):
        part = shown.work and shown.work.active
        return render(request, "plan/territory_work.html", {"page": shown}) if part else HttpResponse(headers={"HX-Refresh": "true"})
    forms = Forms(shown)
    done = answer(request, forms.acts, forms.then, forms.parts)
    refused = any(one.problem or any(entry.error for entry in one.entries) for one in forms.parts.values())
    return done or render(request, "plan/territory_plan.html", {"page": shown, "forms": forms}, status=422 if refused else 200)


def drawing(request: Request, pk: int) -> HttpResponse:
    """The map as SVG."""
    plan = _find(request, pk)
    return charts.respond(request, Map(PlanPage(request, plan).figures).chart())


@require_POST
def moves(request: Request, pk: int) -> HttpResponse:
    """Move, pin or hold the accounts that were selected."""
    plan, data = _find(request, pk), request.POST
    chosen = [int(one) for one in data.getlist("id") if one.isdigit()]
    try:
        if not chosen:
            raise Invalid("nothing_selected")
        if data.get("do") in MARKS:
            verb, flags = MARKS[data["do"]]
            _say_marked(request, verb(plan, chosen, by=request.actor, **flags))  # type: ignore[operator]
        else:
            _move(request, plan, chosen)
    except NotAllowed:
        raise
    except Refused as refused:
        toasts.warn(request, words.refusal(refused))
    return redirect(edits.back(request, reverse("territory_plan", args=[pk])))


def _move(request: Request, plan: TerritoryPlan, chosen: list[int]) -> None:
    asked = request.POST.get("territory", "")
    if not asked:
        raise Invalid("choose_territory", field="territory")
    to = territory_drafts.one(plan, int(asked)) if asked.isdigit() and asked != "0" else None
    entry = territory_drafts.move(plan, chosen, to=to, version=number(request.POST.get("version", "")), by=request.actor)
    count = int(entry.data["count"])
    words = {"n": formats.number(count), "name": to.name if to else _("No territory")}
    said = ngettext("%(n)s account moved to %(name)s", "%(n)s accounts moved to %(name)s", count) % words
    toasts.add(request, said, undo=reverse("territory_undo", args=[plan.pk, entry.pk]) if count else "")


def _say_marked(request: Request, count: int) -> None:
    toasts.add(request, ngettext("%(n)s account changed", "%(n)s accounts changed", count) % {"n": formats.number(count)})


@require_POST
def undo(request: Request, pk: int, entry: int) -> HttpResponse:
    """Put the accounts of one move back."""
    try:
        back = territory_drafts.take_back(territory_drafts.entry(_find(request, pk), entry), by=request.actor)
        count = int(back.data["count"])
        toasts.add(request, ngettext("%(n)s account put back", "%(n)s accounts put back", count) % {"n": formats.number(count)})
    except NotAllowed:
        raise
    except Refused as refused:
        toasts.warn(request, words.refusal(refused))
    return redirect(edits.back(request, reverse("territory_plan", args=[pk])))


def publication(request: Request, pk: int) -> HttpResponse:
    """What publishing, or taking back, would do; sending it does it."""
    plan = _find(request, pk)
    request.actor.require("territory.publish")
    shown, problem = PlanPage(request, plan), ""
    if request.method == "POST":
        try:
            toasts.add(request, _published(request, plan))
            return redirect("territory_plan", pk)
        except NotAllowed:
            raise
        except Refused as refused:
            problem = words.refusal(refused)
    told: dict[str, Any] = {
        "page": shown,
        "plan": plan,
        "problem": problem,
        "back": plan.state == PUBLISHED,
        "part": "plan/territory_publish.html",
    }
    told |= {
        "today": request.POST.get("on") or formats.today().isoformat(),
        "replaces": territory_publishing.replaces(plan).exclude(pk=plan.pk),
    }
    told |= {"held": plan.accounts.filter(held=True).count(), "back_count": territory_publishing.moved(plan).count() if plan.batch else 0}
    template = "plan/territory_publish.html" if request.htmx else "sheet.html"
    return render(request, template, told, status=422 if problem else 200)


def _published(request: Request, plan: TerritoryPlan) -> str:
    if request.POST.get("do") == "withdraw":
        territory_publishing.withdraw(plan, by=request.actor)
        return _("“%(name)s” is taken back") % {"name": plan.name}
    fresh = territory_publishing.publish(plan, on=day(request.POST, "on"), by=request.actor)
    return _("“%(name)s” holds from %(day)s on") % {"name": plan.name, "day": formats.day(fresh.effective_on)}


urls = [
    page("territory-plans/<int:pk>", show, "territory_plan"),
    page("territory-plans/<int:pk>/map.svg", drawing, "territory_map"),
    page("territory-plans/<int:pk>/moves", moves, "territory_moves"),
    page("territory-plans/<int:pk>/moves/<int:entry>/undo", undo, "territory_undo"),
    page("territory-plans/<int:pk>/publication", publication, "territory_publication"),
]
