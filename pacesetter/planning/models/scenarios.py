"""What if: what the newest run expected deal by deal, and the assumptions that people keep under a name."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from pacesetter.planning.models.forecasts import ForecastRun


class ExpectedPart(models.Model):
    """A piece of what the newest run is drawn from (`core.forecasting.expectations`), as `planning.expected` packs it.

    It is cut in pieces because a row of twenty megabytes would hold the database for long.
    """

    run = models.ForeignKey(ForecastRun, to_field="key", db_constraint=False, on_delete=models.PROTECT, related_name="+")
    number = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="one_part_per_number")]


class Scenario(models.Model):
    """Assumptions on the days `[since, until)` of a person, a team with those below it, or, with neither, the company.

    `assumptions` are those of `core.forecasting.assumptions`, amounts in minor units of `currency`; `result` is what they gave on `run`.
    """

    NOUN = "scenario"

    name = models.CharField(max_length=80)
    owner = models.ForeignKey("base.User", on_delete=models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    user = models.ForeignKey("base.User", null=True, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey("base.Team", null=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField()
    assumptions: Any = models.JSONField(default=dict)
    run = models.ForeignKey(ForecastRun, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    result: Any = models.JSONField(default=dict)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-made_at", "-id"]
        indexes = [models.Index(fields=["owner", "-made_at"], name="scenarios_by_owner")]
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="scenario_forward"),
            models.CheckConstraint(condition=Q(user__isnull=True) | Q(team__isnull=True), name="scenario_of_one"),
        ]

    @property
    def noun(self) -> str:
        return self.NOUN
