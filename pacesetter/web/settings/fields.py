"""Fields that the company made for itself, noun by noun."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from pacesetter.base import fields, find
from pacesetter.base.models import CustomField
from pacesetter.core.errors import Invalid
from pacesetter.core.labels import mark
from pacesetter.web import formats, forms
from pacesetter.web.nouns import NOUNS
from pacesetter.web.request import Request
from pacesetter.web.settings import rows
from pacesetter.web.settings.frame import Act, Part, answer, check, chosen, labels, page, read_labels, show

TYPES = {"text": mark("Text"), "number": mark("Number"), "money": mark("Money"), "date": mark("Date"), "boolean": mark("Yes or no"), "choice": mark("Choice"), "user": mark("Person")}  # fmt: skip


def index(request: Request) -> HttpResponse:
    """The fields of one noun."""
    noun = _noun(request.GET.get("noun", "deal"))
    tabs = [{"text": _(one.title), "href": f"?noun={one.key}", "on": one.key == noun} for one in NOUNS.values()]
    listed = [{"row": row, "type": _(TYPES[row.type])} for row in find.every(CustomField, noun=noun)]
    return show(request, "settings/fields.html", _("Fields"), tabs=tabs, rows=listed, noun=noun)


def _noun(key: str) -> str:
    if key not in NOUNS:
        raise Invalid("unknown_choice", field="noun", value=key, known=", ".join(NOUNS))
    return key


def new(request: Request, noun: str) -> HttpResponse:
    """Make a field."""
    kinds = [(key, _(text)) for key, text in TYPES.items()]
    help = _("It stays, because values depend on it.")
    part = Part(
        [*labels(), chosen("type", _("Type"), kinds, "text", required=True, help=help), _required(False)], key="field", do=_("Add field")
    )

    def create() -> str:
        data = request.POST
        values = {"type": data.get("type", ""), "choices": _choices(request, data.get("type", "")), "required": "required" in data}
        return _("Field %(name)s added") % {
            "name": forms.in_words(fields.create(_noun(noun), label=read_labels(data), by=request.actor, **values).label)
        }

    return _answered(request, _("Add field"), part, noun, {"field": create}, choices=[], shows=True)


def field(request: Request, pk: int) -> HttpResponse:
    """Change a field's name or choices; archive it."""
    row = find.one(CustomField, pk)
    part = Part([*labels(row.label), _required(row.required)], key="field", do=_("Save"))

    def edit() -> str:
        more = {"choices": _choices(request, row.type)} if row.type == "choice" else {}
        fields.edit(row, label=read_labels(request.POST), required="required" in request.POST, by=request.actor, **more)
        return _("Field %(name)s saved") % {"name": forms.in_words(row.label)}

    def archive(on: Any) -> str:
        fields.edit(row, archived_on=on, by=request.actor)
        return (_("%(name)s archived") if on else _("%(name)s is back")) % {"name": forms.in_words(row.label)}

    acts: dict[str, Act] = {"field": edit, "archive": lambda: archive(formats.today()), "restore": lambda: archive(None)}
    return _answered(request, forms.in_words(row.label), part, row.noun, acts, choices=row.choices, shows=row.type == "choice", row=row)


def _required(on: bool) -> forms.Entry:
    return check("required", _("Required"), on)


def _choices(request: Request, kind: str) -> list[dict[str, Any]]:
    typed = rows.read(request.POST) if kind == "choice" else []
    if kind == "choice" and not typed:
        raise Invalid("required", field="choices")
    return typed


def _answered(
    request: Request, title: str, part: Part, noun: str, acts: dict[str, Act], choices: list[Any], shows: bool, row: Any = None
) -> HttpResponse:
    up = (_("Fields"), f"{reverse('settings_fields')}?noun={noun}")
    done = answer(request, acts, up[1], {"field": part})
    typed = rows.read(request.POST) if request.method == "POST" else choices
    return done or show(
        request, "settings/field.html", title, up, parts={"field": part}, part=part, row=row, choices=rows.shown(typed) if shows else []
    )


urls = [
    page("fields", index, "settings_fields"),
    page("fields/<str:noun>/new", new, "settings_field_new", "settings_fields"),
    page("fields/<int:pk>", field, "settings_field", "settings_fields"),
]
