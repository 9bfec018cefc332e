"""Leads: the list with its response clocks, the record, and the conversion."""

from functools import cached_property
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from pacesetter.base import counts
from pacesetter.core.errors import Refused
from pacesetter.crm import leads
from pacesetter.web import clocks, formats, lists, rails, records, timeline, toasts, words
from pacesetter.web.cells import SPECIAL, Looks
from pacesetter.web.lead_strip import Strip
from pacesetter.web.nouns import NOUNS
from pacesetter.web.request import Request
from pacesetter.web.routes import page
from pacesetter.web.templatetags import ui

LEAD = NOUNS["lead"]
RAIL = (
    "status",
    "owner",
    "company",
    "title",
    "email",
    "phone",
    "mobile",
    "country",
    "source",
    "campaign",
    "received_at",
    "first_response_at",
    "first_response_by",
)


class LeadList(lists.ListPage):
    """The list of leads; the clocks of all rows are worked out together."""

    @cached_property
    def rows(self) -> list[SafeString]:
        found = leads.response_clocks(self.page.rows) if "clock" in self.keys else {}
        for lead in self.page.rows:
            lead.response_clock = clocks.shown(found.get(lead.pk), lead)
        return super().rows

    @property
    def is_queue(self) -> bool:
        """Whether all requests that wait are shown, and nothing else."""
        narrowed = self.chosen or self.get.get("where") or self.get.get("q")
        return bool(self.preset and self.preset.key == "waiting" and not narrowed)

    @cached_property
    def late(self) -> dict[str, Any]:
        """How many in the viewer's reach, under the same filters, wait longer than promised; the address lists exactly them."""
        asked = self.get.copy()
        asked["view"] = "late"
        for name in ("cursor", "sort"):
            asked.pop(name, None)
        return {"count": counts.of(LeadList(self.request, self.noun, asked).view).n, "href": f"{self.request.path}?{asked.urlencode()}"}

    @cached_property
    def sums(self) -> list[tuple[str, str, str]]:
        if self.is_queue or (self.preset and self.preset.key == "late") or self.behind:
            return []
        return [(_("Over the promise"), formats.number(self.late["count"]), self.late["href"])] if self.late["count"] else []


def _clock(lead: Any, looks: Looks) -> SafeString:
    state = getattr(lead, "response_clock", None)
    return ui.clock_bar(state) if state else mark_safe('<span class="none">–</span>')


SPECIAL["lead", "clock"] = _clock


def index(request: Request) -> HttpResponse:
    """The list of leads."""
    return lists.index(request, "lead", LeadList, status="leads/strip.html", strip=Strip(request))


def record(request: Request, pk: int) -> HttpResponse:
    """One lead."""
    lead = LEAD.find(pk, request.actor)
    clock = clocks.shown(leads.response_clocks([lead]).get(lead.pk), lead)
    shown = {
        "lead": lead, "record": lead, "noun": LEAD, "may": LEAD.may_edit(lead, request.actor), "clock": clock, "is_open": lead.status.type in leads.OPEN_TYPES,
        "story": timeline.Timeline(request, LEAD, lead), "tasks": timeline.tasks(request, "lead", lead), "rail": rails.facts(request, LEAD, lead, RAIL),
    }  # fmt: skip
    return render(request, "leads/record.html", shown)


def conversion(request: Request, pk: int) -> HttpResponse:
    """GET: what converting would make; POST: make it."""
    lead = LEAD.find(pk, request.actor)
    problem, status = "", 200
    if request.method == "POST":
        try:
            return _convert(request, lead)
        except Refused as refused:
            problem, status = words.refusal(refused), refused.status
    shown = {"lead": lead, "preview": leads.preview(lead, by=request.actor), "problem": problem, "part": "leads/conversion.html"}
    return render(request, "leads/conversion.html" if request.htmx else "sheet.html", shown, status=status)


def _convert(request: Request, lead: Any) -> HttpResponse:
    account = request.POST.get("account", "")
    chosen = NOUNS["account"].find(int(account), request.actor) if account.isdigit() else None
    contact = request.POST.get("contact", "")
    known = NOUNS["contact"].find(int(contact), request.actor) if contact.isdigit() else None
    name = request.POST.get("name", "").strip()
    made = leads.convert(
        lead, account=chosen, contact=known, deal={"name": name} if name else None, with_deal="with_deal" in request.POST, by=request.actor
    )
    toasts.add(request, _("%(name)s converted") % {"name": lead})
    where = (
        NOUNS["deal"].url("record", made.deal.pk)
        if made.deal
        else NOUNS["account"].url("record", made.account.pk)
        if made.account
        else LEAD.url("record", lead.pk)
    )
    return HttpResponse(headers={"HX-Redirect": where}) if request.htmx else redirect(where)


urls = [
    page("leads", index, "leads"),
    *records.urls_of("lead"),
    page("leads/<int:pk>", record, "lead_record"),
    page("leads/<int:pk>/conversion", conversion, "lead_conversion"),
]
