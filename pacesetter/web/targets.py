"""Setting a metric's target, with undo and its history."""

import datetime as dt
from decimal import Decimal
from typing import Any

from babel.numbers import NumberFormatError, parse_decimal
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pacesetter.analytics import targets
from pacesetter.base import history
from pacesetter.core.errors import Invalid, Refused
from pacesetter.core.metrics import METRICS, Cell
from pacesetter.core.periods import Period
from pacesetter.crm import choices
from pacesetter.web import edits, figures, formats, forms, toasts
from pacesetter.web.lens import Lens
from pacesetter.web.request import Request
from pacesetter.web.routes import page

PERCENT = Decimal(100)


def shown(lens: Lens, key: str, cell: Cell) -> dict[str, Any]:
    """The rail's part about the target: who answers for it, what it was before."""
    about = targets.found(key, lens.variants, lens.period, lens.reader.targets)
    entries = list(history.of("target", about.pk)[:4]) if about else []
    who = choices.names({pk for entry in entries if (pk := entry.user_id)} | ({about.owner_id} if about and about.owner_id else set()))
    return {
        "may": lens.actor.can("target.set"), "href": _address("metric_target", lens, key), "value": figures.target(cell) if cell.target is not None else "",
        "owner": who.get(about.owner_id or 0, "") if about else "", "entries": [_entry(cell, entry, who) for entry in entries],
    }  # fmt: skip


def _entry(cell: Cell, entry: Any, who: dict[int, str]) -> dict[str, Any]:
    before, after = (
        figures.said(METRICS[cell.metric].unit, Decimal(v) if v else None, cell.currency) for v in entry.changes.get("value", [None, None])
    )
    return {"at": entry.at, "who": who.get(entry.user_id or 0, ""), "before": before, "after": after}


def _address(name: str, lens: Lens, key: str) -> str:
    keys = {f"v.{variant}": option for variant, option in lens.variants.items()}
    return lens.to(name, key, **keys)


def target(request: Request, key: str) -> HttpResponse:
    """The form that sets the target of the period in view."""
    lens, problem = Lens(request), None
    if request.method == "POST":
        try:
            return _set(request, lens, key)
        except Refused as refused:
            problem = refused
    request.actor.require("target.set")
    form = _form(lens, key)
    if problem:
        form.keep(request.POST).refuse(problem)
    told = {
        "form": form,
        "label": _(METRICS[key].label),
        "period": figures.period(lens.period),
        "part": "metrics/target.html",
        "action": _address("metric_target", lens, key),
    }
    return render(request, "metrics/target.html" if request.htmx else "sheet.html", told, status=problem.status if problem else 200)


def _form(lens: Lens, key: str) -> forms.Form:
    current = targets.target_of(key, lens.variants, lens.period, lens.reader.targets)
    share = METRICS[key].unit == "share"
    value = "" if current is None else f"{(current * PERCENT if share else current).normalize():f}"
    mine = targets.found(key, lens.variants, lens.period, lens.reader.targets)
    owner = mine.owner_id if mine else lens.actor.user_id
    return forms.Form(
        [
            forms.Entry(
                "value",
                _("Target, in %(unit)s") % {"unit": unit(lens, key)},
                "text",
                value,
                inputmode="decimal",
                required=True,
                autofocus=True,
            ),
            forms.person(forms.Entry("owner", _("Answers for it"), value=owner, empty=_("Nobody")), lens.actor),
        ]
    )


def unit(lens: Lens, key: str) -> str:
    """What a target is typed in."""
    known = {"share": "%", "days": _("days"), "minutes": _("minutes"), "ratio": _("times"), "count": _("pieces")}
    return known.get(METRICS[key].unit, lens.reader.currency)


def _set(request: Request, lens: Lens, key: str) -> HttpResponse:
    value = _typed(request.POST.get("value", ""))
    typed = value / PERCENT if METRICS[key].unit == "share" else value
    owner = choices.person(int(pk), request.actor) if (pk := request.POST.get("owner", "")).isdigit() else None
    period = _bounded(lens.period)
    made = targets.set_target(
        key, since=period.since, until=period.until, value=typed, by=request.actor, variants=lens.variants, owner=owner
    )
    entry = history.of("target", made.pk).first()
    toasts.add(
        request,
        _("Target of %(metric)s set") % {"metric": _(METRICS[key].label)},
        undo=reverse("metric_target_undo", args=[key, entry.pk]) if entry else "",
    )
    back = _address("metric", lens, key)
    return HttpResponse(headers={"HX-Redirect": back}) if request.htmx else redirect(back)


def _typed(text: str) -> Decimal:
    """A number as people write it, with or without the percent sign."""
    try:
        return parse_decimal(text.replace(" ", "").rstrip("%"), locale=formats.locale(), strict=True)
    except NumberFormatError:
        raise Invalid("wrong_type", field="value", value=text, type=_("number")) from None


def _bounded(period: Period) -> Period:
    if period.grain == "all" or period.since < dt.date(1900, 1, 1):
        raise Invalid("bad_period", text=period.label)
    return period


@require_POST
def undo(request: Request, key: str, entry: int) -> HttpResponse:
    """Put the target back to what it was."""
    found = history.entry("target", entry)
    if found is None:
        raise Refused("nothing_to_undo")
    targets.undo(found, by=request.actor)
    toasts.add(request, _("Target of %(metric)s put back") % {"metric": _(METRICS[key].label)})
    return redirect(edits.back(request, reverse("metric", args=[key])))


urls = [
    page("metrics/<str:key>/target", target, "metric_target"),
    page("metrics/<str:key>/target/undo/<int:entry>", undo, "metric_target_undo"),
]
