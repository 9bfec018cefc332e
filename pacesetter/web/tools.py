"""Tools: what people hold licences for, and the share of weeks in which they use it."""

import datetime as dt
from functools import cached_property
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from pacesetter.base import find
from pacesetter.core.metrics import Cell
from pacesetter.core.periods import span
from pacesetter.enablement import tools
from pacesetter.enablement.models import Licence, Tool
from pacesetter.web import figures, formats, forms
from pacesetter.web.lens import Lens
from pacesetter.web.request import Request
from pacesetter.web.routes import page
from pacesetter.web.settings.frame import LANGUAGES, Part, answer

WEEKS = 12
WEEK = dt.timedelta(days=7)


class Tools:
    """Every tool with its usage, inside the actor's scope."""

    def __init__(self, request: Request) -> None:
        self.request, self.lens = request, Lens(request)

    @cached_property
    def monday(self) -> dt.date:
        return formats.today() - dt.timedelta(days=formats.today().weekday())

    @cached_property
    def weeks(self) -> list[dict[int, Cell]]:
        """Cells by tool of the last weeks that have ended, the oldest first."""
        mondays = [self.monday - WEEK * n for n in range(WEEKS, 0, -1)]
        return [self._cells(span(day, day + WEEK)) for day in mondays]

    def _cells(self, period: Any) -> dict[int, Cell]:
        return {cell.key["tool"]: cell for cell in self.lens.measure("tool_usage", period=period, dims=("tool",), compare=False)}

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        today, now = formats.today(), self._cells(self.lens.period)
        held = list(find.within(Licence, self.request.actor, since__lte=today, until__gt=today).values_list("tool_id", flat=True))
        return [self._row(tool, now.get(tool.pk), held.count(tool.pk)) for tool in find.every(Tool, archived_at=None)]

    def _row(self, tool: Tool, cell: Cell | None, licences: int) -> dict[str, Any]:
        trend = [one.get(tool.pk) for one in self.weeks]
        known = [float(one.value) for one in trend if one and one.value is not None]
        return {
            "tool": tool, "act": forms.in_words(tool.core_act) if tool.core_act else "", "licences": licences, "cell": cell,
            "value": figures.value(cell) if cell and cell.value is not None else "", "spark": known, "last": formats.percent(known[-1], 0) if known else "",
            "weeks": _("%(num)s of %(den)s") % {"num": figures.part(cell, "num"), "den": figures.part(cell, "den")} if cell and cell.den else "",
            "href": self.lens.behind(cell) if cell else "", "tone": "neg" if len(known) > 1 and known[-1] < known[0] else "pos",
        }  # fmt: skip


def index(request: Request) -> HttpResponse:
    """All tools in use."""
    may_see(request)
    shown = Tools(request)
    return render(
        request, "tools/index.html", {"tools": shown, "period": figures.period(shown.lens.period), "may": request.actor.can("tool.manage")}
    )


def may_see(request: Request) -> None:
    if not request.actor.can("record.export"):
        request.actor.require("tool.manage")


def new(request: Request) -> HttpResponse:
    """Register a tool."""
    request.actor.require("tool.manage")
    acts = [
        forms.Entry(
            f"act-{code}",
            _("What counts as using it, %(language)s") % {"language": name},
            help=_("Such as: a call is logged.") if code == "en" else "",
        )
        for code, name in LANGUAGES
    ]
    part = Part(
        [forms.Entry("name", _("Name"), required=True, autofocus=True), forms.Entry("vendor", _("Vendor")), *acts],
        key="tool",
        do=_("Register tool"),
    )

    def create() -> str:
        act = {code: text for code, _name in LANGUAGES if (text := request.POST.get(f"act-{code}", "").strip())}
        made = tools.create(request.POST.get("name", ""), vendor=request.POST.get("vendor", "").strip(), core_act=act, by=request.actor)
        return _("%(name)s registered") % {"name": made.name}

    done = answer(request, {"tool": create}, reverse("tools"), {"tool": part})
    refused = any(one.error for one in part.entries) or part.problem
    return done or render(request, "tools/new.html", {"part": part, "title": _("Register a tool")}, status=422 if refused else 200)


urls = [page("tools", index, "tools"), page("tools/new", new, "tool_new")]
