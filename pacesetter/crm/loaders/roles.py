"""Which contact plays which part in which deal, from files."""

from collections.abc import Collection, Hashable
from typing import TYPE_CHECKING

from django.db import transaction

from pacesetter.base import history
from pacesetter.base.loaders import LOADERS, Loader, Slot, Values
from pacesetter.core.labels import mark
from pacesetter.crm.loaders.shelves import FATE, ID_SLOT, chunks
from pacesetter.crm.models import Deal, DealContact

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor


class DealContactLoader(Loader):
    """A contact has one role in a deal; without a name for it, it is an other one."""

    noun = "deal_contact"
    label = mark("Contacts of deals")
    after = ("deal", "contact")
    files = ("contactrole", "dealcontact")
    telling = (frozenset(("deal", "contact", "role")),)
    single = True

    def slots(self) -> list[Slot]:
        return [
            Slot("id", ID_SLOT.label, names=("role id",)),
            *FATE,
            Slot("deal", mark("Deal"), lookup="deal", required=True, strict=True, names=("opportunity id", "opportunityid", "deal id")),
            Slot("contact", mark("Contact"), lookup="contact", required=True, strict=True, names=("contact id", "contactid")),
            Slot("role", mark("Role"), lookup="choice:deal_contact/role", names=("contact role",)),
        ]

    def names(self, values: Values) -> list[str]:
        return []

    def natural(self, values: Values) -> Hashable | None:
        return values.get("deal"), values.get("contact")

    def match(self, keys: Collection[Hashable]) -> dict[Hashable, int]:
        found: dict[Hashable, int] = {}
        for some in chunks([key for key in keys if isinstance(key[0], int)]):  # type: ignore[index]
            rows = DealContact.objects.filter(deal__in={key[0] for key in some})
            found.update({(deal, contact): pk for pk, deal, contact in rows.values_list("id", "deal", "contact")})
        return {key: found[key] for key in keys if key in found}

    def stored(self, ids: Collection[int]) -> dict[int, Values]:
        return {row.pk: {"role": row.role} for row in DealContact.objects.filter(pk__in=list(ids))}

    @transaction.atomic
    def create(self, rows: list[Values], *, by: "Actor") -> list[int]:
        by.require("deal.edit")
        made = [DealContact(deal_id=row["deal"], contact_id=row["contact"], role=row.get("role") or "other") for row in rows]
        DealContact.objects.bulk_create(made, batch_size=500)
        history.record_many(self.noun, [(one.pk, {"deal": [None, one.deal_id]}) for one in made], f"{self.noun}.created", by=by)
        return [one.pk for one in made]

    @transaction.atomic
    def update(self, changes: list[tuple[int, Values]], *, by: "Actor") -> None:
        by.require("deal.edit", *Deal.objects.filter(people__in=[pk for pk, _ in changes]))
        before = {row.pk: row.role for row in DealContact.objects.filter(pk__in=[pk for pk, _ in changes])}
        for pk, values in changes:
            DealContact.objects.filter(pk=pk).update(role=values["role"])
        entries = [(pk, {"role": [before[pk], values["role"]]}) for pk, values in changes]
        history.record_many(self.noun, entries, f"{self.noun}.updated", by=by)

    def remove(self, ids: Collection[int], *, by: "Actor") -> None:
        DealContact.objects.filter(pk__in=ids).delete()


def _put_back(object_id: int, changes: history.Changes, *, by: "Actor") -> None:
    DealContact.objects.filter(pk=object_id).update(role=changes["role"][0])


history.UNDO.add("deal_contact", _put_back)
LOADERS.add("deal_contact", DealContactLoader)
