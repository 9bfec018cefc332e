"""A hint beside the form of a new record: what is here already under its e-mail, web domain or name."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pacesetter.core.labels import mark
from pacesetter.crm import alike
from pacesetter.web import words
from pacesetter.web.nouns import NOUNS
from pacesetter.web.request import Request
from pacesetter.web.routes import page

# the fields whose change asks again
ASKED = {"account": ("name", "website"), "contact": ("email", "first_name", "last_name"), "lead": ("email", "first_name", "last_name")}
SHARED = {"email": mark("same e-mail"), "domain": mark("same web domain"), "name": mark("same name")}


def trigger(noun: str) -> str:
    """When the hint is asked for, as htmx reads it; never where a noun has no duplicates."""
    return ", ".join(f"change from:#f-{key}" for key in ASKED.get(noun, ()))


@require_POST  # an address would keep what is typed of a person in the logs
def hint(request: Request, noun: str) -> HttpResponse:
    """The possible duplicates of what is typed so far; nothing is refused and nothing is written."""
    request.actor.require(f"{noun}.edit")
    typed = {key: request.POST.get(key, "").strip() for key in ASKED[noun]}
    found = alike.twins(noun, typed, by=request.actor)
    rows = [(NOUNS[twin.record.noun].url("record", twin.record.pk), twin.record, _about(twin)) for twin in found]
    return render(request, "records/twins.html", {"rows": rows})


def _about(twin: alike.Twin) -> str:
    return f"{words.noun(twin.record.noun)} · {_(SHARED[twin.kind])}"


urls = [page(f"{NOUNS[noun].plural}/twins", hint, f"{noun}_twins", noun=noun) for noun in ASKED]
