"""What a deal is made of besides its fields: line items and the credit for it, each stated as a whole."""

from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pacesetter.base import fields, find
from pacesetter.core.errors import Invalid
from pacesetter.core.money import to_major, to_minor
from pacesetter.crm import choices, deal_parts
from pacesetter.crm.models import Product
from pacesetter.crm.models.deals import CREDIT_KINDS
from pacesetter.web import formats, forms, toasts
from pacesetter.web.nouns import NOUNS
from pacesetter.web.request import Request
from pacesetter.web.routes import page

BLANK = 2  # empty rows for what is added
DEAL = NOUNS["deal"]


def line_form(request: Request, deal: Any, rows: list[Any]) -> dict[str, Any]:
    """The lines as a form: what is there, and room for more."""
    known = choices.LISTS["product"](request.actor, formats.locale().language)
    shown = [{"product": row.product_id, "quantity": row.quantity, "price": _typed(row.unit_price, deal.currency)} for row in rows]
    return {"products": known, "rows": shown + [{"product": "", "quantity": 1, "price": ""}] * BLANK}


def credit_form(request: Request, rows: list[Any]) -> dict[str, Any]:
    """The credits as a form, in per cent."""
    shown: list[tuple[Any, str, str]] = [(row.user_id, row.kind, f"{row.share / 100:g}") for row in rows]
    kinds = [(key, _(label)) for key, label in CREDIT_KINDS]
    made = [_credit(request, at, *one) for at, one in enumerate([*shown, ("", "owner", "")], 1)]
    return {"kinds": kinds, "rows": made}


def _credit(request: Request, at: int, user: Any, kind: str, share: str) -> dict[str, Any]:
    """One row: whose credit, of which kind, how much."""
    label = f"{_('Person')} {at}"
    return {"user": forms.person(forms.Entry("user", label, value=user), request.actor), "id": f"credit-{at}", "kind": kind, "share": share}


def _typed(minor: int, currency: str) -> str:
    major = to_major(minor, currency)
    return f"{major:.0f}" if major == major.to_integral_value() else str(major)


def lines(request: Request, pk: int) -> HttpResponse:
    """State what is sold; a row without product is left out."""
    deal = DEAL.find(pk, request.actor)
    sent = zip(*(request.POST.getlist(name) for name in ("product", "quantity", "price")), strict=False)
    stated = [_line(request, deal, *row) for row in sent if row[0]]
    deal_parts.set_lines(deal, lines=stated, by=request.actor)
    toasts.add(request, _("Line items changed; the amount is their sum"))
    return redirect(DEAL.url("record", pk) + "?tab=lines")


def _line(request: Request, deal: Any, product: str, quantity: str, price: str) -> deal_parts.Line:
    if not (product.isdigit() and quantity.isdigit()):
        raise Invalid("wrong_type", field="quantity", value=quantity, type=_("number"))
    found = _number(request, price)
    return find.one(Product, int(product)), int(quantity), None if found is None else to_minor(found, deal.currency)


def credits(request: Request, pk: int) -> HttpResponse:
    """State who gets the credit; a row without person is left out."""
    deal = DEAL.find(pk, request.actor)
    sent = zip(_people(request), request.POST.getlist("kind"), request.POST.getlist("share"), strict=False)
    shares = [_share(request, *row) for row in sent if row[0]]
    deal_parts.set_credits(deal, shares=shares, by=request.actor)
    toasts.add(request, _("Credits changed"))
    return redirect(DEAL.url("record", pk))


def _people(request: Request) -> list[str]:
    """Who was picked in each row, or named where nobody could be picked."""
    picked, typed = request.POST.getlist("user"), [text.strip() for text in request.POST.getlist("user_text")]
    named = zip_longest(picked, typed, fillvalue="")
    return [pk or (str(forms.named("user", text, request.actor, "user")) if text else "") for pk, text in named]


def _share(request: Request, user: str, kind: str, share: str) -> tuple[Any, str, int]:
    found = _number(request, share)
    if found is None or kind not in dict(CREDIT_KINDS) or not user.isdigit():
        raise Invalid("required", field="share")
    return choices.person(int(user), request.actor), kind, int(found * 100)


def _number(request: Request, text: str) -> Decimal | None:
    """A number in the reader's own writing; None when there is none."""
    value = forms.value_of(fields.one("deal", "amount"), {"amount": text}, request.actor)
    return None if value is None else Decimal(value)


urls = [
    page("deals/<int:pk>/lines", require_POST(lines), "deal_lines"),
    page("deals/<int:pk>/credits", require_POST(credits), "deal_credits"),
]
