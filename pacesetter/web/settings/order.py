"""Rows that people put in order: one place up or down."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pacesetter.core.errors import Invalid
from pacesetter.web import forms
from pacesetter.web.request import Request
from pacesetter.web.settings.frame import number


def arrows(listed: Sequence[Any]) -> list[dict[str, Any]]:
    """Each row with the ways it can go."""
    return [{"row": row, "up": n > 0, "down": n + 1 < len(listed)} for n, row in enumerate(listed)]


@transaction.atomic
def move(request: Request, listed: list[Any], edit: Callable[..., Any]) -> str:
    """Move the sent row by one place; positions are dealt anew so that they never meet."""
    pk = number(request.POST.get("row", ""))
    at = next((n for n, row in enumerate(listed) if row.pk == pk), None)
    to = None if at is None else at + (-1 if request.POST.get("to") == "up" else 1)
    if at is None or to is None or not 0 <= to < len(listed):
        raise Invalid("required", field="row")
    listed[at], listed[to] = listed[to], listed[at]
    for position, row in enumerate(listed):
        if row.position != position:
            edit(row, position=position, by=request.actor)
    return _("%(name)s moved") % {"name": forms.in_words(listed[to].label)}
