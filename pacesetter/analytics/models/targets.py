"""What a metric should reach: metric + target + period + owner make a KPI."""

from django.db import models
from django.db.models import F, Q


class Target(models.Model):
    """The aim for `metric` on the days `[since, until)`; `value` is a decimal as text: shares as fractions, money in major units.

    `variant` holds the options that differ from the metric's default, as `name=option` joined by commas, in order.
    """

    NOUN = "target"

    metric = models.CharField(max_length=60)
    variant = models.CharField(max_length=200, blank=True)
    since = models.DateField()
    until = models.DateField()
    value = models.CharField(max_length=40)
    owner = models.ForeignKey("base.User", null=True, blank=True, on_delete=models.PROTECT, related_name="targets")
    version = models.IntegerField(default=1)

    class Meta:
        ordering = ["metric", "since"]
        constraints = [
            models.UniqueConstraint(fields=["metric", "variant", "since", "until"], name="one_target_per_period"),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="target_forward"),
        ]

    @property
    def noun(self) -> str:
        return self.NOUN
