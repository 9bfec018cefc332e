"""Published territories: a tree, who works in them and which accounts lie in them, each with dates."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from pacesetter.base.models.teams import FAR, Dated, Interval
from pacesetter.core.text import fold


class Territory(models.Model):
    """A part of the market that somebody works; territories form a tree, and overlays lie beside it.

    `where` is the rule, in the text form of `core.conditions` over accounts, by which new accounts come here; rules are asked by `position`.
    """

    NOUN = "territory"

    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=120, unique=True, editable=False)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    overlay = models.BooleanField(default=False)
    where = models.TextField(blank=True, default="")
    position = models.IntegerField(default=0)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    capacity = models.FloatField(default=1.0)
    archived_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["position", "name_key"]
        constraints = [
            models.CheckConstraint(condition=~Q(id=F("parent")), name="territory_not_its_own_parent"),
            models.CheckConstraint(condition=Q(capacity__gt=0), name="territory_capacity_positive"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def noun(self) -> str:
        return self.NOUN

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = fold(self.name)[:120]
        super().save(*args, **kwargs)


class TerritoryMember(Interval):
    """Who works in a territory, and as what: its owner, one a day, or a specialist, partner or deputy beside."""

    OWNER = "owner"

    territory = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="members")
    role = models.CharField(max_length=40, default=OWNER)

    class Meta(Interval.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="territory_member_forward"),
            models.UniqueConstraint(fields=["territory", "since"], condition=Q(role="owner"), name="one_territory_owner_per_start"),
        ]


class TerritoryAccount(models.Model):
    """The days `[since, until)` on which an account lies in a territory, and why; outside overlays one territory a day.

    The account is a plain number, as in history: the foundation does not know customer records.
    """

    territory = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="accounts")
    account_id = models.BigIntegerField()
    overlay = models.BooleanField(default=False)
    since = models.DateField()
    until = models.DateField(default=FAR)
    reason: Any = models.JSONField(default=dict)

    objects = Dated.as_manager()

    class Meta:
        ordering = ["since", "id"]
        indexes = [models.Index(fields=["territory", "until", "account_id"], name="accounts_of_a_territory")]
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="territory_account_forward"),
            models.UniqueConstraint(fields=["account_id", "since"], condition=Q(overlay=False), name="one_territory_per_account_and_start"),
            models.UniqueConstraint(fields=["territory", "account_id", "since"], name="once_in_a_territory_per_start"),
        ]
