"""Contacts: the list, and the record with the deals somebody takes part in."""

from django.http import HttpResponse
from django.shortcuts import render

from pacesetter.crm.models import Deal
from pacesetter.web import lists, rails, records, timeline
from pacesetter.web.nouns import NOUNS
from pacesetter.web.request import Request
from pacesetter.web.routes import page

CONTACT = NOUNS["contact"]
RAIL = ("account", "title", "email", "phone", "mobile", "owner", "opted_out")


def index(request: Request) -> HttpResponse:
    """The list of contacts."""
    return lists.index(request, "contact")


def record(request: Request, pk: int) -> HttpResponse:
    """One contact."""
    contact = CONTACT.find(pk, request.actor)
    deals = Deal.objects.visible_to(request.actor).live().filter(people__contact=contact).select_related("stage", "owner", "account")
    shown = {
        "contact": contact, "record": contact, "noun": CONTACT, "may": CONTACT.may_edit(contact, request.actor), "deals": list(deals[:20]),
        "story": timeline.Timeline(request, CONTACT, contact), "tasks": timeline.tasks(request, "contact", contact), "rail": rails.facts(request, CONTACT, contact, RAIL),
    }  # fmt: skip
    return render(request, "contacts/record.html", shown)


urls = [page("contacts", index, "contacts"), *records.urls_of("contact"), page("contacts/<int:pk>", record, "contact_record")]
