"""Verbs on what hangs on a deal: people with their roles, credits, line items."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction

from pacesetter.base import fields, history
from pacesetter.base.models import User
from pacesetter.core.errors import Invalid, add_sentences
from pacesetter.core.labels import mark
from pacesetter.crm import deals
from pacesetter.crm.models import Contact, Credit, Deal, DealContact, LineItem, Product
from pacesetter.crm.models.deals import ROLES
from pacesetter.crm.records import Changes, put, refreshed

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

add_sentences({"share_twice": mark("{who} has two shares of the same kind.")})


def set_role(deal: Deal, *, contact: Contact, role: str | None, by: "Actor") -> None:
    """State a contact's role in a deal; without a role the contact is taken off."""
    set_roles_many([(deal, contact, role)], by=by)


@transaction.atomic
def set_roles_many(rows: Sequence[tuple[Deal, Contact, str | None]], *, by: "Actor") -> None:
    """State the roles of contacts in deals: (deal, contact, role or None)."""
    for stated in {role for *_, role in rows if role}:
        _known(stated)
    deals.locked_for(list({deal.pk: deal for deal, _, _ in rows}.values()), by, "deal.edit")
    there = {(row.deal_id, row.contact_id): row for row in DealContact.objects.filter(deal__in=[deal.pk for deal, _, _ in rows])}
    new: list[DealContact] = []
    entries: list[tuple[int, Changes, Mapping[str, Any]]] = []
    for deal, contact, role in rows:
        row = there.get((deal.pk, contact.pk))
        before = row.role if row else None
        if before == role:
            continue
        if row is None and role:
            new.append(DealContact(deal=deal, contact=contact, role=role))
        elif row:
            _change_role(row, role)
        entries.append((deal.pk, {}, {"contact": contact.pk, "name": contact.name, "before": before, "after": role}))
    DealContact.objects.bulk_create(new)
    history.record_each("deal", entries, "deal.contact", by=by)


def _known(role: str) -> None:
    if role not in dict(ROLES):
        raise Invalid("unknown_choice", field="role", value=role, known=", ".join(dict(ROLES)))


def _change_role(row: DealContact, role: str | None) -> None:
    if role is None:
        row.delete()
    else:
        DealContact.objects.filter(pk=row.pk).update(role=role)


@transaction.atomic
def set_credits(deal: Deal, *, shares: Sequence[tuple[User, str, int]], by: "Actor") -> None:
    """Say who gets the credit: (person, kind, basis points); shares of kind `owner` add up to 10,000, or there are none."""
    fresh = deals.locked_for([deal], by, "deal.edit")[0]
    total = sum(share for _, kind, share in shares if kind == "owner")
    if total not in (0, 10000):
        raise Invalid("shares", field="credits", total=total / 100)
    if len({(user.pk, kind) for user, kind, _ in shares}) < len(shares):
        raise Invalid("share_twice", field="credits", who=", ".join(sorted({user.name for user, _, _ in shares})))
    before = [[c.user_id, c.kind, c.share] for c in fresh.credits.all()]
    fresh.credits.all().delete()
    Credit.objects.bulk_create([Credit(deal=fresh, user=user, kind=kind, share=share) for user, kind, share in shares])
    after = [[user.pk, kind, share] for user, kind, share in shares]
    history.record(fresh, "deal.credits", by=by, data={"before": before, "after": after})


Line = tuple[Product, int, int | None]


def set_lines(deal: Deal, *, lines: Sequence[Line], by: "Actor") -> Deal:
    """State what is sold: (product, quantity, unit price in minor units or the list price). The amount becomes their sum."""
    return refreshed(deal, set_lines_many([(deal, lines)], by=by)[0])


@transaction.atomic
def set_lines_many(rows: Sequence[tuple[Deal, Sequence[Line]]], *, by: "Actor") -> list[Deal]:
    """State what is sold on many deals."""
    fresh = deals.locked_for([deal for deal, _ in rows], by, "deal.edit")
    items = {deal.pk: [_line(deal, at, *line) for at, line in enumerate(lines)] for deal, (_, lines) in zip(fresh, rows, strict=True)}
    LineItem.objects.filter(deal__in=fresh).delete()
    LineItem.objects.bulk_create([item for lines in items.values() for item in lines])
    known, per_row = fields.of("deal"), {}
    for deal in fresh:
        values: dict[str, Any] = {"amount": sum(item.amount for item in items[deal.pk])} if items[deal.pk] else {}
        if values:
            deals.follow_amount(deal, values)
        per_row[deal.pk] = put(deal, values, known)
    stated = {pk: {"lines": [[i.product_id, i.quantity, i.unit_price] for i in lines]} for pk, lines in items.items()}
    history.record_each("deal", [(pk, {}, data) for pk, data in stated.items()], "deal.lines", by=by)
    return deals.SHELF.store(fresh, per_row, "deal.edited", by=by)


def _line(deal: Deal, position: int, product: Product, quantity: int, unit_price: int | None) -> LineItem:
    price = product.price if unit_price is None else unit_price
    if price is None:
        raise Invalid("required", field="unit_price")
    if quantity <= 0:
        raise Invalid("negative", field="quantity")
    return LineItem(deal=deal, product=product, quantity=quantity, unit_price=price, amount=price * quantity, position=position)
