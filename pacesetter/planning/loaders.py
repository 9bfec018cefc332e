"""Quotas from files: one row for each person and period."""

import datetime as dt
from collections.abc import Collection, Hashable, Iterable
from typing import TYPE_CHECKING

from pacesetter.base import clock, settings
from pacesetter.base.loaders import LOADERS, Loader, Remark, Slot, Values
from pacesetter.base.models import HistoryEntry, User
from pacesetter.core import periods
from pacesetter.core.errors import Refused, add_sentences
from pacesetter.core.labels import mark
from pacesetter.planning import quotas
from pacesetter.planning.models import Quota

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

add_sentences(
    {"no_period": mark("The row does not say for which period. Map a period such as 2026-Q1, or its first day and the day after its last.")}
)


class QuotaLoader(Loader):
    noun = "quota"
    label = mark("Quotas")
    capability = "quota.set"
    after = ("user", "product")
    telling = (frozenset(("user", "amount", "period")), frozenset(("user", "amount", "since")))
    files = ("quota", "target", "cuota", "obiettiv")

    def slots(self) -> list[Slot]:
        return [
            Slot("user", mark("Person"), lookup="user", required=True, strict=True, names=("quota owner", "quotaownerid", "owner", "rep", "seller", "sales person", "salesperson", "name", "vendedor", "venditore")),
            Slot("period", mark("Period"), names=("quarter", "fiscal period", "periodid", "trimestre", "periodo")),
            Slot("since", mark("From"), type="date", names=("start date", "startdate", "quota date", "month", "start", "desde", "dal")),
            Slot("until", mark("Until"), type="date", names=("end date", "enddate", "end", "hasta", "al")),
            Slot("amount", mark("Amount"), type="money", required=True, names=("quota", "quota amount", "quotaamount", "target", "value", "cuota", "quota importo")),
            Slot("currency", mark("Currency"), lookup="currency", strict=True, names=("currencyisocode", "moneda", "valuta")),
            Slot("product", mark("Product"), lookup="product", names=("product family", "productfamily", "producto", "prodotto")),
        ]  # fmt: skip

    def names(self, values: Values) -> list[str]:
        return []

    def settle(self, values: Values) -> None:
        """A named period becomes its days; a first of a month alone is that month."""
        since = values.get("since")
        if text := values.pop("period", ""):
            values.update(_days(text))
        elif since and since.day == 1 and "until" not in values:
            values["until"] = (since + dt.timedelta(days=32)).replace(day=1)

    def judge(self, values: Values) -> Iterable[Remark]:
        if not values.get("since") or not values.get("until"):
            yield Remark("no_period", "period")
        elif values["until"] <= values["since"]:
            yield Remark("bad_interval", "until", {"since": values["since"], "until": values["until"]})

    def natural(self, values: Values) -> Hashable | None:
        return values.get("user"), values.get("since"), values.get("until"), values.get("product", 0)

    def match(self, keys: Collection[Hashable]) -> dict[Hashable, int]:
        people = {key[0] for key in keys if isinstance(key[0], int)}  # type: ignore[index]
        rows = Quota.objects.filter(user__in=people).values_list("user_id", "since", "until", "product_id", "id")
        return {key: pk for *key_parts, pk in rows if (key := tuple(key_parts)) in keys}

    def stored(self, ids: Collection[int]) -> dict[int, Values]:
        rows = Quota.objects.in_bulk(list(ids)).values()
        return {
            row.pk: {
                "user": row.user_id,
                "since": row.since,
                "until": row.until,
                "amount": row.amount,
                "currency": row.currency,
                "product": row.product_id,
            }
            for row in rows
        }

    def create(self, rows: list[Values], *, by: "Actor") -> list[int]:
        people = User.objects.in_bulk([row["user"] for row in rows])
        plain = [
            {"product_id": row.get("product", 0), **{key: row[key] for key in ("since", "until", "amount", "currency")}} for row in rows
        ]
        made = quotas.put_many([{"user": people[row["user"]], **values} for row, values in zip(rows, plain, strict=True)], by=by)
        return [quota.pk for quota in made]

    def update(self, changes: list[tuple[int, Values]], *, by: "Actor") -> None:
        stored = self.stored([pk for pk, _ in changes])
        self.create([stored[pk] | values for pk, values in changes], by=by)

    def undo(self, entry: HistoryEntry, *, by: "Actor") -> None:
        quota = Quota.objects.select_related("user").filter(pk=entry.object_id).first()
        before, after = entry.changes["amount"]
        if quota is None or quota.amount != after:
            raise Refused("undo_conflict", field="amount")
        if before is None:
            quotas.remove(quota, by=by)
        else:
            currency = entry.changes.get("currency", [quota.currency])[0]
            days = {"since": quota.since, "until": quota.until}
            quotas.put(quota.user, **days, amount=before, currency=currency, product_id=quota.product_id, by=by)


def _days(text: str) -> Values:
    try:
        period = periods.parse(text.replace(" ", "-").upper(), clock.today(), settings.get("company.fiscal_start"))
    except Refused:
        return {}
    return {"since": period.since, "until": period.until}


LOADERS.add("quota", QuotaLoader)
