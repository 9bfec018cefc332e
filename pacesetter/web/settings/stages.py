"""One stage: what it means for the forecast, and what a deal must have to enter and leave it."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from pacesetter.base import fields, find
from pacesetter.core.errors import Invalid
from pacesetter.crm import pipelines
from pacesetter.crm.models import Stage
from pacesetter.crm.models.pipelines import CATEGORIES
from pacesetter.web import formats, forms
from pacesetter.web.request import Request
from pacesetter.web.settings import rows
from pacesetter.web.settings.frame import Part, answer, check, chosen, labels, number_entry, page, read_labels, show, whole

NEVER = ("stage", "pipeline", "status", "name")  # always there, so nothing to demand


def stage(request: Request, pk: int) -> HttpResponse:
    """Everything a stage says."""
    row = find.one(Stage, pk)
    up = (forms.in_words(row.pipeline.label), reverse("settings_pipeline", args=[row.pipeline_id]))
    part = Part(_entries(row), key="stage", do=_("Save"))
    acts = {
        "stage": lambda: _save(request, row),
        "archive": lambda: _archive(request, row, formats.today()),
        "restore": lambda: _archive(request, row, None),
    }
    done = answer(request, acts, up[1], {"stage": part})
    asked = set(request.POST.getlist("required_fields")) if request.method == "POST" else set(row.required_fields)
    needed = [{"key": one.key, "label": forms.label_of(one), "on": one.key in asked} for one in _fields()]
    typed = rows.read(request.POST, flag=True) if request.method == "POST" else row.exit_criteria
    return done or show(
        request,
        "settings/stage.html",
        forms.in_words(row.label),
        up,
        parts={"stage": part},
        part=part,
        row=row,
        needed=needed,
        criteria=rows.shown(typed),
    )


def _fields() -> list[fields.Field]:
    return [one for key, one in fields.of("deal").items() if one.editable and key not in NEVER and one.type != "boolean"]


def _entries(row: Stage) -> list[forms.Entry]:
    open_only = [
        check("is_qualified", _("A deal here counts as qualified"), row.is_qualified),
        number_entry("rotting_days", _("Idle after days without activity"), row.rotting_days),
        number_entry("expected_days", _("Usual days in this stage"), row.expected_days),
    ]
    return [
        *labels(row.label),
        number_entry("probability", _("Probability, per cent"), row.probability, required=True),
        chosen("category", _("Forecast category"), [(key, _(text)) for key, text in CATEGORIES], row.category, required=True),
        *(open_only if row.type == "open" else []),
    ]


def _save(request: Request, row: Stage) -> str:
    pipelines.edit_stage(row, by=request.actor, **_values(request, row))
    return _("%(name)s saved") % {"name": forms.in_words(row.label)}


def _values(request: Request, row: Stage) -> dict[str, Any]:
    data, probability = request.POST, whole(request.POST, "probability")
    if probability is None:
        raise Invalid("required", field="probability")
    if data.get("category") not in dict(CATEGORIES):
        raise Invalid("unknown_choice", field="category", value=data.get("category", ""), known=", ".join(dict(CATEGORIES)))
    known = {one.key for one in _fields()}
    values: dict[str, Any] = {
        "label": read_labels(data),
        "probability": probability,
        "category": data["category"],
        "required_fields": [k for k in data.getlist("required_fields") if k in known],
    }
    if row.type == "open":
        values |= {
            "is_qualified": "is_qualified" in data,
            "rotting_days": _days(request, "rotting_days"),
            "expected_days": _days(request, "expected_days"),
            "exit_criteria": rows.read(data, flag=True),
        }
    return values


def _days(request: Request, name: str) -> int | None:
    value = whole(request.POST, name)
    if value is not None and value < 0:
        raise Invalid("negative", field=name)
    return value


def _archive(request: Request, row: Stage, on: Any) -> str:
    pipelines.edit_stage(row, archived_on=on, by=request.actor)
    return (_("%(name)s archived") if on else _("%(name)s is back")) % {"name": forms.in_words(row.label)}


urls = [page("pipelines/stages/<int:pk>", stage, "settings_stage", "settings_pipelines")]
