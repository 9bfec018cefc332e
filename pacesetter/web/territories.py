"""Territory plans: the list of them, and the form that begins one."""

from functools import cached_property
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from pacesetter.core.errors import Invalid
from pacesetter.core.labels import mark
from pacesetter.planning import territory_plans
from pacesetter.planning.models import TerritoryPlan
from pacesetter.planning.models.territories import APPROVED, ARCHIVED, DRAFT, PUBLISHED, SUBMITTED
from pacesetter.web import formats, toasts
from pacesetter.web.forms import Entry
from pacesetter.web.request import Request
from pacesetter.web.routes import page
from pacesetter.web.settings.frame import Part, number, place

MOST = 200
STATES = {
    DRAFT: (mark("Draft"), "", "pencil"),
    SUBMITTED: (mark("Submitted"), "info", "send"),
    APPROVED: (mark("Approved"), "info", "check"),
    PUBLISHED: (mark("Published"), "pos", "circle-check"),
    ARCHIVED: (mark("Archived"), "", "archive"),
}


def state(plan: TerritoryPlan) -> dict[str, str]:
    """A plan's state as a tag says it."""
    text, tone, icon = STATES[plan.state]
    return {"text": _(text), "tone": tone, "icon": icon}


def holds(plan: TerritoryPlan) -> str:
    """Since when a plan holds, or from when on."""
    if plan.state != PUBLISHED or plan.effective_on is None:
        return ""
    day = {"day": formats.day(plan.effective_on)}
    return _("since %(day)s") % day if plan.effective_on <= formats.today() else _("from %(day)s on") % day


class Plans:
    """The plans that somebody may see, the newest first."""

    def __init__(self, request: Request) -> None:
        self.request, self.actor = request, request.actor

    @property
    def may(self) -> bool:
        return self.actor.can("territory.plan")

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        return [{"plan": one, "state": state(one), "holds": holds(one)} for one in territory_plans.counted(self.actor)[:MOST]]

    @cached_property
    def copied(self) -> TerritoryPlan | None:
        """The plan with which the new one begins, if it is a copy."""
        asked = number(self.request.GET.get("copy", ""))
        return territory_plans.find(asked, by=self.actor) if asked else None

    def part(self) -> Part:
        name = Entry("name", _("Name"), required=True, value=_("%(name)s, copy") % {"name": self.copied.name} if self.copied else "")
        if self.copied:
            return Part([name], key="new", do=_("Copy the plan"))
        where = Entry("where", _("Which accounts"), help=_("A condition, such as country = ES. Without one all accounts are planned."))
        return Part([name, where], key="new", do=_("Begin the plan"))

    def begin(self) -> int:
        """Make the plan that was asked for; returns its id."""
        data = self.request.POST
        job = territory_plans.create(data.get("name", ""), where=data.get("where", "").strip(), copy=self.copied, by=self.actor)
        return int(job.args["plan"])


def index(request: Request) -> HttpResponse:
    """The list; sending its form begins a plan."""
    territory_plans.may_see(request.actor)
    plans = Plans(request)
    part = plans.part()
    if request.method == "POST" and request.POST.get("form") == part.key:
        try:
            made = plans.begin()
        except Invalid as refused:
            place(part.keep(request.POST), refused)
        else:
            toasts.add(request, _("The plan is begun"))
            return redirect("territory_plan", made)
    refused_one = bool(part.problem or any(entry.error for entry in part.entries))
    return render(request, "plan/territories.html", {"plans": plans, "part": part}, status=422 if refused_one else 200)


urls = [page("territory-plans", index, "territory_plans")]
