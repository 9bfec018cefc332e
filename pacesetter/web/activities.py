"""Logging what was done, planning tasks, ticking them off."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pacesetter.core.errors import Invalid, NotFound
from pacesetter.crm import activities
from pacesetter.crm.models import Activity
from pacesetter.web import edits, toasts
from pacesetter.web.nouns import NOUNS
from pacesetter.web.request import Request
from pacesetter.web.routes import page


@require_POST
def create(request: Request) -> HttpResponse:
    """Log an activity, or plan a task, about one record."""
    kind = NOUNS[request.POST.get("about", "")]
    pk = request.POST.get("record", "")
    record = kind.find(int(pk) if pk.isdigit() else 0, request.actor)
    values: dict[str, Any] = {
        "kind": request.POST.get("kind", "note"),
        "subject": request.POST.get("subject", "").strip(),
        "body": request.POST.get("body", ""),
        kind.key: record,
    }
    if not values["subject"]:
        raise Invalid("required", field="subject")
    if request.POST.get("due_on"):
        values["due_on"] = request.POST["due_on"]
    made = activities.log(by=request.actor, **values)
    toasts.add(request, _("Task planned") if made.kind == "task" else _("Logged"))
    return redirect(edits.back(request, kind.url("record", record.pk)))


@require_POST
def completion(request: Request, pk: int) -> HttpResponse:
    """Tick a task off."""
    task = activities.complete(_task(request, pk), by=request.actor)
    toasts.add(request, _("Done: %(name)s") % {"name": task}, undo=f"/activities/{pk}/reopening")
    return redirect(edits.back(request, "/"))


@require_POST
def reopening(request: Request, pk: int) -> HttpResponse:
    """Take the tick back."""
    activities.reopen(_task(request, pk), by=request.actor)
    return redirect(edits.back(request, "/"))


def _task(request: Request, pk: int) -> Activity:
    found = Activity.objects.visible_to(request.actor).filter(pk=pk).first()
    if found is None:
        raise NotFound("not_found", noun="activity", id=pk)
    return found


urls = [
    page("activities", create, "activities"),
    page("activities/<int:pk>/completion", completion, "activity_completion"),
    page("activities/<int:pk>/reopening", reopening, "activity_reopening"),
]
