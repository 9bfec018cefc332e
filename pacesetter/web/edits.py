"""Editing one field where it is read: the cell becomes a field, the field becomes the cell again."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from pacesetter.base import fields, history
from pacesetter.base.fields import Field
from pacesetter.core.errors import Invalid, Refused
from pacesetter.crm import choices
from pacesetter.web import forms, toasts, words
from pacesetter.web.cells import Looks, button
from pacesetter.web.nouns import NOUNS, Noun
from pacesetter.web.request import Request


def editable(noun: Noun, one: Field, record: Any) -> bool:
    """Whether a field has an edit of its own: owner and stage are verbs, the rest is a plain edit."""
    if (noun.key, one.key) == ("deal", "stage"):
        return bool(record.status == "open")
    if (noun.key, one.key) == ("deal", "close_date"):
        return bool(record.status == "open")
    return one.key == "owner" or (one.editable and one.type not in ("instant", "long_text"))


def field(request: Request, noun: str, pk: int, key: str) -> HttpResponse:
    """GET: the edit field, or with ?show the cell; POST: change it and show the cell."""
    kind = NOUNS[noun]
    record, one = kind.find(pk, request.actor), fields.one(noun, key)
    if request.method == "POST":
        return _save(request, kind, record, one)
    if "show" in request.GET:
        return _cell(request, kind, record, one)
    return _edit(request, kind, record, one)


def _save(request: Request, kind: Noun, record: Any, one: Field) -> HttpResponse:
    try:
        value = forms.value_of(one, request.POST, request.actor)
        change(kind, record, one.key, value, request)
    except Refused as refused:
        return _edit(request, kind, record, one, refused)
    record = kind.find(record.pk, request.actor)
    said = _("%(name)s: %(field)s changed") % {"name": record, "field": forms.label_of(one).lower()}
    toasts.add(request, said, undo=undo_address(kind, record.pk))
    if not request.htmx:
        return redirect(request.POST.get("next") or kind.url("record", record.pk))
    return _cell(request, kind, record, one, focus=True)


def change(kind: Noun, record: Any, key: str, value: Any, request: Request) -> None:
    """One field through its verb."""
    version = int(request.POST["version"]) if request.POST.get("version", "").isdigit() else None
    if key == "owner":
        kind.verbs.assign(record, to=person(value, request), by=request.actor)
    elif (kind.key, key) == ("deal", "stage"):
        kind.verbs.move_stage(record, to=stage(value), by=request.actor)
    else:
        kind.verbs.edit(record, by=request.actor, version=version, **{key: value})


def person(value: str | int | None, request: Request) -> Any:
    """One of the people this actor may choose."""
    return choices.person(int(value or 0), request.actor) if str(value or "").isdigit() else None


def stage(value: str | None) -> Any:
    """One of the stages in use."""
    found = [one for one in choices.stages() if str(one.pk) == value]
    if not found:
        raise Invalid("required", field="stage")
    return found[0]


def undo_address(kind: Noun, pk: int) -> str:
    """Where a click on Undo goes, for the record's latest change."""
    latest = history.of(kind.key, pk).first()
    return kind.url("undo", pk, latest.pk) if latest and latest.changes else ""


def _edit(request: Request, kind: Noun, record: Any, one: Field, refused: Refused | None = None) -> HttpResponse:
    entry = forms.entry(one, request.actor, record, autofocus=True)
    if kind.key == "deal" and one.key == "stage":
        mine = {str(s.pk) for s in choices.stages(record.pipeline) if s.type == "open"}
        entry = forms.replace(entry, choices=[c for c in entry.choices if c[0] in mine], required=True)
    if refused:
        entry = forms.replace(entry, error=words.refusal(refused), value=request.POST.get(one.key, ""))
    shown = {"field": entry, "record": record, "noun": kind, "action": kind.url("field", record.pk, one.key)}
    template = "records/cell_edit.html" if request.htmx else "records/field_page.html"
    return render(request, template, shown, status=refused.status if refused else 200)


def _cell(request: Request, kind: Noun, record: Any, one: Field, *, focus: bool = False) -> HttpResponse:
    looks = Looks(request.actor, request.company.currency)
    shown = {
        "html": looks.show(one, record, linked=False),
        "edit": kind.url("field", record.pk, one.key),
        "label": forms.label_of(one),
    }
    return HttpResponse(button(shown, focus=focus))


def undo(request: Request, noun: str, pk: int, entry: int) -> HttpResponse:
    """Put back the values from before one change."""
    kind = NOUNS[noun]
    record = kind.find(pk, request.actor)
    found = history.of(noun, pk).filter(pk=entry).first()
    if found is None:
        raise Refused("nothing_to_undo")
    history.undo(found, by=request.actor)
    toasts.add(request, _("%(name)s: change undone") % {"name": record})
    return redirect(back(request, kind.url("record", pk)))


def back(request: Request, otherwise: str) -> str:
    """The page one came from, if it is ours."""
    from django.utils.http import url_has_allowed_host_and_scheme

    came = request.headers.get("Referer", "")
    return came if url_has_allowed_host_and_scheme(came, {request.get_host()}) else otherwise
