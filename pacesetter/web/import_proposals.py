"""What an import proposes, in words: repaired values, new fields, records to archive, groups of possible duplicates."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pacesetter.core.errors import Refused
from pacesetter.core.labels import mark
from pacesetter.intake.models import Repair
from pacesetter.web import formats, words

SAYS = {"estimate": mark("Estimate from the price list"), "gone": mark("To the archive")}
BECOMES = {"person": mark("New people"), "option": mark("New choices"), "record": mark("New records")}
CHOSEN = ("near", "stage")


def said(code: str, params: dict[str, Any]) -> str:
    """A stored code in words."""
    return words.refusal(Refused(code, **{key: value for key, value in params.items() if key != "code"}))


def group(one: Repair) -> dict[str, Any]:
    """A group of rows that look alike, and the choices for it."""
    here = any(value["to"] for value in one.values)
    now = one.decision or one.params["usual"]
    names = {"update": _("Update it"), "skip": _("Leave out"), "create": _("Make another")}
    choices = [{"key": key, "name": name, "now": key == now} for key, name in names.items() if here or key != "update"]
    return {
        "repair": one,
        "rows": formats.listed([value["from"] for value in one.values[:3]]),
        "why": said(one.code, one.params),
        "choices": choices,
    }


def proposal(one: Repair) -> dict[str, Any]:
    """A proposal: struck value → new value, rows, why."""
    single = one.values[0] if len(one.values) == 1 else None
    many = ngettext("%(count)s value", "%(count)s values", len(one.values)) % {"count": formats.number(len(one.values))}
    return {
        "repair": one,
        "before": (single["from"] or _("empty")) if single else many,
        "after": _after(one),
        "title": ", ".join(str(value["from"]) for value in one.values[:20]),
        "why": said(one.code, one.params),
        "remembered": one.params.get("remembered"),
        "choosable": one.kind in CHOSEN,
    }


def _after(one: Repair) -> str:
    if one.kind in SAYS:
        return _(SAYS[one.kind])
    if one.kind == "field":
        return _("New field “%(label)s”") % {"label": one.params["label"]}
    labels = list(dict.fromkeys(value["label"] for value in one.values))
    if one.kind in BECOMES and len(labels) > 1:
        return _(BECOMES[one.kind])
    return formats.listed(labels[:3]) + (" …" if len(labels) > 3 else "")
