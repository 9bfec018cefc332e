"""Accounts: the list, and the record with its deals, people and subsidiaries."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from pacesetter.core.labels import mark
from pacesetter.crm import totals
from pacesetter.crm.models import Contact, Deal
from pacesetter.web import formats, lists, rails, records, timeline
from pacesetter.web.nouns import NOUNS
from pacesetter.web.request import Request
from pacesetter.web.routes import page

ACCOUNT = NOUNS["account"]
RAIL = (
    "owner",
    "industry",
    "segment",
    "employees",
    "annual_revenue",
    "website",
    "phone",
    "street",
    "city",
    "region",
    "postal_code",
    "country",
    "source",
    "parent",
)
TABS = (
    ("timeline", mark("Timeline")),
    ("deals", mark("Deals")),
    ("people", mark("People")),
    ("hierarchy", mark("Hierarchy")),
    ("tasks", mark("Tasks")),
    ("changes", mark("Changes")),
)
SHOWN = 50


def index(request: Request) -> HttpResponse:
    """The list of accounts."""
    return lists.index(request, "account")


def record(request: Request, pk: int) -> HttpResponse:
    """One account."""
    account = ACCOUNT.find(pk, request.actor)
    tab = request.GET.get("tab", "timeline")
    deals = Deal.objects.visible_to(request.actor).live().filter(account=account)
    people = Contact.objects.visible_to(request.actor).live().filter(account=account)
    shown = {
        "account": account, "record": account, "noun": ACCOUNT, "may": ACCOUNT.may_edit(account, request.actor), "tab": tab,
        "story": timeline.Timeline(request, ACCOUNT, account), "tasks": timeline.tasks(request, "account", account), "rail": rails.facts(request, ACCOUNT, account, RAIL),
        "open": totals.of(deals.filter(status="open"), formats.today()), "won": totals.of(deals.filter(status="won"), formats.today()),
        **_part(tab, account, deals, people), "tabs": _tabs(tab, {"people": people.count()}),
    }  # fmt: skip
    return render(request, "accounts/record.html", shown)


def _part(tab: str, account: Any, deals: Any, people: Any) -> dict[str, Any]:
    """The rows of the open tab only."""
    if tab == "deals":
        return {"deals": list(deals.select_related("stage", "owner").order_by("status", "close_date", "pk")[:SHOWN])}
    if tab == "people":
        return {"people": list(people.order_by("name_key", "pk")[:SHOWN])}
    if tab == "hierarchy":
        return {"subsidiaries": list(account.subsidiaries.order_by("name_key")[:SHOWN])}
    return {}


def _tabs(here: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    return [{"text": _(label), "href": f"?tab={key}", "on": key == here, "count": counts.get(key) or None} for key, label in TABS]


urls = [page("accounts", index, "accounts"), *records.urls_of("account"), page("accounts/<int:pk>", record, "account_record")]
