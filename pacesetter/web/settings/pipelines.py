"""Pipelines with their stages in order, lost reasons, and the lead statuses to read."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from pacesetter.base import find
from pacesetter.core.errors import Invalid
from pacesetter.core.labels import mark
from pacesetter.crm import pipelines
from pacesetter.crm.models import LeadStatus, LostReason, Pipeline, Stage
from pacesetter.web import formats, forms
from pacesetter.web.request import Request
from pacesetter.web.settings.frame import Part, answer, check, labels, number, page, read_labels, show

TYPES = {"new": mark("New"), "working": mark("Working"), "nurture": mark("Nurture"), "qualified": mark("Qualified"), "converted": mark("Converted"), "disqualified": mark("Disqualified")}  # fmt: skip


def index(request: Request) -> HttpResponse:
    """The whole process on one page."""
    every = list(find.every(Pipeline).prefetch_related("stages"))
    shown = {
        "pipelines": [{"row": p, "stages": [s for s in p.stages.all() if not s.archived_on]} for p in every],
        "reasons": list(find.every(LostReason)),
    }
    statuses = [{"label": forms.in_words(s.label), "type": _(TYPES[s.type])} for s in find.every(LeadStatus)]
    return show(request, "settings/pipelines.html", _("Pipelines"), statuses=statuses, **shown)


def new(request: Request) -> HttpResponse:
    """A pipeline starts with a first stage, Won and Lost."""
    part = Part(labels(), key="new", do=_("Add pipeline"))

    def create() -> str:
        return _("Pipeline %(name)s added") % {"name": forms.in_words(pipelines.create(read_labels(request.POST), by=request.actor).label)}

    return _simple(request, _("Add pipeline"), part, {"new": create})


def pipeline(request: Request, pk: int) -> HttpResponse:
    """A pipeline: its name and rules, its stages with arrows, a new stage."""
    row = find.one(Pipeline, pk)
    name = forms.in_words(row.label)
    rules = Part([*labels(row.label), check("allow_skip", _("Stages may be skipped"), row.allow_skip), check("allow_back", _("Deals may go back"), row.allow_back)], key="rules", do=_("Save"))  # fmt: skip
    parts = {"rules": rules, "stage": Part(labels(), key="stage", do=_("Add stage"))}
    acts = {
        "rules": lambda: _save(request, row),
        "stage": lambda: _add_stage(request, row),
        "move": lambda: _move(request, row),
        "archive": lambda: _archive(request, row, formats.today()),
        "restore": lambda: _archive(request, row, None),
    }
    done = answer(request, acts, reverse("settings_pipeline", args=[pk]), parts)
    stages = [{"row": s, "up": n > 0, "down": n + 1 < len(live)} for live in [_live(row)] for n, s in enumerate(live)]
    gone = find.every(Stage, pipeline=row, archived_on__isnull=False)
    return done or show(request, "settings/pipeline.html", name, _up(), parts=parts, row=row, stages=stages, gone=gone)


def _up() -> tuple[str, str]:
    return _("Pipelines"), reverse("settings_pipelines")


def _live(row: Pipeline) -> list[Stage]:
    return list(find.every(Stage, pipeline=row, archived_on=None).order_by("position", "id"))


def _save(request: Request, row: Pipeline) -> str:
    data = request.POST
    pipelines.edit(row, label=read_labels(data), allow_skip="allow_skip" in data, allow_back="allow_back" in data, by=request.actor)
    return _("%(name)s saved") % {"name": forms.in_words(row.label)}


def _add_stage(request: Request, row: Pipeline) -> str:
    made = pipelines.add_stage(row, label=read_labels(request.POST), by=request.actor)
    return _("Stage %(name)s added") % {"name": forms.in_words(made.label)}


@transaction.atomic
def _move(request: Request, row: Pipeline) -> str:
    """One place up or down; positions are dealt anew so that they never meet."""
    listed, pk = _live(row), number(request.POST.get("stage", ""))
    at = next((n for n, stage in enumerate(listed) if stage.pk == pk), None)
    to = None if at is None else at + (-1 if request.POST.get("to") == "up" else 1)
    if at is None or to is None or not 0 <= to < len(listed):
        raise Invalid("required", field="stage")
    listed[at], listed[to] = listed[to], listed[at]
    for position, stage in enumerate(listed):
        if stage.position != position:
            pipelines.edit_stage(stage, position=position, by=request.actor)
    return _("%(name)s moved") % {"name": forms.in_words(listed[to].label)}


def _archive(request: Request, row: Pipeline, on: Any) -> str:
    pipelines.edit(row, archived_on=on, by=request.actor)
    return (_("%(name)s archived") if on else _("%(name)s is back")) % {"name": forms.in_words(row.label)}


def reason(request: Request, pk: int = 0) -> HttpResponse:
    """Add a reason for losing, or change one."""
    row = find.one(LostReason, pk) if pk else None
    never = check(
        "never_real", _("It was never a real deal"), bool(row and row.never_real), help=_("Duplicates and tests: no win rate counts them.")
    )
    part = Part([*labels(row.label if row else None), never], key="reason", do=_("Save") if row else _("Add reason"))

    def save() -> str:
        values = {"label": read_labels(request.POST), "never_real": "never_real" in request.POST}
        made = pipelines.edit_reason(row, by=request.actor, **values) if row else pipelines.add_reason(by=request.actor, **values)
        return _("%(name)s saved") % {"name": forms.in_words(made.label)}

    def archive(on: Any) -> str:
        assert row
        pipelines.edit_reason(row, archived_on=on, by=request.actor)
        return (_("%(name)s archived") if on else _("%(name)s is back")) % {"name": forms.in_words(row.label)}

    acts: dict[str, Callable[[], str]] = {"reason": save, "archive": lambda: archive(formats.today()), "restore": lambda: archive(None)}
    return _simple(request, forms.in_words(row.label) if row else _("Add reason"), part, acts, row)


def _simple(request: Request, title: str, part: Part, acts: Any, row: Any = None) -> HttpResponse:
    done = answer(request, acts, reverse("settings_pipelines"), {part.key: part})
    return done or show(request, "settings/archivable.html", title, _up(), parts={part.key: part}, part=part, row=row)


urls = [
    page("pipelines", index, "settings_pipelines"),
    page("pipelines/new", new, "settings_pipeline_new", "settings_pipelines"),
    page("pipelines/<int:pk>", pipeline, "settings_pipeline", "settings_pipelines"),
    page("pipelines/reasons/new", reason, "settings_reason_new", "settings_pipelines"),
    page("pipelines/reasons/<int:pk>", reason, "settings_reason", "settings_pipelines"),
]
