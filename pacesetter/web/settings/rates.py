"""Exchange rates into the company currency: the named sets, what is missing, adding and removing."""

from decimal import Decimal
from typing import Any

from django.db.models import Count, Min
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from pacesetter.base import find, rates
from pacesetter.base.models import Rate, RateSet
from pacesetter.core.money import RATE_SCALE
from pacesetter.crm.models import Deal
from pacesetter.web import formats, forms
from pacesetter.web.request import Request
from pacesetter.web.settings.frame import Act, Part, answer, chosen, date_entry, day, decimal, number, page, show


def index(request: Request) -> HttpResponse:
    """All sets, and the currencies of deals that one of them lacks."""
    sets = list(find.every(RateSet).prefetch_related("rates"))
    part = Part(_entries(request, sets), key="rate", do=_("State rate"))
    acts: dict[str, Act] = {"rate": lambda: _put(request), "remove": lambda: _remove(request)}
    done = answer(request, acts, reverse("settings_rates"), {"rate": part})
    shown = [
        {"row": one, "rates": [_shown(rate) for rate in sorted(one.rates.all(), key=lambda rate: rate.on, reverse=True)]} for one in sets
    ]
    return done or show(
        request, "settings/rates.html", _("Rates"), sets=shown, missing=_missing(request, sets), parts={"rate": part}, part=part
    )


def _entries(request: Request, sets: list[RateSet]) -> list[forms.Entry]:
    asked, target = request.GET, request.company.currency
    return [
        chosen("set", _("Rate set"), [(one.key, forms.in_words(one.label)) for one in sets], asked.get("set", "plan"), required=True),
        forms.Entry("currency", _("Currency"), value=asked.get("currency", ""), required=True),
        date_entry("on", _("Valid from"), formats.today().replace(month=1, day=1), required=True)
        if "on" not in asked
        else forms.Entry("on", _("Valid from"), "date", asked["on"]),
        forms.Entry("rate", _("One unit is worth, in %(currency)s") % {"currency": target}, inputmode="decimal", required=True),
    ]


def _shown(rate: Rate) -> dict[str, Any]:
    value = Decimal(rate.scaled) / RATE_SCALE
    return {"row": rate, "value": formats.number(value, max(2, -value.normalize().as_tuple().exponent))}


def _missing(request: Request, sets: list[RateSet]) -> list[dict[str, Any]]:
    """Currencies of deals that a set in use cannot convert on the day of the first one."""
    used = (
        Deal.objects.visible_to(request.actor)
        .values("currency")
        .exclude(currency=request.company.currency)
        .annotate(n=Count("id"), first=Min("created_on"))
    )
    asked = [one for one in sets if one.key == "plan" or one.rates.all()]
    known = {one.key: rates.Converter(one.key) for one in asked}
    lacking = [
        (one, row)
        for one in asked
        for row in used
        if row["currency"] and known[one.key].rate(row["currency"], row["first"] or formats.today()) is None
    ]
    return [{"set": one, "currency": row["currency"], "count": row["n"], "since": row["first"] or formats.today()} for one, row in lacking]


def _put(request: Request) -> str:
    data, on = request.POST, day(request.POST, "on", needed=True)
    rate_set = find.every(RateSet, key=data.get("set", "")).first() or find.one(RateSet, 0)
    rate = decimal(data, "rate", needed=True)
    assert on and rate is not None
    row = rates.put(rate_set, currency=data.get("currency", "").strip().upper(), on=on, rate=rate, by=request.actor)
    return _("Rate of %(currency)s stated") % {"currency": row.currency}


def _remove(request: Request) -> str:
    row = find.one(Rate, number(request.POST.get("rate", "")) or 0)
    rates.remove(row, by=request.actor)
    return _("Rate of %(currency)s removed") % {"currency": row.currency}


urls = [page("rates", index, "settings_rates")]
