"""Products and campaigns: the same pages for both, made from the field catalogue."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from pacesetter.base import fields, find
from pacesetter.core.labels import mark
from pacesetter.crm import campaigns, products
from pacesetter.crm.models import Campaign, Product
from pacesetter.web import forms
from pacesetter.web.cells import NUMBERS, Looks
from pacesetter.web.request import Request
from pacesetter.web.settings.frame import Act, Part, answer, page, show


@dataclass(frozen=True)
class Shelf:
    """What the pages need to know of a noun."""

    noun: str
    model: Any
    verbs: ModuleType
    title: str
    new: str
    none: str
    icon: str

    @property
    def plural(self) -> str:
        return f"{self.noun}s"


SHELVES = {
    "product": Shelf("product", Product, products, mark("Products"), mark("Add product"), mark("No product yet"), "package"),
    "campaign": Shelf("campaign", Campaign, campaigns, mark("Campaigns"), mark("Add campaign"), mark("No campaign yet"), "megaphone"),
}


def index(request: Request, noun: str) -> HttpResponse:
    """Everything of the noun, archived ones last."""
    shelf, looks = SHELVES[noun], Looks(request.actor, request.company.currency)
    known = [one for key, one in fields.of(noun).items() if key not in ("name", "currency") and not one.is_custom]
    listed = sorted(find.every(shelf.model), key=lambda row: row.archived_at is not None)
    rows = [{"row": row, "cells": [(looks.show(one, row, linked=False), one.type in NUMBERS) for one in known]} for row in listed]
    heads = [(forms.label_of(one), one.type in NUMBERS) for one in known]
    return show(
        request,
        "settings/catalogue.html",
        _(shelf.title),
        shelf=shelf,
        rows=rows,
        heads=heads,
        new=reverse(f"settings_{noun}_new"),
        add=_(shelf.new),
        none=_(shelf.none),
        to=f"settings_{noun}",
    )


def form(request: Request, noun: str, pk: int = 0) -> HttpResponse:
    """Add or change one; archive it or bring it back."""
    shelf = SHELVES[noun]
    row = find.one(shelf.model, pk) if pk else None
    known = {key: one for key, one in fields.of(noun).items() if one.editable}
    preset = {} if row else {"currency": request.company.currency}
    part = Part(
        forms.build(known, [key for key in known if not known[key].is_custom], request.actor, row, **preset).entries,
        key="form",
        do=_("Save") if row else _(shelf.new),
    )
    up = (_(shelf.title), reverse(f"settings_{shelf.plural}"))
    acts = _acts(request, shelf, known, row)
    done = answer(request, acts, up[1], {"form": part})
    return done or show(
        request, "settings/archivable.html", row.name if row else _(shelf.new), up, parts={"form": part}, part=part, row=row
    )


def _acts(request: Request, shelf: Shelf, known: dict[str, fields.Field], row: Any) -> dict[str, Act]:
    def save() -> str:
        values = forms.read(known, known, request.POST, request.actor)
        made = (
            shelf.verbs.edit(row, by=request.actor, **values)
            if row
            else shelf.verbs.create(by=request.actor, **{k: v for k, v in values.items() if v is not None})
        )
        return _("%(name)s saved") % {"name": made.name}

    def archive() -> str:
        shelf.verbs.archive_many([row], by=request.actor)
        return _("%(name)s archived") % {"name": row.name}

    def restore() -> str:
        shelf.verbs.restore_many([row], by=request.actor)
        return _("%(name)s is back") % {"name": row.name}

    return {"form": save} | ({"archive": archive, "restore": restore} if row else {})


urls = [
    one
    for noun, shelf in SHELVES.items()
    for one in (
        page(shelf.plural, lambda request, noun=noun: index(request, noun), f"settings_{shelf.plural}"),
        page(f"{shelf.plural}/new", lambda request, noun=noun: form(request, noun), f"settings_{noun}_new", f"settings_{shelf.plural}"),
        page(
            f"{shelf.plural}/<int:pk>",
            lambda request, pk, noun=noun: form(request, noun, pk),
            f"settings_{noun}",
            f"settings_{shelf.plural}",
        ),
    )
]
