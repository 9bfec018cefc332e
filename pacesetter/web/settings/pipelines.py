"""Pipelines with their stages in order, reasons for losing, and where the lead statuses are listed."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from pacesetter.base import find
from pacesetter.crm import pipelines
from pacesetter.crm import statuses as lead_statuses
from pacesetter.crm.models import LeadStatus, LostReason, Pipeline, Stage
from pacesetter.web import formats, forms
from pacesetter.web.request import Request
from pacesetter.web.settings import order
from pacesetter.web.settings.frame import Act, Part, answer, check, labels, page, read_labels, show


def index(request: Request) -> HttpResponse:
    """The whole process on one page."""
    acts = {
        "reason": lambda: order.move(request, _in_use(LostReason), pipelines.edit_reason),
        "status": lambda: order.move(request, _in_use(LeadStatus), lead_statuses.edit),
    }
    done = answer(request, acts, reverse("settings_pipelines"))
    every = list(find.every(Pipeline).prefetch_related("stages"))
    shown = {
        "pipelines": [{"row": p, "stages": [s for s in p.stages.all() if not s.archived_on]} for p in every],
        "reasons": order.arrows(_in_use(LostReason)),
        "statuses": order.arrows(_in_use(LeadStatus)),
        "gone": {"reasons": _archived(LostReason), "statuses": _archived(LeadStatus)},
    }
    return done or show(request, "settings/pipelines.html", _("Pipelines"), **shown)


def _in_use(model: Any) -> list[Any]:
    return list(find.every(model, archived_on=None))


def _archived(model: Any) -> list[Any]:
    return list(find.every(model, archived_on__isnull=False))


def new(request: Request) -> HttpResponse:
    """A pipeline starts with a first stage, Won and Lost."""
    part = Part(labels(), key="new", do=_("Add pipeline"))

    def create() -> str:
        return _("Pipeline %(name)s added") % {"name": forms.in_words(pipelines.create(read_labels(request.POST), by=request.actor).label)}

    return simple(request, _("Add pipeline"), part, {"new": create})


def pipeline(request: Request, pk: int) -> HttpResponse:
    """A pipeline: its name and rules, its stages with arrows, a new stage."""
    row = find.one(Pipeline, pk)
    name = forms.in_words(row.label)
    rules = Part([*labels(row.label), check("allow_skip", _("Stages may be skipped"), row.allow_skip), check("allow_back", _("Deals may go back"), row.allow_back)], key="rules", do=_("Save"))  # fmt: skip
    parts = {"rules": rules, "stage": Part(labels(), key="stage", do=_("Add stage"))}
    acts = {
        "rules": lambda: _save(request, row),
        "stage": lambda: _add_stage(request, row),
        "move": lambda: order.move(request, _live(row), pipelines.edit_stage),
        "archive": lambda: _archive(request, row, formats.today()),
        "restore": lambda: _archive(request, row, None),
    }
    done = answer(request, acts, reverse("settings_pipeline", args=[pk]), parts)
    gone = find.every(Stage, pipeline=row, archived_on__isnull=False)
    return done or show(request, "settings/pipeline.html", name, _up(), parts=parts, row=row, stages=order.arrows(_live(row)), gone=gone)


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

    acts: dict[str, Act] = {"reason": save, "archive": lambda: archive(formats.today()), "restore": lambda: archive(None)}
    return simple(request, forms.in_words(row.label) if row else _("Add reason"), part, acts, row)


def simple(request: Request, title: str, part: Part, acts: dict[str, Act], row: Any = None, note: str = "") -> HttpResponse:
    """A page with one form, which leads back to the process."""
    done = answer(request, acts, reverse("settings_pipelines"), {part.key: part})
    return done or show(request, "settings/archivable.html", title, _up(), parts={part.key: part}, part=part, row=row, note=note)


urls = [
    page("pipelines", index, "settings_pipelines"),
    page("pipelines/new", new, "settings_pipeline_new", "settings_pipelines"),
    page("pipelines/<int:pk>", pipeline, "settings_pipeline", "settings_pipelines"),
    page("pipelines/reasons/new", reason, "settings_reason_new", "settings_pipelines"),
    page("pipelines/reasons/<int:pk>", reason, "settings_reason", "settings_pipelines"),
]
