"""The company's picklists: industries, segments, sources, competitors."""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pacesetter.base import fields, find
from pacesetter.base.models import Option
from pacesetter.core.errors import Invalid
from pacesetter.core.labels import in_language
from pacesetter.web import formats, forms
from pacesetter.web.nouns import NOUNS
from pacesetter.web.request import Request
from pacesetter.web.settings.frame import LANGUAGES, Act, Part, answer, labels, page, read_labels, show

PAGE = 60


def lists() -> dict[str, str]:
    """Every picklist by name, called after the field that uses it first."""
    named: dict[str, str] = {}
    for noun in NOUNS:
        for one in fields.of(noun).values():
            if one.option:
                named.setdefault(one.option, forms.label_of(one))
    return named


def index(request: Request) -> HttpResponse:
    """One picklist at a time: its choices in every language, and a form to add one."""
    named = lists()
    name = request.GET.get("list", next(iter(named)))
    if name not in named:
        raise Invalid("unknown_choice", field="list", value=name, known=", ".join(named))
    listed = Paginator(find.every(Option, field=name).order_by("position", "id"), PAGE).get_page(request.GET.get("page"))
    parts = {"add": Part(labels(), key="add", do=_("Add choice")), "words": Part([], key="words", do=_("Save choices"))}
    acts: dict[str, Act] = {"add": lambda: _add(request, name), "words": lambda: _translate(request, listed)}
    done = answer(request, acts, f"{reverse('settings_options')}?list={name}&page={listed.number}", parts)
    tabs = [{"text": text, "href": f"?list={key}", "on": key == name} for key, text in named.items()]
    rows = [{"row": row, "cells": _cells(request, row)} for row in listed]
    return done or show(request, "settings/options.html", _("Choices"), tabs=tabs, rows=rows, parts=parts, listed=listed)


def _cells(request: Request, row: Option) -> list[dict[str, Any]]:
    """The label in each language, as typed; what is empty shows the words that stand in for it."""
    return [_cell(request, row, code, f"label-{row.pk}-{code}", _about(row, text)) for code, text in LANGUAGES]


def _cell(request: Request, row: Option, code: str, name: str, about: str) -> dict[str, Any]:
    value = request.POST.get(name, row.label.get(code, ""))
    missing = code == "en" and not value.strip()
    return {"name": name, "code": code, "about": about, "value": value, "missing": missing, "stands_in": in_language(row.label, "en")}


def _about(row: Option, language: str) -> str:
    return f"{in_language(row.label, 'en')}, {language}"


def _add(request: Request, name: str) -> str:
    label = read_labels(request.POST)
    fields.add_options(name, [label], by=request.actor)
    return _("%(name)s added") % {"name": forms.in_words(label)}


@transaction.atomic
def _translate(request: Request, listed: Iterable[Option]) -> str:
    """Change the labels that differ, all or nothing."""
    sent = [(row, _sent(request, row)) for row in listed if f"label-{row.pk}-en" in request.POST]
    changed = [(row, label) for row, label in sent if label != row.label]
    for row, label in changed:
        fields.edit_option(row, label=label, by=request.actor)
    return ngettext("%(count)s choice saved", "%(count)s choices saved", len(changed)) % {"count": len(changed)}


def _sent(request: Request, row: Option) -> dict[str, str]:
    try:
        return read_labels(request.POST, f"label-{row.pk}")
    except Invalid:
        raise Invalid("required", field=_about(row, LANGUAGES[0][1])) from None


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
