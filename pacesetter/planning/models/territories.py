"""Territory plans: drafts of how accounts are shared out, which touch nothing live before they are published."""

from typing import Any

from django.db import models
from django.db.models import F, Q

DRAFT, SUBMITTED, APPROVED, PUBLISHED, ARCHIVED = "draft", "submitted", "approved", "published", "archived"
STATES = (DRAFT, SUBMITTED, APPROVED, PUBLISHED, ARCHIVED)
NOW, PERIOD_END, STAY = "now", "period_end", "stay"
FOLLOW = (NOW, PERIOD_END, STAY)


class TerritoryPlan(models.Model):
    """A plan for the accounts that fulfil `where` (text form of `core.conditions`), and its life.

    `open_deals` says when an account's open deals follow it: now, at the end of the fiscal quarter, or never. `limits` are what the
    optimiser was last asked to keep, `found` what it reported and what a publication found in place. `made` is false until all accounts are gathered; `step` is the last
    row whose move is done, so that a publication that was killed goes on; on `deals_on` open deals follow.
    """

    NOUN = "territory_plan"

    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=120, unique=True, editable=False)
    state = models.CharField(max_length=10, default=DRAFT)
    where = models.TextField(blank=True, default="")
    owner = models.ForeignKey("base.User", null=True, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="copies")
    currency = models.CharField(max_length=3)
    limits: Any = models.JSONField(default=dict)
    found: Any = models.JSONField(default=dict)
    made = models.BooleanField(default=False)
    open_deals = models.CharField(max_length=10, default=STAY)
    effective_on = models.DateField(null=True)
    deals_on = models.DateField(null=True)
    batch = models.UUIDField(null=True)
    step = models.BigIntegerField(default=0)
    live = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="territory_plan_state"),
            models.CheckConstraint(condition=Q(open_deals__in=FOLLOW), name="territory_plan_open_deals"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def noun(self) -> str:
        return self.NOUN


class PlanTerritory(models.Model):
    """A territory as a plan has it; `territory` is the published one that it stands for, none where it is new."""

    SHARED = ("name", "overlay", "where", "position", "latitude", "longitude", "capacity")  # what the published one has too

    plan = models.ForeignKey(TerritoryPlan, on_delete=models.CASCADE, related_name="territories")
    territory = models.ForeignKey("base.Territory", null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    owner = models.ForeignKey("base.User", null=True, on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="children")
    overlay = models.BooleanField(default=False)
    where = models.TextField(blank=True, default="")
    position = models.IntegerField(default=0)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    capacity = models.FloatField(default=1.0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "name"], name="one_territory_of_a_name_per_plan"),
            models.CheckConstraint(condition=Q(capacity__gt=0), name="plan_capacity_positive"),
            models.CheckConstraint(condition=Q(parent__isnull=True) | ~Q(id=F("parent")), name="plan_territory_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name


class PlanAccount(models.Model):
    """An account in a plan: where it lies now and in the plan, what it is worth and costs to serve, and why it is where it is.

    `potential` is in minor units of the plan's currency a year, `workload` in hours a year; each has its source, potential an interval.
    `how` is what put it there: live, rule, hand or optimiser. `held` waits with the move until the account has no open deal.
    """

    plan = models.ForeignKey(TerritoryPlan, on_delete=models.CASCADE, related_name="accounts")
    account = models.ForeignKey("crm.Account", on_delete=models.CASCADE, related_name="+")
    current = models.ForeignKey(PlanTerritory, null=True, on_delete=models.SET_NULL, related_name="+")
    place = models.ForeignKey(PlanTerritory, null=True, on_delete=models.SET_NULL, related_name="+")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    placed_by = models.CharField(max_length=12, blank=True, default="")
    potential = models.BigIntegerField(default=0)
    potential_low = models.BigIntegerField(default=0)
    potential_high = models.BigIntegerField(default=0)
    potential_source = models.CharField(max_length=10, default="estimated")
    workload = models.FloatField(default=0.0)
    workload_source = models.CharField(max_length=10, default="estimated")
    pinned = models.BooleanField(default=False)
    held = models.BooleanField(default=False)
    how = models.CharField(max_length=10, default="live")
    reason: Any = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["plan", "place", "id"], name="plan_accounts_by_place")]
        constraints = [
            models.UniqueConstraint(fields=["plan", "account"], name="an_account_once_per_plan"),
            models.CheckConstraint(condition=Q(workload__gte=0), name="workload_not_negative"),
        ]


class AccountValue(models.Model):
    """What somebody says an account is worth or costs to serve in a year; it stands above any estimate."""

    account = models.ForeignKey("crm.Account", on_delete=models.CASCADE, related_name="+")
    measure = models.CharField(max_length=10)
    amount = models.BigIntegerField()
    source = models.CharField(max_length=10, default="typed")
    stated_at = models.DateTimeField()
    stated_by = models.ForeignKey("base.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "measure"], name="one_value_per_account_and_measure"),
            models.CheckConstraint(condition=Q(measure__in=("potential", "workload")), name="account_value_measure"),
        ]
