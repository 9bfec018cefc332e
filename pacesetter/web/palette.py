"""The command palette: records, places and actions for a few letters; and suggestions for fields that name a record."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from pacesetter.core.errors import NotFound
from pacesetter.core.text import fold
from pacesetter.crm import choices
from pacesetter.web import formats, forms
from pacesetter.web.context import Shell
from pacesetter.web.nouns import NOUNS
from pacesetter.web.request import Request
from pacesetter.web.routes import page

SHOWN = {"deal": 5, "account": 4, "contact": 3, "lead": 3}


def search(request: Request) -> HttpResponse:
    """Results in groups: the part for the dialog, or a page without JavaScript."""
    text = request.GET.get("q", "").strip()
    groups = [*_records(request, text), *_places(request, text), *_actions(request, text)]
    number = 0
    for _name, rows in groups:
        for row in rows:
            row["n"] = number = number + 1
    template = "palette/results.html" if request.htmx or request.headers.get("HX-Request") else "palette/page.html"
    return render(request, template, {"groups": groups, "q": text})


def _records(request: Request, text: str) -> list[tuple[str, list[dict[str, Any]]]]:
    if len(text) < 2:
        return []
    groups = [
        (_(NOUNS[key].title), [_row(request, key, row) for row in choices.search(key, text, request.actor, limit)])
        for key, limit in SHOWN.items()
    ]
    return [(name, rows) for name, rows in groups if rows]


def _row(request: Request, noun: str, row: Any) -> dict[str, Any]:
    """One record: name, what stands beside it, what stands at the end."""
    shown = {"href": NOUNS[noun].url("record", row.pk), "text": str(row), "logo": str(row)}
    if noun == "deal":
        beside = row.account.name if row.account else ""
        return shown | {
            "logo": beside or str(row),
            "text": beside or str(row),
            "sub": str(row) if beside else "",
            "end": forms.in_words(row.stage.label),
            "amount": formats.money(row.amount, row.currency),
        }
    if noun == "account":
        return shown | {"sub": row.city}
    return shown | {"sub": row.account.name if noun == "contact" and row.account else getattr(row, "company", "")}


def _places(request: Request, text: str) -> list[tuple[str, list[dict[str, Any]]]]:
    shell = Shell(request)
    rows = [
        {"href": p["href"], "text": p["text"], "icon": p["icon"], "key": p["key"]}
        for p in [*shell.places, *shell.settings]
        if _fits(p["text"], text)
    ]
    return [(_("Go to"), rows)] if rows else []


def _actions(request: Request, text: str) -> list[tuple[str, list[dict[str, Any]]]]:
    rows = [
        {"href": kind.url("new"), "text": _(kind.new), "icon": "plus"}
        for kind in NOUNS.values()
        if request.actor.can(f"{kind.key}.edit") and _fits(_(kind.new), text)
    ]
    return [(_("Do"), rows)] if rows else []


def _fits(label: str, text: str) -> bool:
    words = fold(label).split()
    return all(any(word.startswith(part) for word in words) for part in fold(text).split())


def options(request: Request, noun: str) -> HttpResponse:
    """Suggestions for a field that names a record."""
    if noun not in (*choices.RECORDS, "user"):
        raise NotFound("unknown_part", kind="noun", key=noun, known=", ".join([*choices.RECORDS, "user"]))
    text = request.GET.get("q", "").strip()
    found = choices.search(noun, text, request.actor) if text else []
    rows = [(row.pk, str(row), row.account if noun == "contact" else "") for row in found]
    me = [("@me", _("Me"), "")] if "me" in request.GET and text and _fits(_("Me"), text) else []
    return render(request, "palette/options.html", {"rows": me + rows, "noun": noun})


urls = [page("palette", search, "palette"), page("options/<str:noun>", options, "options")]
