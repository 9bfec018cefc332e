"""Exchange rates into the company currency, in named sets."""

import bisect
import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from pacesetter.base import clock, history, settings
from pacesetter.base.models import HistoryEntry, Rate, RateSet
from pacesetter.core.errors import Conflict, Invalid, RateMissing
from pacesetter.core.labels import mark
from pacesetter.core.money import RATE_SCALE, convert, exponent

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

SETS = {
    "plan": {"en": "Plan rate of the fiscal year", "es": "Tipo del plan anual", "it": "Cambio di piano dell'anno"},
    "spot": {"en": "Rate of the day", "es": "Tipo del día", "it": "Cambio del giorno"},
    "month_average": {"en": "Average of the month", "es": "Media del mes", "it": "Media del mese"},
}
settings.define(
    "rates.default", "plan", mark("Rate set for money"), mark("Which rates turn other currencies into the company's."), tuple(SETS)
)


def ensure() -> None:
    """Create the named sets that are missing."""
    for key, label in SETS.items():
        RateSet.objects.get_or_create(key=key, defaults={"label": label})


class Converter:
    """Converts many amounts into the company currency with one query; rows without a rate answer None."""

    def __init__(self, rate_set: str = "plan") -> None:
        self.target = settings.get("company.currency")
        self.rate_set = rate_set
        self._rates: dict[str, list[tuple[dt.date, int]]] = {}
        for currency, on, scaled in (
            Rate.objects.filter(rate_set__key=rate_set).order_by("currency", "on").values_list("currency", "on", "scaled")
        ):
            self._rates.setdefault(currency, []).append((on, scaled))

    def rate(self, currency: str, on: dt.date) -> int | None:
        """The scaled rate that holds on a day."""
        if currency == self.target:
            return RATE_SCALE
        rates = self._rates.get(currency, [])
        at = bisect.bisect_right(rates, (on, RATE_SCALE * 10**9)) - 1
        return rates[at][1] if at >= 0 else None

    def minor(self, amount: int, currency: str, on: dt.date) -> int | None:
        """The amount in minor units of the company currency, or None without a rate."""
        rate = self.rate(currency, on)
        return None if rate is None else convert(amount, rate, exponent(currency), exponent(self.target))

    def total(self, amounts: Iterable[tuple[int | None, str]], on: dt.date) -> tuple[int, int]:
        """The sum of the amounts that convert, and how many did not."""
        found = [self.minor(amount, currency, on) for amount, currency in amounts if amount is not None]
        return sum(x for x in found if x is not None), sum(x is None for x in found)


@transaction.atomic
def put(rate_set: RateSet, *, currency: str, on: dt.date, rate: Decimal, by: "Actor") -> Rate:
    """From `on`, one unit of `currency` is worth `rate` units of the company currency."""
    by.require("calendar.manage")
    exponent(currency)
    scaled = int((rate * RATE_SCALE).to_integral_value())
    if scaled <= 0:
        raise Invalid("negative", field="rate")
    key: dict[str, Any] = {"rate_set": rate_set, "currency": currency, "on": on}
    before = Rate.objects.filter(**key).values_list("scaled", flat=True).first()
    row, _ = Rate.objects.update_or_create(**key, defaults={"scaled": scaled})
    _changed(row, "rate.put", before, scaled, by)
    return row


@transaction.atomic
def remove(rate: Rate, *, by: "Actor") -> None:
    """Take a rate away."""
    by.require("calendar.manage")
    _changed(rate, "rate.removed", rate.scaled, None, by)
    rate.delete()


def put_back(entry: HistoryEntry, *, by: "Actor") -> None:
    """State again the rate from before one entry, or take away the one it stated; refused where it changed again since."""
    before, after = (text and Decimal(text) for text in entry.changes["rate"])
    key = {"currency": entry.data["currency"], "on": dt.date.fromisoformat(entry.data["on"])}
    row = Rate.objects.filter(rate_set__key=entry.data["set"], **key).first()
    if (row and Decimal(row.scaled) / RATE_SCALE) != after:
        raise Conflict("undo_conflict", field="rate")
    if before:
        put(RateSet.objects.get(key=entry.data["set"]), rate=before, by=by, **key)
    elif row:
        remove(row, by=by)


def _changed(rate: Rate, kind: str, before: int | None, after: int | None, by: "Actor") -> None:
    changes = {"rate": [value and str(Decimal(value) / RATE_SCALE) for value in (before, after)]}
    data = {"set": rate.rate_set.key, "currency": rate.currency, "on": rate.on.isoformat()}
    history.record_plain("rate", rate.pk, kind, by=by, changes=changes, data=data)


def needed(currency: str, on: dt.date | None = None) -> None:
    """Forms refuse a currency that has no plan rate; imports store the row and report it."""
    day = on or clock.today()
    if Converter("plan").rate(currency, day) is None:
        raise RateMissing("no_rate", field="currency", set="plan", currency=currency, day=day)
