"""Which leads and contacts campaigns reached, from files."""

from collections.abc import Collection, Hashable, Iterable
from typing import ClassVar

from pacesetter.base.loaders import LOADERS, Remark, Values
from pacesetter.core.errors import add_sentences
from pacesetter.core.labels import mark
from pacesetter.crm import campaigns
from pacesetter.crm.loaders.shelves import ShelfLoader, chunks
from pacesetter.crm.models import CampaignMember

add_sentences({"member_of_nobody": mark("The row names neither a lead nor a contact that is known here.")})


class MemberLoader(ShelfLoader):
    noun = "campaign_member"
    label = mark("Campaign members")
    after = ("campaign", "lead", "contact")
    files = ("member",)
    telling = (frozenset(("campaign", "lead", "contact")),)
    shelf = campaigns.MEMBERS
    births = campaigns.prepare_members_many
    ids = ("member id", "campaign member id")
    single = True
    words: ClassVar = {
        "campaign": ("campaign id", "campaignid", "campaign name"),
        "lead": ("lead id", "leadid", "lead name"),
        "contact": ("contact id", "contactid", "contact name"),
        "status": ("member status", "campaign member status"),
        "responded": ("hasresponded", "has responded"),
        "added_on": ("member first associated date", "created date", "createddate"),
    }
    changes: ClassVar = {"campaign": {"required": True, "strict": True}}

    def names(self, values: Values) -> list[str]:
        return []

    def settle(self, values: Values) -> None:
        """Of a lead that became a contact, the contact counts."""
        if values.get("contact"):
            values.pop("lead", None)

    def judge(self, values: Values) -> Iterable[Remark]:
        if not values.get("lead") and not values.get("contact"):
            yield Remark("member_of_nobody", "contact")

    def natural(self, values: Values) -> Hashable | None:
        return values.get("campaign"), values.get("lead"), values.get("contact")

    def match(self, keys: Collection[Hashable]) -> dict[Hashable, int]:
        found: dict[Hashable, int] = {}
        known = [key for key in keys if isinstance(key[0], int)]  # type: ignore[index]
        for some in chunks(known):
            rows = CampaignMember.objects.filter(campaign__in={key[0] for key in some})
            found.update(
                {(campaign, lead, contact): pk for pk, campaign, lead, contact in rows.values_list("id", "campaign", "lead", "contact")}
            )
        return {key: found[key] for key in keys if key in found}


LOADERS.add("campaign_member", MemberLoader)
