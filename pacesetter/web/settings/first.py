"""/settings itself: the first of its pages that the viewer may open."""

from django.http import HttpResponse
from django.shortcuts import redirect

from pacesetter.core.errors import NotAllowed
from pacesetter.web import rooms, routes
from pacesetter.web.request import Request


def index(request: Request) -> HttpResponse:
    """Lead on to the first settings page of the viewer's role."""
    for room in rooms.SETTINGS:
        if any(request.actor.can(need) for need in room.needs):
            return redirect(room.name)
    raise NotAllowed("not_allowed", capability="settings")


urls = [routes.page("settings", index, "settings")]
