"""Jobs: everything that takes long, with its progress, its log, its result or what went wrong."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pacesetter.base import jobs, worker
from pacesetter.base.models import Job
from pacesetter.core.errors import Refused
from pacesetter.core.labels import mark
from pacesetter.crm import choices
from pacesetter.web import edits, formats, toasts, words
from pacesetter.web.request import Request, wants
from pacesetter.web.routes import page

SHOWN = 100
STATES = {
    "queued": (mark("Waiting"), "", "hourglass"),
    "running": (mark("Running"), "info", "loader"),
    "done": (mark("Done"), "pos", "check"),
    "failed": (mark("Failed"), "neg", "triangle-alert"),
    "cancelled": (mark("Cancelled"), "", "ban"),
}
TABS = (
    ("", mark("All")),
    ("active", mark("Running")),
    ("failed", mark("Failed")),
    ("done", mark("Done")),
    ("cancelled", mark("Cancelled")),
)
WITHIN = {"active": ("queued", "running")}


@dataclass
class Shown:
    """A job as pages show it."""

    job: Job
    who: str = ""

    @property
    def name(self) -> str:
        known = self.job.key in jobs.JOBS
        return _(jobs.JOBS[self.job.key].label) if known else self.job.key

    @property
    def state(self) -> dict[str, str]:
        text, tone, icon = STATES[self.job.state]
        return {"text": _(text), "tone": tone, "icon": icon}

    @property
    def active(self) -> bool:
        return not self.job.finished

    @property
    def error(self) -> str:
        found = self.job.error or {}
        return words.refusal(Refused(found["code"], **found.get("params", {}))) if found else ""

    @property
    def step(self) -> str:
        return words.refusal(Refused(self.job.step_code, **self.job.step_params)) if self.job.step_code else ""

    @property
    def stuck(self) -> bool:
        """It waits, and nobody is there to take it."""
        return self.job.state == "queued" and not worker.is_alive()

    @property
    def result(self) -> tuple[str, str] | None:
        """Where the result is, and how the link is called."""
        if "import_id" in self.job.args:
            return reverse("import", args=[self.job.args["import_id"]]), _("Open the import")
        found = self.job.result or {}
        if self.job.state == "done" and found.get("file"):
            return reverse("job_file", args=[self.job.pk]), _("Download %(name)s") % {"name": found["name"]}
        return None

    @cached_property
    def lines(self) -> list[tuple[Any, str]]:
        return [(line.at, words.refusal(Refused(line.code, **line.params))) for line in self.job.lines.all()]

    @property
    def took(self) -> str:
        if not self.job.started_at or not self.job.finished_at:
            return ""
        seconds = (self.job.finished_at - self.job.started_at).total_seconds()
        return formats.duration(seconds / 60) if seconds >= 60 else _("%(n)s s") % {"n": formats.number(round(seconds, 1))}


def index(request: Request) -> HttpResponse:
    """One's own jobs, or everyone's for those who may."""
    chosen = request.GET.get("state", "")
    rows = jobs.visible_to(request.actor)
    if chosen in STATES or chosen in WITHIN:
        rows = rows.filter(state__in=WITHIN.get(chosen, (chosen,)))
    rows = list(rows[:SHOWN])
    names = choices.names(job.user_id for job in rows if job.user_id)
    shown = [Shown(job, names.get(job.user_id, "")) for job in rows]
    tabs = [{"text": _(text), "href": f"?state={key}", "on": key == chosen} for key, text in TABS]
    here = {"jobs": shown, "tabs": tabs, "active": any(one.active for one in shown), "chosen": chosen}
    return render(request, "jobs/table.html" if wants(request, "jobs") else "jobs/index.html", here)


def record(request: Request, pk: int) -> HttpResponse:
    """One job; its part polls itself while it is at work."""
    job = jobs.by_id(pk, by=request.actor)
    shown = Shown(job, choices.names([job.user_id]).get(job.user_id, "") if job.user_id else "")
    return render(request, "jobs/part.html" if wants(request, "job") else "jobs/record.html", {"one": shown, "job": job})


def cancellation(request: Request, pk: int) -> HttpResponse:
    """Stop after the current chunk."""
    job = jobs.cancel(jobs.by_id(pk, by=request.actor), by=request.actor)
    said = _("It was cancelled") if job.finished else _("It stops after its current step")
    toasts.add(request, said)
    return redirect(edits.back(request, reverse("job", args=[pk])))


def attempt(request: Request, pk: int) -> HttpResponse:
    """Run a failed or cancelled job again."""
    jobs.retry(jobs.by_id(pk, by=request.actor), by=request.actor)
    return redirect("job", pk)


urls = [
    page("jobs", index, "jobs"),
    page("jobs/<int:pk>", record, "job"),
    page("jobs/<int:pk>/cancellation", require_POST(cancellation), "job_cancellation"),
    page("jobs/<int:pk>/attempts", require_POST(attempt), "job_attempts"),
]
