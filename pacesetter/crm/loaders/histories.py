"""Histories of deals from files: one row for each stage a deal was in, or for each field that changed."""

from collections.abc import Collection, Hashable, Iterable
from types import MappingProxyType
from typing import TYPE_CHECKING

from pacesetter.base.fields import Minor
from pacesetter.base.loaders import LOADERS, Loader, Remark, Slot, Values
from pacesetter.core.errors import add_sentences
from pacesetter.core.labels import mark
from pacesetter.crm import histories
from pacesetter.crm.loaders.shelves import CURRENCY, FATE, ID_SLOT, chunks
from pacesetter.crm.models import DealChange

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

# What the field of a changed value is called elsewhere.
CALLED = MappingProxyType(
    {
        **dict.fromkeys(("stagename", "stage", "dealstage"), "stage"),
        **dict.fromkeys(("amount",), "amount"),
        **dict.fromkeys(("closedate",), "close_date"),
        **dict.fromkeys(("forecastcategory", "forecastcategoryname", "hsmanualforecastcategory"), "category"),
        **dict.fromkeys(("owner", "ownerid", "hubspotownerid"), "owner"),
    }
)
add_sentences({"nothing_told": mark("The row tells of no value.")})


class DealHistoryLoader(Loader):
    noun = "deal_history"
    label = mark("Histories of deals")
    after = ("deal",)
    files = ("history",)
    telling = (frozenset(("deal", "at", "stage")), frozenset(("deal", "at", "property")))
    pivot_name = "property"
    pivot_values = ("value", "value_before")

    pivot = CALLED

    def slots(self) -> list[Slot]:
        return [
            Slot("id", ID_SLOT.label, names=("history id",)),
            *FATE,
            Slot("deal", mark("Deal"), lookup="deal", required=True, strict=True, names=("opportunity id", "opportunityid", "deal id")),
            Slot("at", mark("Changed at"), "instant", required=True, names=("changed at", "timestamp", "edit date", "date entered")),
            Slot("property", mark("Changed field"), names=("field", "field / event", "property")),
            Slot("value", mark("New value"), names=("new value", "newvalue")),
            Slot("value_before", mark("Old value"), names=("old value", "oldvalue")),
            Slot("stage", mark("Stage"), lookup="stage", strict=True, names=("stage name", "stagename", "to stage")),
            Slot("amount", mark("Amount"), "money", names=("deal amount",)),
            Slot("currency", mark("Currency"), names=("currencyisocode", "amount currency"), **CURRENCY),  # type: ignore[arg-type]
            Slot("close_date", mark("Close date"), "date", names=("closedate",)),
            Slot(
                "category", mark("Forecast category"), lookup="choice:deal/category", names=("forecastcategory", "forecast category name")
            ),
            Slot("owner", mark("Owner"), lookup="user", strict=True, names=("owner id", "deal owner")),
        ]

    def names(self, values: Values) -> list[str]:
        return []

    def settle(self, values: Values) -> None:
        """A category that follows from the stage is none of its own."""
        if "stage" in values:
            values.pop("category", None)

    def judge(self, values: Values) -> Iterable[Remark]:
        if not any(key in values for key in histories.FIELDS):
            yield Remark("nothing_told", "value")

    def natural(self, values: Values) -> Hashable | None:
        return values.get("deal"), values.get("at"), next((key for key in histories.FIELDS if key in values), "")

    def match(self, keys: Collection[Hashable]) -> dict[Hashable, int]:
        found: dict[Hashable, int] = {}
        for some in chunks([key for key in keys if isinstance(key[0], int)]):  # type: ignore[index]
            rows = DealChange.objects.filter(origin="told", deal_id__in={key[0] for key in some}, occurred_at__in={key[1] for key in some})
            for row in rows:
                found.update({(row.deal_id, row.occurred_at, key): row.pk for key in row.fields})
        return {key: found[key] for key in keys if key in found}

    def stored(self, ids: Collection[int]) -> dict[int, Values]:
        """What was told once stays as it was told."""
        return {pk: {} for pk in ids}

    def create(self, rows: list[Values], *, by: "Actor") -> list[int]:
        return histories.tell_many([_plain(row) for row in rows], by=by)

    def remove(self, ids: Collection[int], *, by: "Actor") -> None:
        histories.forget_many(ids, by=by)


def _plain(row: Values) -> Values:
    return {key: int(value) if isinstance(value, Minor) else value for key, value in row.items() if key != "currency"}


LOADERS.add("deal_history", DealHistoryLoader)
