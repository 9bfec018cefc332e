"""Deals: stages, closure, people, credits and line items."""

import datetime as dt
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from pacesetter.api.auth import actor_of
from pacesetter.api.records import one, person
from pacesetter.api.shapes import major, outgoing, show
from pacesetter.base import fields, find
from pacesetter.core.errors import Invalid
from pacesetter.core.money import to_minor
from pacesetter.crm import deal_parts, deals
from pacesetter.crm.models import Deal, LostReason, Product, Stage

router = Router()
DealOut = outgoing("deal")


class StageIn(Schema):
    stage: int


class ClosureIn(Schema):
    """`won`, or `lost` with the key of a reason."""

    outcome: str
    on: dt.date | None = None
    reason: str = ""
    note: str = ""
    competitor: str = ""


class RoleIn(Schema):
    role: str


class CreditIn(Schema):
    """A person's share in basis points; kind is owner, overlay or sdr."""

    user: int
    kind: str = "owner"
    share: int


class LineIn(Schema):
    """A product on the deal; without a price the list price counts."""

    product: int
    quantity: int = 1
    unit_price: float | None = None


class LineOut(Schema):
    product: int
    name: str
    quantity: int
    unit_price: float
    amount: float


def _deal(request: HttpRequest, pk: int) -> Deal:
    deal: Deal = one("deal", pk, actor_of(request))
    return deal


def _shown(request: HttpRequest, pk: int) -> dict[str, Any]:
    return show(one("deal", pk, actor_of(request)), fields.of("deal"))


@router.put("/deals/{int:pk}/stage", response=DealOut, summary="Move it to another open stage")
def move(request: HttpRequest, pk: int, body: StageIn) -> Any:
    deals.move_stage(_deal(request, pk), to=find.one(Stage, body.stage), by=actor_of(request))
    return _shown(request, pk)


@router.post("/deals/{int:pk}/closure", response=DealOut, summary="Close it as won or lost")
def close(request: HttpRequest, pk: int, body: ClosureIn) -> Any:
    deal, by = _deal(request, pk), actor_of(request)
    if body.outcome == "won":
        deals.close_won(deal, by=by, on=body.on)
    elif body.outcome == "lost":
        reason = find.every(LostReason, key=body.reason).first()
        deals.close_lost(deal, reason=reason, by=by, on=body.on, note=body.note, competitor=body.competitor)
    else:
        raise Invalid("unknown_choice", field="outcome", value=body.outcome, known="won, lost")
    return _shown(request, pk)


@router.delete("/deals/{int:pk}/closure", response=DealOut, summary="Reopen it")
def reopen(request: HttpRequest, pk: int) -> Any:
    deals.reopen(_deal(request, pk), by=actor_of(request))
    return _shown(request, pk)


@router.get("/deals/{int:pk}/people", response=list[dict[str, Any]], summary="Contacts and their roles")
def people(request: HttpRequest, pk: int) -> Any:
    return [
        {"contact": row.contact_id, "name": row.contact.name, "role": row.role}
        for row in _deal(request, pk).people.select_related("contact")
    ]


@router.put("/deals/{int:pk}/people/{int:contact}", response=list[dict[str, Any]], summary="State a contact's role")
def set_role(request: HttpRequest, pk: int, contact: int, body: RoleIn) -> Any:
    deal_parts.set_role(_deal(request, pk), contact=one("contact", contact, actor_of(request)), role=body.role, by=actor_of(request))
    return people(request, pk)


@router.delete("/deals/{int:pk}/people/{int:contact}", response=list[dict[str, Any]], summary="Take a contact off")
def remove_role(request: HttpRequest, pk: int, contact: int) -> Any:
    deal_parts.set_role(_deal(request, pk), contact=one("contact", contact, actor_of(request)), role=None, by=actor_of(request))
    return people(request, pk)


@router.get("/deals/{int:pk}/credits", response=list[CreditIn], summary="Who gets the credit")
def credits(request: HttpRequest, pk: int) -> Any:
    return [{"user": c.user_id, "kind": c.kind, "share": c.share} for c in _deal(request, pk).credits.all()]


@router.put("/deals/{int:pk}/credits", response=list[CreditIn], summary="Split the credit; owners' shares add up to 10,000")
def set_credits(request: HttpRequest, pk: int, body: list[CreditIn]) -> Any:
    shares = [(user, row.kind, row.share) for row in body if (user := person(row.user))]
    deal_parts.set_credits(_deal(request, pk), shares=shares, by=actor_of(request))
    return credits(request, pk)


@router.get("/deals/{int:pk}/lines", response=list[LineOut], summary="What is sold")
def lines(request: HttpRequest, pk: int) -> Any:
    deal = _deal(request, pk)
    return [
        {
            "product": line.product_id,
            "name": line.product.name,
            "quantity": line.quantity,
            "unit_price": major(line.unit_price, deal.currency),
            "amount": major(line.amount, deal.currency),
        }
        for line in deal.lines.select_related("product")
    ]


@router.put("/deals/{int:pk}/lines", response=list[LineOut], summary="State what is sold; the amount becomes the sum")
def set_lines(request: HttpRequest, pk: int, body: list[LineIn]) -> Any:
    deal = _deal(request, pk)
    products = find.many(Product, [line.product for line in body])
    wanted = [
        (products[line.product], line.quantity, None if line.unit_price is None else to_minor(str(line.unit_price), deal.currency))
        for line in body
    ]
    deal_parts.set_lines(deal, lines=wanted, by=actor_of(request))
    return lines(request, pk)
