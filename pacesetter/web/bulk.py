"""Changing many records at once: a preview that counts and sums, a labelled verb, an undo."""

import uuid
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from pacesetter.base import counts, fields, listings
from pacesetter.core.errors import Conflict, Invalid, Refused, add_sentences
from pacesetter.core.labels import mark
from pacesetter.crm import choices, totals
from pacesetter.web import edits, formats, forms, lists, toasts, words
from pacesetter.web.cells import Looks
from pacesetter.web.nouns import NOUNS, Noun
from pacesetter.web.request import Request

SAMPLE = 5
MOST = 1_000  # records in one change: everybody else waits for it
add_sentences(
    {
        "too_many_at_once": mark("{count} records match; at most {limit} are changed at once. Narrow the list."),
        "others_match": mark("Meanwhile {count} records match. Look again before you change them."),
    }
)


def changes(request: Request, noun: str) -> HttpResponse:
    """GET: choose and preview; POST: change all of them in one batch."""
    kind = NOUNS[noun]
    request.actor.require("record.bulk")
    data = request.POST if request.method == "POST" else request.GET
    records = _chosen(request, kind, data)
    key = data.get("field", "")
    if not records or key not in kind.moves:
        raise Invalid("nothing_selected")
    if request.method == "GET":
        return _preview(request, kind, records, key)
    try:
        _as_seen(data, records)
        return _apply(request, kind, records, key)
    except Refused as refused:
        return _preview(request, kind, records, key, words.refusal(refused), refused.status)


def _chosen(request: Request, kind: Noun, data: QueryDict) -> list[Any]:
    """The selected records, or all that match the list's address."""
    if not data.get("all"):
        return kind.many([int(pk) for pk in data.getlist("id") if pk.isdigit()], request.actor)
    found = lists.ListPage(request, kind, QueryDict(str(data["all"]))).view
    if found.few is None or len(found.few) > MOST:
        raise Invalid("too_many_at_once", count=counts.of(found).n, limit=MOST)
    return kind.many(found.few, request.actor)


def _as_seen(data: QueryDict, records: list[Any]) -> None:
    """What matches may have changed since the preview; nobody changes more than they saw."""
    if data.get("all") and data.get("count") != str(len(records)):
        raise Conflict("others_match", count=len(records))


def _apply(request: Request, kind: Noun, records: list[Any], key: str) -> HttpResponse:
    batch = uuid.uuid4()
    value = forms.value_of(fields.one(kind.key, key), request.POST, request.actor)
    if key == "owner":
        kind.verbs.assign_many(records, to=edits.person(value, request), by=request.actor, batch=batch)
    elif key == "stage":
        kind.verbs.move_stage_many(records, to=edits.stage(value), by=request.actor, batch=batch)
    else:
        kind.verbs.edit_many(records, by=request.actor, batch=batch, **{key: value})
    said = ngettext("%(count)s record changed", "%(count)s records changed", len(records)) % {"count": formats.number(len(records))}
    toasts.add(request, said, undo=f"/changes/{batch}/undo")
    return HttpResponse(headers={"HX-Refresh": "true"}) if request.htmx else redirect(kind.plural)


def _preview(request: Request, kind: Noun, records: list[Any], key: str, problem: str = "", status: int = 200) -> HttpResponse:
    one = fields.one(kind.key, key)
    data = request.POST if request.method == "POST" else request.GET
    entry = forms.replace(
        forms.entry(one, request.actor), value=data.get(key, ""), text=data.get(f"{key}_text", ""), required=False, empty=_("Choose …")
    )
    if kind.key == "deal" and key == "stage":
        entry = forms.replace(
            entry, choices=[(str(s.pk), forms.in_words(s.label)) for s in choices.stages(records[0].pipeline) if s.type == "open"]
        )
    shown = {
        "noun": kind, "field": entry, "key": key, "records": records, "sample": records[:SAMPLE], "left": len(records) - SAMPLE, "problem": problem,
        "every": data.get("all", ""), "before_after": _before_after(request, kind, records, key, entry), "verb": _verb(key, len(records)), "part": "records/bulk.html",
    }  # fmt: skip
    return render(request, "records/bulk.html" if request.htmx else "sheet.html", shown, status=status)


def _verb(key: str, count: int) -> str:
    """What the button says: never OK."""
    said = {
        "owner": ngettext("Reassign %(count)s record", "Reassign %(count)s records", count),
        "stage": ngettext("Move %(count)s deal", "Move %(count)s deals", count),
        "close_date": ngettext("Move the date of %(count)s deal", "Move the dates of %(count)s deals", count),
    }.get(key, ngettext("Change %(count)s record", "Change %(count)s records", count))
    return said % {"count": formats.number(count)}


def _before_after(request: Request, kind: Noun, records: list[Any], key: str, entry: forms.Entry) -> list[tuple[str, str, str]]:
    """How values and sums stand now, and how they will."""
    looks = Looks(request.actor, request.company.currency)
    one = fields.one(kind.key, key)
    now = formats.listed(
        sorted(
            {
                str(getattr(r, key).label and forms.in_words(getattr(r, key).label)) if key == "stage" else _plain(one, r, looks)
                for r in records
            }
        )[:4]
    )
    chosen = dict(entry.choices).get(str(entry.value), "") or entry.text or (str(entry.value) if entry.kind == "date" else "")
    rows = [(entry.label, now, chosen or "…")]
    return rows + _sums(request, kind, records, key, str(entry.value or ""))


def _plain(one: fields.Field, record: Any, looks: Looks) -> str:
    value = getattr(record, one.key)
    if value in (None, ""):
        return "–"
    return formats.day(value) if one.type == "date" else looks.option(one.option, value) if one.option else str(value)


def _sums(request: Request, kind: Noun, records: list[Any], key: str, value: str) -> list[tuple[str, str, str]]:
    if kind.key != "deal":
        return []
    rows = kind.model.objects.visible_to(request.actor).filter(pk__in=[r.pk for r in records])
    sums = totals.of(rows, formats.today())
    money = lambda minor: formats.money(minor, request.company.currency, compact=True)  # noqa: E731
    after = sums.weighted
    if key == "stage" and value.isdigit():
        after = sums.total * edits.stage(value).probability // 100
    return [(_("Total"), money(sums.total), money(sums.total)), (_("Weighted"), money(sums.weighted), money(after))]


@require_POST
def undo(request: Request, batch: uuid.UUID) -> HttpResponse:
    """Put back every change of a batch that nobody has touched since."""
    done, left = listings.undo_batch(batch, by=request.actor)
    said = ngettext("%(count)s change undone", "%(count)s changes undone", done) % {"count": formats.number(done)}
    toasts.add(request, said)
    if left:
        toasts.warn(
            request,
            ngettext("%(count)s was left: %(why)s", "%(count)s were left: %(why)s", len(left))
            % {"count": len(left), "why": words.refusal(left[0][1])},
        )
    return redirect(edits.back(request, "/"))
