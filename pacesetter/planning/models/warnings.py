"""What was warned of, kept for ever: a warning, what became of it, and what stands today."""

from django.db import models
from django.db.models import F, Q

from pacesetter.planning.models.forecasts import ForecastRun


class EarlyWarning(models.Model):
    """Something that a run expected to go wrong on the days `[since, until)`, from the first day on which it did.

    `subject` says of what: "company", "team:4", "user:7", "deal:12"; the columns beside it are the same for queries. `facts` is the
    arithmetic of that day, `stake` what it is about in minor units of `currency`. A `backcast` is one that nobody was told: a past day was asked.
    """

    NOUN = "early_warning"

    run = models.ForeignKey(ForecastRun, to_field="key", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=60)
    user = models.ForeignKey("base.User", null=True, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey("base.Team", null=True, on_delete=models.PROTECT, related_name="+")
    deal_id = models.BigIntegerField(null=True)
    raised_on = models.DateField()
    since = models.DateField()
    until = models.DateField()
    currency = models.CharField(max_length=3)
    stake = models.BigIntegerField()
    facts = models.JSONField(default=dict)
    backcast = models.BooleanField()

    class Meta:
        ordering = ["-raised_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "since", "subject", "raised_on"], name="one_warning_a_day"),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="warning_forward"),
        ]


class WarningOutcome(models.Model):
    """Whether what a warning said came, since which day that was clear, and how many days after the warning."""

    warning = models.OneToOneField(EarlyWarning, on_delete=models.PROTECT, related_name="outcome")
    came = models.BooleanField()
    known_on = models.DateField()
    days = models.IntegerField()


class WarningReview(models.Model):
    """How a kind of warning did over days that are past: of `cases` so many `came`, of those `raised` so many were `right`."""

    kind = models.CharField(max_length=20)
    since = models.DateField()
    until = models.DateField()
    cases = models.IntegerField()
    came = models.IntegerField()
    raised = models.IntegerField()
    right = models.IntegerField()

    class Meta:
        ordering = ["kind", "-since"]
        constraints = [models.UniqueConstraint(fields=["kind", "since"], name="one_warning_review")]


class StandingWarning(models.Model):
    """A warning that the newest run repeats, with the arithmetic of now; those that it does not repeat are gone from here."""

    warning = models.OneToOneField(EarlyWarning, primary_key=True, on_delete=models.PROTECT, related_name="standing")
    run = models.ForeignKey(ForecastRun, on_delete=models.PROTECT, related_name="+")
    stake = models.BigIntegerField()
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ["-stake", "warning_id"]
