"""Leads: their response clock and their conversion."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from pacesetter.api.auth import actor_of
from pacesetter.api.records import one, person
from pacesetter.crm import leads
from pacesetter.crm.leads import Conversion

router = Router()


class ConversionIn(Schema):
    """Existing records to use instead of new ones, and whether a deal is wanted."""

    account: int | None = None
    contact: int | None = None
    owner: int | None = None
    with_deal: bool = True
    deal: dict[str, Any] = {}


def _links(found: Conversion) -> dict[str, Any]:
    return {
        key: target and {"id": target.pk, "name": str(target)}
        for key, target in (("account", found.account), ("contact", found.contact), ("deal", found.deal))
    }


@router.get("/leads/{int:pk}/conversion", response=dict[str, Any], summary="What converting would create, and which accounts look alike")
def preview(request: HttpRequest, pk: int) -> Any:
    by = actor_of(request)
    found = leads.preview(one("lead", pk, by), by=by)
    planned = {"account": found.account_values, "contact": found.contact_values, "deal": found.deal_values}
    return {
        "done": found.account is not None,
        "links": _links(found),
        "alike": [{"id": a.pk, "name": a.name} for a in found.alike],
        "planned": planned,
    }


@router.post("/leads/{int:pk}/conversion", response=dict[str, Any], summary="Convert it; a second call answers what the first one made")
def convert(request: HttpRequest, pk: int, body: ConversionIn) -> Any:
    by = actor_of(request)
    account = one("account", body.account, by) if body.account else None
    contact = one("contact", body.contact, by) if body.contact else None
    found = leads.convert(
        one("lead", pk, by), by=by, account=account, contact=contact, owner=person(body.owner), deal=body.deal, with_deal=body.with_deal
    )
    return _links(found)


@router.get("/leads/{int:pk}/clock", response=dict[str, Any], summary="How much of the promised answer time is used")
def clock(request: HttpRequest, pk: int) -> Any:
    lead = one("lead", pk, actor_of(request))
    found = leads.response_clocks([lead]).get(pk)
    return (
        {}
        if found is None
        else {
            "minutes": found.minutes,
            "promise": found.promise,
            "answered": found.answered,
            "over": found.over,
            "paused_until": found.paused_until,
        }
    )
