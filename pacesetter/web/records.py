"""Creating, editing, archiving a record, and the addresses that every noun shares."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pacesetter.base import fields
from pacesetter.core.errors import Conflict, Refused
from pacesetter.web import bulk, edits, forms, toasts, twins
from pacesetter.web.nouns import NOUNS, Noun
from pacesetter.web.request import Request
from pacesetter.web.routes import page


def new(request: Request, noun: str) -> HttpResponse:
    """The form of a new record; the address may fill in some of it."""
    kind, known = NOUNS[noun], fields.of(noun)
    request.actor.require(f"{noun}.edit")
    form = forms.build(known, kind.form, request.actor, **_preset(request, kind, known))
    if request.method == "POST":
        try:
            record = kind.verbs.create(by=request.actor, **_sent(request, kind, known))
        except Refused as refused:
            return _form(request, kind, form.keep(request.POST).refuse(refused), status=refused.status)
        toasts.add(request, _("%(name)s created") % {"name": record})
        return redirect(kind.url("record", record.pk))
    return _form(request, kind, form)


def _sent(request: Request, kind: Noun, known: dict[str, fields.Field]) -> dict[str, Any]:
    """What was filled in; what was left empty keeps its default."""
    own = [key for key, one in known.items() if one.is_custom]
    sent = forms.read(known, [*kind.form, *own], request.POST, request.actor)
    return {key: value for key, value in sent.items() if value not in (None, "")}


def _preset(request: Request, kind: Noun, known: dict[str, fields.Field]) -> dict[str, str]:
    preset = {key: request.GET[key] for key in kind.form if request.GET.get(key)}
    if "currency" in kind.form:
        preset.setdefault("currency", request.company.currency)
    for key in [key for key in preset if known[key].ref in NOUNS and preset[key].isdigit()]:
        preset[f"{key}_text"] = str(NOUNS[known[key].ref].find(int(preset[key]), request.actor))
    return preset


def edit(request: Request, noun: str, pk: int) -> HttpResponse:
    """The whole record as a form."""
    kind, known = NOUNS[noun], fields.of(noun)
    record = kind.find(pk, request.actor)
    request.actor.require(f"{noun}.edit", record)
    keys = [key for key in kind.form if known[key].editable]
    form = forms.build(known, keys, request.actor, record)
    if request.method != "POST":
        return _form(request, kind, form, record)
    version = int(request.POST["version"]) if request.POST.get("version", "").isdigit() else None
    try:
        own = [key for key, one in known.items() if one.is_custom]
        sent = forms.read(known, [*keys, *own], request.POST, request.actor)
        kind.verbs.edit(record, by=request.actor, version=version, **_changed(sent, record, known))
    except Refused as refused:
        record = kind.find(pk, request.actor) if isinstance(refused, Conflict) else record
        return _form(request, kind, form.keep(request.POST).refuse(refused), record, refused.status)
    toasts.add(request, _("%(name)s saved") % {"name": record}, undo=edits.undo_address(kind, pk))
    return redirect(kind.url("record", pk))


def _changed(sent: dict[str, Any], record: Any, known: dict[str, fields.Field]) -> dict[str, Any]:
    """Only what differs, so that two people editing different fields do not collide."""
    currency = getattr(record, "currency", "")
    return {
        key: value for key, value in sent.items() if known[key].clean(value, sent.get("currency") or currency) != known[key].read(record)
    }


def _form(request: Request, kind: Noun, form: forms.Form, record: Any = None, status: int = 200) -> HttpResponse:
    title = _("Edit %(name)s") % {"name": record} if record else _(kind.new)
    asks = "" if record else twins.trigger(kind.key)
    return render(
        request, "records/form.html", {"noun": kind, "form": form, "record": record, "title": title, "twins": asks}, status=status
    )


@require_POST
def archival(request: Request, noun: str, pk: int) -> HttpResponse:
    """Archive a record, or with ?restore bring it back."""
    kind = NOUNS[noun]
    record = kind.find(pk, request.actor)
    restoring = "restore" in request.POST
    (kind.verbs.restore_many if restoring else kind.verbs.archive_many)([record], by=request.actor)
    toasts.add(
        request, (_("%(name)s restored") if restoring else _("%(name)s archived")) % {"name": record}, undo=edits.undo_address(kind, pk)
    )
    return redirect(kind.url("record", pk))


def urls_of(noun: str) -> list[URLPattern]:
    """The addresses that every noun has besides its list and its record."""
    plural = NOUNS[noun].plural
    return [
        page(f"{plural}/new", new, f"{noun}_new", noun=noun),
        page(f"{plural}/changes", bulk.changes, f"{noun}_changes", noun=noun),
        page(f"{plural}/<int:pk>/form", edit, f"{noun}_edit", noun=noun),
        page(f"{plural}/<int:pk>/fields/<str:key>", edits.field, f"{noun}_field", noun=noun),
        page(f"{plural}/<int:pk>/history/<int:entry>/undo", require_POST(edits.undo), f"{noun}_undo", noun=noun),
        page(f"{plural}/<int:pk>/archival", archival, f"{noun}_archival", noun=noun),
    ]


urls = [page("changes/<uuid:batch>/undo", bulk.undo, "batch_undo")]
