"""Today: who waits for an answer, what is to do, which deals need an hour."""

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pacesetter.base.rates import Converter
from pacesetter.crm import health, leads, totals
from pacesetter.crm.models import Activity, Deal
from pacesetter.web import clocks, formats, number
from pacesetter.web.cells import Looks
from pacesetter.web.request import Request
from pacesetter.web.routes import page

WAITING, TASKS, DEALS, CONSIDERED = 6, 8, 5, 60


def today(request: Request) -> HttpResponse:
    """The page of the day, one's own or one's team's."""
    mine = request.actor.level == "own" or request.GET.get("whose", "team") == "me"
    waiting = _waiting(request, mine)
    tasks = _tasks(request, mine)
    late = sum(1 for lead in waiting if lead.response_clock.tone == "neg")
    open_deals, converter = _open(request, mine), Converter()
    shown = {
        "day": formats.today(), "waiting": waiting, "tasks": tasks, "next": _next(request, open_deals), "says": _says(late, len(tasks)), "mine": mine,
        "pipeline": totals.of(open_deals, formats.today(), converter), "closing": _closing(open_deals, converter), "switch": _switch(request, mine), "list_of": _address(mine),
        "number": number.of(request),
    }  # fmt: skip
    return render(request, "today/index.html", shown)


def _whose(rows: Any, request: Request, mine: bool, column: str = "owner_id") -> Any:
    return rows.filter(**{column: request.actor.user_id}) if mine else rows


def _waiting(request: Request, mine: bool) -> list[Any]:
    """Leads without an answer, those that used most of the promise first."""
    rows = _whose(clocks.waiting(request.actor), request, mine)
    found = list(rows.select_related("owner").order_by("received_at")[: WAITING * 5])
    clocks_of = leads.response_clocks(found)
    for lead in found:
        lead.response_clock = clocks.shown(clocks_of.get(lead.pk), lead)
    return sorted(found, key=lambda lead: -lead.response_clock.share)[:WAITING]


def _tasks(request: Request, mine: bool) -> list[Activity]:
    rows = _whose(Activity.objects.visible_to(request.actor).open_tasks(), request, mine, "user_id")
    due = rows.filter(due_on__lte=formats.today()) | rows.filter(due_on=None)
    return list(due.select_related("deal", "lead", "account", "contact", "user").order_by("due_on", "id")[:TASKS])


def _open(request: Request, mine: bool) -> Any:
    return _whose(Deal.objects.visible_to(request.actor).live().filter(status="open"), request, mine)


def _next(request: Request, rows: Any) -> list[dict[str, Any]]:
    """The deals closing next that need somebody, worst first."""
    looks = Looks(request.actor, request.company.currency)
    soon = list(rows.select_related("account", "stage", "owner").order_by("close_date", "id")[:CONSIDERED])
    judged = [(deal, *health.of(deal, *looks.moment)) for deal in soon]
    weak = [one for one in judged if one[3]]
    weak.sort(key=lambda one: (one[1] != "risk", -(one[0].amount or 0)))
    return [
        {"deal": deal, "state": state, "why": [_(health.REASONS[key]) for key in against[:2]]}
        for deal, state, _good, against in weak[:DEALS]
    ]


def _closing(rows: Any, converter: Converter) -> totals.Totals:
    """Open deals that say they close this month."""
    first = formats.today().replace(day=1)
    until = (first + dt.timedelta(days=32)).replace(day=1)
    return totals.of(rows.filter(close_date__gte=first, close_date__lt=until), formats.today(), converter)


def _says(late: int, tasks: int) -> str:
    if not late and not tasks:
        return _("You are clear.")
    answers = ngettext("%(count)s answer is late.", "%(count)s answers are late.", late) % {"count": late} if late else ""
    todo = ngettext("%(count)s task to do.", "%(count)s tasks to do.", tasks) % {"count": tasks} if tasks else ""
    return f"{answers} {todo}".strip()


def _switch(request: Request, mine: bool) -> list[dict[str, Any]]:
    """Me or my team, for those who have one."""
    if request.actor.level == "own":
        return []
    return [{"text": _("Me"), "href": "?whose=me", "on": mine}, {"text": _("Team"), "href": "?whose=team", "on": not mine}]


def _address(mine: bool) -> dict[str, str]:
    """The lists behind the numbers of this page."""
    end = "&owner=@me" if mine else ""
    return {
        "open": f"{reverse('deals')}?view=open{end}",
        "closing": f"{reverse('deals')}?view=closing{end}",
        "leads": f"{reverse('leads')}?view=waiting{end}",
    }


urls = [page("", today, "today")]
