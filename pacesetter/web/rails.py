"""The facts beside a record, each edited where it is read."""

from collections.abc import Iterable
from typing import Any

from pacesetter.base import fields
from pacesetter.web.cells import Looks, button
from pacesetter.web.edits import editable
from pacesetter.web.forms import label_of
from pacesetter.web.nouns import Noun
from pacesetter.web.request import Request


def facts(request: Request, kind: Noun, record: Any, keys: Iterable[str]) -> list[dict[str, Any]]:
    """Label and cell of some fields and of all company-made ones."""
    known, looks = fields.of(kind.key), Looks(request.actor, request.company.currency)
    may = kind.may_edit(record, request.actor)
    chosen = [*(known[key] for key in keys), *(one for one in known.values() if one.is_custom)]
    return [_fact(kind, record, one, looks, may and editable(kind, one, record)) for one in chosen]


def _fact(kind: Noun, record: Any, one: fields.Field, looks: Looks, may: bool) -> dict[str, Any]:
    edit = kind.url("field", record.pk, one.key) if may else ""
    cell = {"label": label_of(one), "html": looks.show(one, record, linked=not may), "edit": edit}
    return cell | {"shown": button(cell)}
