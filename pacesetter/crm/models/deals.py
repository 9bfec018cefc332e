"""Deals, who takes part in them, who gets the credit, and what is sold."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from pacesetter.core.labels import mark
from pacesetter.crm.models.accounts import Account
from pacesetter.crm.models.campaigns import Campaign
from pacesetter.crm.models.contacts import Contact
from pacesetter.crm.models.pipelines import CATEGORIES, OUTCOMES, LostReason, Pipeline, Stage
from pacesetter.crm.models.products import Product
from pacesetter.crm.models.records import Named, Record, Records

TYPES = [("new", mark("New business")), ("expansion", mark("Expansion")), ("renewal", mark("Renewal"))]
ROLES = [
    ("decision_maker", mark("Decision maker")),
    ("economic_buyer", mark("Economic buyer")),
    ("champion", mark("Champion")),
    ("user", mark("User")),
    ("influencer", mark("Influencer")),
    ("legal", mark("Legal")),
    ("other", mark("Other")),
]
CREDIT_KINDS = [("owner", mark("Owner")), ("overlay", mark("Specialist")), ("sdr", mark("Sourced"))]


# Lists walk an index for every column they show, and a small one over open deals, which are few and asked for most. None is led by
# the outcome: it would be taken for any question about it. They carry what almost every list asks, so that rows passed by are not read.
WALKED = ("name_key", "amount", "closed_on", "last_activity_at", "next_step", "type", "source", "stage")
WALKED_OPEN = ("name_key", "amount", "close_date", "last_activity_at", "next_step")
ASKED = ("owner", "status", "archived_at")
# What most deals have not points to others from few rows: an index of those alone. Empty values of a list's order are read by id.
SELDOM = ("sourced_by", "campaign", "lead")


class Deals(Records):
    """Questions about many deals."""

    def open(self) -> "Deals":
        return self.filter(status="open")


class Deal(Named, Record):
    """A sale in the making, won or lost. Money is in minor units of `currency`; `status` mirrors the stage's type."""

    NOUN = "deal"

    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="deals")
    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="deals")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="deals", db_index=False)
    status = models.CharField(max_length=4, choices=OUTCOMES, default="open")
    type = models.CharField(max_length=10, choices=TYPES, default="new")
    amount = models.BigIntegerField(null=True, blank=True)
    annual_amount = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    term_months = models.IntegerField(null=True, blank=True)
    close_date = models.DateField(null=True, blank=True)
    created_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    stage_since = models.DateTimeField()
    next_step = models.CharField(max_length=200, blank=True)
    next_step_on = models.DateField(null=True, blank=True)
    competitor = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=60, blank=True)
    sourced_by = models.ForeignKey("base.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    campaign = models.ForeignKey(Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="deals", db_index=False)
    category = models.CharField(max_length=15, blank=True, choices=CATEGORIES)
    lost_reason = models.ForeignKey(LostReason, null=True, blank=True, on_delete=models.PROTECT, related_name="deals", db_index=False)
    lost_note = models.TextField(blank=True)
    lead = models.ForeignKey("crm.Lead", null=True, blank=True, on_delete=models.PROTECT, related_name="deals", db_index=False)
    criteria_met = models.JSONField(default=list, blank=True)
    slips = models.IntegerField(default=0)
    last_activity_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = Deals.as_manager()

    class Meta:
        ordering = ["close_date", "id"]
        indexes = [
            models.Index(fields=["owner", "status", "close_date", "id", "archived_at"], name="deal_of_owner"),
            models.Index(fields=["stage", "close_date", "id", *ASKED], condition=Q(status="open"), name="open_of_stage"),
            *(models.Index(fields=[name, "id", *ASKED], name=f"deals_by_{name}") for name in WALKED),
            models.Index(fields=["lost_reason", "id", *ASKED], condition=Q(lost_reason__isnull=False), name="deals_with_lost_reason"),
            *(models.Index(fields=[name], condition=Q(**{f"{name}__isnull": False}), name=f"deals_with_{name}") for name in SELDOM),
            models.Index(
                fields=["close_date", "id", *ASKED, "type"], name="deals_by_closing"
            ),  # what lists begin with, and are asked for renewals
            *(models.Index(fields=[name, "id", *ASKED], condition=Q(status="open"), name=f"opens_by_{name}") for name in WALKED_OPEN),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="open", closed_on__isnull=True) | (~Q(status="open") & Q(closed_on__isnull=False)),
                name="closed_deals_have_a_day",
            ),
            models.CheckConstraint(condition=Q(lost_reason__isnull=True) | Q(status="lost"), name="only_lost_deals_have_a_reason"),
            models.CheckConstraint(condition=Q(term_months__isnull=True) | Q(term_months__gt=0), name="terms_are_positive"),
        ]

    @property
    def effective_category(self) -> str:
        """The rep's category, else the stage's."""
        return self.category or self.stage.category


class DealContact(models.Model):
    """A contact's role in a deal."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="people")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="deal_roles")
    role = models.CharField(max_length=20, choices=ROLES, default="other")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["deal", "contact"], name="one_role_per_contact")]


class Credit(models.Model):
    """A person's share of a deal in basis points; shares of kind `owner` add up to 10,000, the other kinds stand apart."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="credits")
    user = models.ForeignKey("base.User", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=CREDIT_KINDS, default="owner")
    share = models.IntegerField()

    class Meta:
        ordering = ["kind", "id"]
        constraints = [
            models.UniqueConstraint(fields=["deal", "user", "kind"], name="one_share_per_person"),
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=10000), name="shares_are_shares"),
        ]


class LineItem(models.Model):
    """A product on a deal; with line items the deal's amount is their sum. Imports may not know the price yet: then both are null."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="lines")
    quantity = models.IntegerField(default=1)
    unit_price = models.BigIntegerField(null=True, blank=True)
    amount = models.BigIntegerField(null=True, blank=True)
    position = models.IntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
