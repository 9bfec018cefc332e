"""The frame of every settings page: who may open it, the forms that post to it, what is said afterwards."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import wraps
from typing import Any

from babel.numbers import NumberFormatError, parse_decimal
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern
from django.utils.translation import gettext as _

from pacesetter.core.errors import Invalid, NotAllowed, Refused
from pacesetter.web import formats, rooms, routes, toasts, words
from pacesetter.web.forms import Entry, Form
from pacesetter.web.request import Request
from pacesetter.web.settings import undo

LANGUAGES = (("en", "English"), ("es", "Español"), ("it", "Italiano"))
Act = Callable[[], str]


@dataclass
class Part(Form):
    """One form of a page: its key is sent along, its button says what it does."""

    key: str = ""
    do: str = ""


def page(route: str, view: Callable[..., HttpResponse], name: str, room: str = "") -> URLPattern:
    """An address below /settings, open to those who may use its room."""
    needs = next(one.needs for one in rooms.SETTINGS if one.name == (room or name))

    @wraps(view)
    def checked(request: Request, **parts: Any) -> HttpResponse:
        if not any(request.actor.can(need) for need in needs):
            request.actor.require(needs[0])
        return view(request, **parts)

    return routes.page(f"settings/{route}", checked, name)


def show(request: Request, template: str, title: str, up: tuple[str, str] | None = None, **shown: Any) -> HttpResponse:
    """Render a page; one whose form was refused answers 422."""
    refused = any(part.problem or any(entry.error for entry in part.entries) for part in shown.get("parts", {}).values())
    return render(request, template, {"title": title, "up": up, **shown}, status=422 if refused else 200)


def answer(request: Request, acts: Mapping[str, Act], then: str, parts: Mapping[str, Part] | None = None) -> HttpResponse | None:
    """Do what a sent form asks for and go on; what is refused is shown beside its field, or said."""
    key = request.POST.get("form", "")
    if request.method != "POST" or key not in acts:
        return None
    batch = uuid.uuid4()
    request.actor = replace(request.actor, batch=batch)
    try:
        toasts.add(request, acts[key](), undo=undo.address(batch))
    except NotAllowed:
        raise
    except Refused as refused:
        if parts and key in parts:
            place(parts[key].keep(request.POST), refused)
            return None
        toasts.warn(request, words.refusal(refused))
    return redirect(then)


def place(form: Form, refused: Refused) -> None:
    """Give a refusal to the entry that asked: entries are called `label-en` or `team-since` where the field is `label` or `since`."""
    refused.field = refused.field or next((entry.name for entry in form.entries if entry.name in refused.params), None)
    for entry in form.entries:
        if refused.field and (refused.field == entry.name or refused.field in entry.name.split("-")):
            refused.field, refused.params["field"] = entry.name, entry.label
            break
    form.refuse(refused)


# entries --------------------------------------------------------------------------------------------
def labels(label: Mapping[str, str] | None = None, name: str = "label") -> list[Entry]:
    """A company-made label in three languages."""
    known = label or {}
    return [
        Entry(f"{name}-{code}", _("Name in %(language)s") % {"language": text}, value=known.get(code, ""), required=code == "en")
        for code, text in LANGUAGES
    ]


def read_labels(data: Mapping[str, str], name: str = "label") -> dict[str, str]:
    """What was typed, without languages left empty."""
    typed = {code: data.get(f"{name}-{code}", "").strip() for code, _text in LANGUAGES}
    if not typed["en"]:
        raise Invalid("required", field=name)
    return {code: text for code, text in typed.items() if text}


def chosen(name: str, label: str, choices: list[tuple[Any, str]], value: Any = None, **more: Any) -> Entry:
    """A choice of one; ids become text."""
    return Entry(name, label, "choice", "" if value is None else str(value), choices=[(str(key), text) for key, text in choices], **more)


def date_entry(name: str, label: str, value: dt.date | None = None, **more: Any) -> Entry:
    return Entry(name, label, "date", value.isoformat() if value else "", **more)


def number_entry(name: str, label: str, value: Any = None, **more: Any) -> Entry:
    return Entry(name, label, "text", "" if value is None else str(value), inputmode="decimal", **more)


def check(name: str, label: str, value: bool, **more: Any) -> Entry:
    return Entry(name, label, "check", value, **more)


# what was typed -------------------------------------------------------------------------------------
def day(data: Mapping[str, str], name: str, *, needed: bool = False) -> dt.date | None:
    """A sent date."""
    text = data.get(name, "").strip()
    if not text and not needed:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise Invalid("wrong_type" if text else "required", field=name, value=text, type=_("date")) from None


def decimal(data: Mapping[str, str], name: str, *, needed: bool = False) -> Decimal | None:
    """A sent number, in the reader's own writing."""
    text = data.get(name, "").strip()
    if not text and not needed:
        return None
    try:
        return parse_decimal(text.replace(" ", ""), locale=formats.locale(), strict=True)
    except NumberFormatError:
        raise Invalid("wrong_type" if text else "required", field=name, value=text, type=_("number")) from None


def whole(data: Mapping[str, str], name: str) -> int | None:
    """A sent whole number."""
    value = decimal(data, name)
    if value is not None and value != value.to_integral_value():
        raise Invalid("wrong_type", field=name, value=data[name], type=_("whole number"))
    return None if value is None else int(value)


def number(text: str) -> int | None:
    """An id that was chosen, or nothing."""
    return int(text) if text.isdigit() else None
