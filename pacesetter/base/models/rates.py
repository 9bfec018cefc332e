"""Named sets of exchange rates into the company currency."""

from django.db import models
from django.db.models import Q


class RateSet(models.Model):
    """`plan` (one rate per fiscal year), `spot` (by day) or `month_average`."""

    key = models.CharField(max_length=40, unique=True)
    label = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]


class Rate(models.Model):
    """From `on`, one unit of `currency` is worth `scaled` / 10**10 units of the company currency."""

    rate_set = models.ForeignKey(RateSet, on_delete=models.CASCADE, related_name="rates")
    currency = models.CharField(max_length=3)
    on = models.DateField()
    scaled = models.BigIntegerField()

    class Meta:
        ordering = ["currency", "on"]
        constraints = [
            models.UniqueConstraint(fields=["rate_set", "currency", "on"], name="one_rate_per_day"),
            models.CheckConstraint(condition=Q(scaled__gt=0), name="rates_are_positive"),
        ]
