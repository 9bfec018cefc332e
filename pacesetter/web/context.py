"""What the shell around every page shows."""

import json
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from pacesetter.web import rooms


class Shell:
    """Sidebar, keys and pinned views; worked out only when a page shows them."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def groups(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """The sidebar's groups, without what the role cannot use or what is not built."""
        shown = [(_(title) if title else "", [item for room in group if (item := self._item(room))]) for title, group in rooms.GROUPS]
        return [(title, items) for title, items in shown if items]

    @cached_property
    def places(self) -> list[dict[str, Any]]:
        return [item for _title, items in self.groups for item in items]

    @cached_property
    def settings(self) -> list[dict[str, Any]]:
        return [item for room in rooms.SETTINGS if (item := self._item(room))]

    @property
    def bottom(self) -> list[dict[str, Any]]:
        return [item for item in self.places if item["name"] in rooms.BOTTOM][:4]

    @property
    def more(self) -> list[dict[str, Any]]:
        return [item for item in self.places if item not in self.bottom]

    @property
    def go(self) -> str:
        return json.dumps({item["key"]: item["href"] for item in self.places if item["key"]})

    @cached_property
    def pinned(self) -> list[dict[str, Any]]:
        from pacesetter.web import saved_views

        return saved_views.pinned(self.request)

    def _item(self, room: rooms.Room) -> dict[str, Any] | None:
        actor = self.request.actor  # type: ignore[attr-defined]
        if actor.level == "none" or not (not room.needs or any(actor.can(need) for need in room.needs)):
            return None
        try:
            href = reverse(room.name)
        except NoReverseMatch:  # a room that is not built yet is not shown
            return None
        here = self.request.path == href or (href != "/" and self.request.path.startswith(href.split("overview")[0]))
        return {"name": room.name, "text": _(room.label), "icon": room.icon, "href": href, "on": here, "key": room.key}


def shell(request: HttpRequest) -> dict[str, Any]:
    """`shell` and `company` for templates."""
    if not hasattr(request, "company"):
        return {}
    return {"shell": Shell(request), "company": request.company, "languages": [("en", "English"), ("es", "Español"), ("it", "Italiano")]}
