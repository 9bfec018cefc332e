"""How customer records are listed."""

from typing import Any

from django.db.models import BigIntegerField, F

from pacesetter.base import words
from pacesetter.base.counts import Fact
from pacesetter.base.keyset import Aside
from pacesetter.base.listings import Listing, Preset, listing
from pacesetter.core.labels import mark
from pacesetter.crm import models, promises
from pacesetter.crm.models.leads import OPEN_TYPES

words.keep(models.Deal, "name_key")
words.keep(models.Account, "name_key", "domain")
words.keep(models.Contact, "name_key", "email")
words.keep(models.Lead, "name_key", "email")

# What the extracts know about a deal as it is today, by field.
DEAL_NOW = Fact(
    "deal_versions",
    {name: name for name in ("account", "pipeline", "stage", "status", "type", "currency", "close_date", "created_on", "closed_on")}
    | {name: name for name in ("campaign", "sourced_by", "lost_reason", "source", "competitor")}
    | {"owner": "seen", "amount": "total", "annual_amount": "annual"},
)
DEALS = listing(
    Listing(
        "deal",
        models.Deal,
        columns=("name", "amount", "stage", "close_date", "owner", "next_step", "last_activity_at"),
        sort="close_date",
        search=("name_key", "account__name_key"),
        related=("account", "stage", "owner", "pipeline", "lost_reason"),
        sums=("amount",),
        fact=DEAL_NOW,
        paths={"name": "name_key", "stage": "stage_id", "owner": "owner_id"},
        presets=(
            Preset("open", mark("All open"), "status = open"),
            Preset("mine", mark("My deals"), "status = open and owner = @me"),
            Preset("closing", mark("Closing this month"), "status = open and close_date within this_month"),
            Preset("overdue", mark("Overdue"), "status = open and close_date < @today"),
            Preset("slipped", mark("Slipped"), "status = open and slips >= 1"),
            Preset("won", mark("Won this quarter"), "status = won and closed_on within this_quarter"),
            Preset("lost", mark("Lost this quarter"), "status = lost and closed_on within this_quarter"),
            Preset("closed", mark("All closed"), "status in (won, lost)"),
            Preset("all", mark("All")),
        ),
    )
)
ACCOUNTS = listing(
    Listing(
        "account",
        models.Account,
        columns=("name", "segment", "industry", "employees", "city", "country", "owner"),
        sort="name",
        search=("name_key", "domain"),
        related=("owner",),
        paths={"name": "name_key"},
        presets=(
            Preset("all", mark("All accounts")),
            Preset("mine", mark("My accounts"), "owner = @me"),
            Preset("nobody", mark("Without owner"), "owner is empty"),
        ),
    )
)
CONTACTS = listing(
    Listing(
        "contact",
        models.Contact,
        columns=("last_name", "account", "title", "email", "phone", "owner"),
        sort="last_name",
        search=("name_key", "email", "account__name_key"),
        related=("account", "owner"),
        paths={"last_name": "name_key"},
        presets=(
            Preset("all", mark("All contacts")),
            Preset("mine", mark("My contacts"), "owner = @me"),
            Preset("nomail", mark("Without email"), "email is empty"),
        ),
    )
)


def _open_leads(rows: Any) -> Any:
    """By type: a company may have several statuses of one, and no index on them is worth taking."""
    found = models.LeadStatus.objects.filter(type__in=OPEN_TYPES).values("pk")
    return rows.alias(held=Aside(F("status_id"), output_field=BigIntegerField())).filter(held__in=found)


LEADS = listing(
    Listing(
        "lead",
        models.Lead,
        columns=("last_name", "received_at", "source", "status", "country", "owner"),
        sort="-received_at",
        search=("name_key", "email"),
        related=("owner", "status", "team", "first_response_by"),
        paths={"last_name": "name_key"},
        presets=(
            Preset("waiting", mark("Waiting for an answer"), "first_response_at is empty", "received_at", promises.waiting),
            Preset("late", mark("Over the promise"), "first_response_at is empty", "received_at", promises.over),
            Preset("mine", mark("My queue"), "owner = @me", rows=_open_leads),
            Preset("open", mark("All open"), rows=_open_leads),
            Preset("unowned", mark("Without owner"), "owner is empty", rows=_open_leads),
            Preset("never", mark("Never answered"), "first_response_at is empty and inbound = true"),
            Preset("all", mark("All")),
        ),
    )
)
ACTIVITIES = listing(
    Listing(
        "activity",
        models.Activity,
        columns=("subject", "kind", "happened_at", "due_on", "user", "deal", "account"),
        sort="-happened_at",
        search=("subject",),
        related=("user", "deal", "account", "contact", "lead"),
    )
)
