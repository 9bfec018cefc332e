"""Saved views as tabs of a list and as pinned places in the sidebar."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from pacesetter.base import views
from pacesetter.base.models import SavedView
from pacesetter.core.errors import Invalid, NotFound
from pacesetter.web import toasts
from pacesetter.web.nouns import NOUNS
from pacesetter.web.request import Request
from pacesetter.web.routes import page
from pacesetter.web.words import refusal

DOTS = ("d3", "d1", "d2", "d4", "d5", "d6", "d7")
FORGOTTEN = ("view", "cursor", "id", "csrfmiddlewaretoken")


def of(request: HttpRequest) -> list[SavedView]:
    """The viewer's saved views of every noun, read once per request."""
    if not hasattr(request, "saved_views"):
        request.saved_views = list(views.visible_to(request.actor))  # type: ignore[attr-defined]
    return request.saved_views  # type: ignore[attr-defined, no-any-return]


def href(view: SavedView) -> str:
    """The address a view stands for."""
    return f"{reverse(NOUNS[view.noun].plural)}?view={view.pk}&{view.query}"


def pinned(request: HttpRequest) -> list[dict[str, Any]]:
    """The pinned ones, for the sidebar."""
    chosen = [view for view in of(request) if view.pinned and view.owner_id == request.actor.user_id]  # type: ignore[attr-defined]
    return [{"text": view.name, "href": href(view), "dot": DOTS[view.pk % len(DOTS)]} for view in chosen]


def query_of(get: QueryDict) -> str:
    """What a view keeps of an address."""
    kept = get.copy()
    for name in FORGOTTEN:
        kept.pop(name, None)
    for name in [name for name, value in kept.items() if not value]:
        kept.pop(name)
    return kept.urlencode()


def create(request: Request, noun: str) -> HttpResponse:
    """Ask for a name, then keep the list's address under it."""
    query = query_of(request.GET)
    error = ""
    if request.method == "POST":
        flags = {"shared": "shared" in request.POST, "pinned": "pinned" in request.POST}
        try:
            view = views.save(noun, name=request.POST.get("name", ""), query=request.POST.get("query", ""), by=request.actor, **flags)
            toasts.add(request, _("View “%(name)s” saved") % {"name": view.name})
            return _go(request, href(view))
        except Invalid as refused:
            error, query = refusal(refused), request.POST.get("query", "")
    return render(
        request,
        _template(request),
        {"noun": NOUNS[noun], "query": query, "error": error, "may_share": request.actor.can("view.share"), "part": "views/form.html"},
    )


def change(request: Request, pk: int) -> HttpResponse:
    """Pin, share, or forget one's own view."""
    view = next((view for view in of(request) if view.pk == pk), None)
    if view is None:
        raise NotFound("not_found", noun="view", id=pk)
    if "remove" in request.POST:
        views.remove(view, by=request.actor)
        toasts.add(request, _("View “%(name)s” removed") % {"name": view.name})
        return redirect(NOUNS[view.noun].plural)
    flag = "shared" if "shared" in request.POST else "pinned"
    views.edit(view, by=request.actor, **{flag: request.POST.get(flag) == "on"})
    return redirect(href(view))


def _template(request: Request) -> str:
    return "views/form.html" if request.htmx else "sheet.html"


def _go(request: Request, where: str) -> HttpResponse:
    return HttpResponse(headers={"HX-Redirect": where}) if request.htmx else redirect(where)


urls = [page(f"{NOUNS[noun].plural}/views", create, f"{noun}_views", noun=noun) for noun in NOUNS] + [
    page("views/<int:pk>", change, "view")
]
