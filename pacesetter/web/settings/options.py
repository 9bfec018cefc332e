"""The company's picklists: industries, segments, sources, competitors."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from pacesetter.base import fields, find
from pacesetter.base.models import Option
from pacesetter.core.errors import Invalid
from pacesetter.web import formats, forms
from pacesetter.web.nouns import NOUNS
from pacesetter.web.request import Request
from pacesetter.web.settings.frame import Act, Part, answer, labels, page, read_labels, show


def lists() -> dict[str, str]:
    """Every picklist by name, called after the field that uses it first."""
    named: dict[str, str] = {}
    for noun in NOUNS:
        for one in fields.of(noun).values():
            if one.option:
                named.setdefault(one.option, forms.label_of(one))
    return named


def index(request: Request) -> HttpResponse:
    """One picklist at a time."""
    named = lists()
    name = request.GET.get("list", next(iter(named)))
    if name not in named:
        raise Invalid("unknown_choice", field="list", value=name, known=", ".join(named))
    part = Part([forms.Entry("label", _("New choice"), required=True)], key="add", do=_("Add choice"))
    here = f"{reverse('settings_options')}?list={name}"
    done = answer(request, {"add": lambda: _add(request, name)}, here, {"add": part})
    tabs = [{"text": text, "href": f"?list={key}", "on": key == name} for key, text in named.items()]
    return done or show(
        request, "settings/options.html", _("Choices"), tabs=tabs, rows=list(find.every(Option, field=name)), parts={"add": part}, part=part
    )


def _add(request: Request, name: str) -> str:
    label = request.POST.get("label", "").strip()
    if not label:
        raise Invalid("required", field="label")
    fields.add_options(name, [label], by=request.actor)
    return _("%(name)s added") % {"name": label}


def option(request: Request, pk: int) -> HttpResponse:
    """Rename a choice in every language, or archive it; records keep it."""
    row = find.one(Option, pk)
    part = Part(labels(row.label), key="option", do=_("Save"))

    def edit() -> str:
        return _("%(name)s saved") % {
            "name": forms.in_words(fields.edit_option(row, label=read_labels(request.POST), by=request.actor).label)
        }

    def archive(on: Any) -> str:
        fields.edit_option(row, archived_on=on, by=request.actor)
        return (_("%(name)s archived") if on else _("%(name)s is back")) % {"name": forms.in_words(row.label)}

    acts: dict[str, Act] = {"option": edit, "archive": lambda: archive(formats.today()), "restore": lambda: archive(None)}
    up = (lists().get(row.field, _("Choices")), f"{reverse('settings_options')}?list={row.field}")
    done = answer(request, acts, up[1], {"option": part})
    return done or show(request, "settings/archivable.html", forms.in_words(row.label), up, parts={"option": part}, part=part, row=row)


urls = [page("choices", index, "settings_options"), page("choices/<int:pk>", option, "settings_option", "settings_options")]
