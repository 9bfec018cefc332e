"""One tool: who holds a licence, giving and ending them, and the use of a week as it is typed."""

import datetime as dt
from functools import cached_property
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pacesetter.base import find
from pacesetter.base.models import FAR, User
from pacesetter.core.errors import Invalid
from pacesetter.core.money import to_minor
from pacesetter.enablement import tools
from pacesetter.enablement.models import Licence, Tool, ToolUse
from pacesetter.web import formats, forms
from pacesetter.web.request import Request
from pacesetter.web.routes import page
from pacesetter.web.settings.frame import Act, Part, answer, date_entry, day, decimal, number, number_entry, whole
from pacesetter.web.tools import WEEK, may_see


class ToolPage:
    """A tool with its licences and one week of use, inside the actor's scope."""

    def __init__(self, request: Request, tool: Tool) -> None:
        self.request, self.tool = request, tool
        asked = day(request.GET, "week") or formats.today() - WEEK
        self.week = asked - dt.timedelta(days=asked.weekday())

    @cached_property
    def licences(self) -> list[Licence]:
        return list(find.within(Licence, self.request.actor, tool=self.tool).select_related("user").order_by("user__name_key", "since"))

    @property
    def held(self) -> list[Licence]:
        """Licences that hold today or will."""
        return [one for one in self.licences if one.until > formats.today()]

    @property
    def ended(self) -> int:
        return len(self.licences) - len(self.held)

    @cached_property
    def uses(self) -> list[dict[str, Any]]:
        """The people licensed in the week, with what they did."""
        known = {use.user_id: use for use in find.within(ToolUse, self.request.actor, tool=self.tool, week=self.week)}
        people = {one.user_id: one.user for one in self.licences if one.since < self.week + WEEK and one.until > self.week}
        return [{"user": user, "use": known.get(pk), "acts": known[pk].core_acts if pk in known else ""} for pk, user in people.items()]

    @property
    def free(self) -> list[User]:
        """People without a licence today."""
        holders = {one.user_id for one in self.held}
        return [user for user in find.every(User, is_active=True) if user.pk not in holders]

    @property
    def near(self) -> dict[str, str]:
        return {
            "before": f"?week={self.week - WEEK}#use",
            "after": f"?week={self.week + WEEK}#use" if self.week + WEEK <= formats.today() else "",
        }

    # writing ------------------------------------------------------------------------------------
    def part(self) -> Part:
        cost = number_entry("cost", _("Cost of a licence and month, %(currency)s") % {"currency": self.request.company.currency})
        return Part(
            [date_entry("since", _("From"), formats.today(), required=True), date_entry("until", _("Until")), cost],
            key="give",
            do=_("Give licences"),
        )

    @property
    def acts(self) -> dict[str, Act]:
        return {"give": self._give, "end": self._end, "use": self._state}

    def _give(self) -> str:
        data = self.request.POST
        people = find.many(User, [int(pk) for pk in data.getlist("user") if pk.isdigit()])
        if not people:
            raise Invalid("nothing_selected")
        since, cost, currency = day(data, "since", needed=True), decimal(data, "cost"), self.request.company.currency
        assert since
        minor = None if cost is None else to_minor(str(cost), currency)
        given = tools.give(
            self.tool,
            users=people.values(),
            since=since,
            until=day(data, "until") or FAR,
            cost=minor,
            currency=currency if cost else "",
            by=self.request.actor,
        )
        return ngettext("%(count)s licence given", "%(count)s licences given", len(given)) % {"count": len(given)}

    def _end(self) -> str:
        licence = find.one(Licence, number(self.request.POST.get("licence", "")) or 0)
        tools.end(licence, on=max(formats.today(), licence.since + dt.timedelta(days=1)), by=self.request.actor)
        return _("The licence of %(name)s has ended") % {"name": licence.user.name}

    def _state(self) -> str:
        """What was typed for the week; a person left as nothing is not stated."""
        rows = []
        for row in self.uses:
            key = row["user"].pk
            acts, signed = whole(self.request.POST, f"acts-{key}"), f"signed-{key}" in self.request.POST
            if acts is not None and acts < 0:
                raise Invalid("negative", field=_("Core acts"))
            if acts is not None or signed or row["use"]:
                rows.append((self.tool, row["user"], self.week, signed, acts or 0))
        count = tools.note_use_many(rows, by=self.request.actor)
        return ngettext("Use of %(count)s person stated", "Use of %(count)s people stated", count) % {"count": count}


def show(request: Request, pk: int) -> HttpResponse:
    """The page of one tool."""
    may_see(request)
    shown = ToolPage(request, find.one(Tool, pk))
    part, here = shown.part(), reverse("tool", args=[pk])
    then = f"{here}?week={shown.week}#use" if request.POST.get("form") == "use" else here
    done = answer(request, shown.acts, then, {"give": part})
    refused = any(one.error for one in part.entries) or part.problem
    act = forms.in_words(shown.tool.core_act) if shown.tool.core_act else ""
    given = {"page": shown, "part": part, "may": request.actor.can("tool.manage"), "act": act}
    return done or render(request, "tools/tool.html", given, status=422 if refused else 200)


urls = [page("tools/<int:pk>", show, "tool")]
