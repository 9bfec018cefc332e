"""The first page of a new company: who you are, and what it is called."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from pacesetter.base import settings, users
from pacesetter.base.actor import Actor
from pacesetter.core.errors import Refused
from pacesetter.web.forms import Entry, Form
from pacesetter.web.request import Request
from pacesetter.web.routes import public


def begin(request: Request, key: str) -> HttpResponse:
    """Make the first administrator and name the company; the link stops working then."""
    form = _form(request)
    if request.method != "POST":
        return render(request, "account/first_run.html", {"form": form})
    sent = {name: request.POST.get(name, "") for name in ("name", "email", "password")}
    try:
        user = users.begin(key, **sent)
        if request.POST.get("company", "").strip():
            settings.put("company.name", request.POST["company"].strip(), by=Actor.of(user, via="web"))
    except Refused as refused:
        return render(request, "account/first_run.html", {"form": form.keep(request.POST).refuse(refused)}, status=refused.status)
    first = "?" + urlencode({"next": reverse("import_new")}) if request.POST.get("then") == "import" else ""
    return redirect(reverse("account_login") + first)


def _form(request: Request) -> Form:
    return Form(
        [
            Entry("company", _("Company"), value=request.company.name, required=True, autocomplete="organization"),
            Entry("name", _("Your name"), required=True, autocomplete="name"),
            Entry("email", _("Email"), "email", required=True, autocomplete="username"),
            Entry("password", _("Password"), "password", required=True, help=_("At least ten characters."), autocomplete="new-password"),
        ]
    )


urls = [public("first-run/<str:key>", begin, "first_run")]
