"""Tools, who holds a licence, and who used them in which week."""

from django.db import models
from django.db.models import F, Q

FAR = "9999-12-31"


class Tool(models.Model):
    """A program that people are meant to use; `core_act` says in words what counts as using it."""

    NOUN = "tool"

    key = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    vendor = models.CharField(max_length=120, blank=True)
    core_act = models.JSONField(default=dict)
    version = models.IntegerField(default=1)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    @property
    def noun(self) -> str:
        return self.NOUN

    def __str__(self) -> str:
        return self.name


class Licence(models.Model):
    """A person may use a tool on the days `[since, until)`; `cost` is per month in minor units."""

    NOUN = "licence"

    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="licences")
    user = models.ForeignKey("base.User", on_delete=models.PROTECT, related_name="licences")
    since = models.DateField()
    until = models.DateField(default=FAR)
    cost = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)

    class Meta:
        ordering = ["since", "id"]
        constraints = [models.CheckConstraint(condition=Q(until__gt=F("since")), name="licence_forward")]

    @property
    def noun(self) -> str:
        return self.NOUN


class ToolUse(models.Model):
    """What a person did in a tool in the week that begins on Monday `week`."""

    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="uses")
    user = models.ForeignKey("base.User", on_delete=models.PROTECT, related_name="tool_uses")
    week = models.DateField()
    signed_in = models.BooleanField(default=False)
    core_acts = models.IntegerField(default=0)

    class Meta:
        ordering = ["week", "id"]
        constraints = [models.UniqueConstraint(fields=["tool", "user", "week"], name="one_use_per_week")]
