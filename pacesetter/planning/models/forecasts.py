"""What the models said, kept for ever: a run, and its numbers for every period and everybody."""

import uuid

from django.db import models
from django.db.models import F, Q

DEALS, SERIES, COMBINED = "deals", "series", "combined"  # methods of forecasts
STANDING = (COMBINED, DEALS, SERIES)  # of those that speak of a period, the first is what stands


class ForecastRun(models.Model):
    """One forecast made with what was known at the end of the day `as_of`; `made_at` lies later where a past day was asked.

    `card` says what it learned from and how well that did: figures by name, as `core.forecasting` gives them.
    A run is written after its rows, which refer to its key: what was not finished is nobody's.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4)
    as_of = models.DateField()
    made_at = models.DateTimeField()
    version = models.CharField(max_length=20)
    card = models.JSONField(default=dict)

    class Meta:
        ordering = ["-as_of", "-id"]
        indexes = [models.Index(fields=["-as_of", "-id"], name="forecast_runs_by_day")]


class ForecastRow(models.Model):
    """What one method of a run expects to be booked on the days `[since, until)` by the company, a team or a person.

    Minor units of `currency`. `mean` = `won` (booked by the end of `as_of`) + `open` (from deals that were open) + `new` (from
    deals that did not exist yet); a method that does not tell them apart has the rest of `won` in `new`.
    """

    NOUN = "forecast"

    run = models.ForeignKey(ForecastRun, to_field="key", db_constraint=False, on_delete=models.PROTECT, related_name="rows")
    user = models.ForeignKey("base.User", null=True, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey("base.Team", null=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField()
    method = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    mean = models.BigIntegerField()
    p10 = models.BigIntegerField()
    p50 = models.BigIntegerField()
    p90 = models.BigIntegerField()
    won = models.BigIntegerField()
    open = models.BigIntegerField()
    new = models.BigIntegerField()

    class Meta:
        ordering = ["run_id", "id"]
        indexes = [models.Index(fields=["run", "since", "user", "team"], name="forecast_rows_by_run")]
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="forecast_forward"),
            models.CheckConstraint(condition=Q(user__isnull=True) | Q(team__isnull=True), name="forecast_of_one"),
            models.CheckConstraint(condition=Q(p10__lte=F("p50"), p50__lte=F("p90")), name="forecast_in_order"),
        ]


class DealOutlook(models.Model):
    """How the newest run sees one open deal; the runs before it can be made anew from the histories.

    `win` and `lose` are the chances, in millionths, that it ends so by the end of the quarter; `ever` that it is won at all within
    two quarters. `expected` is what it brings in the quarter, in minor units of the company's currency.
    """

    deal_id = models.BigIntegerField(primary_key=True)
    run = models.ForeignKey(ForecastRun, on_delete=models.PROTECT, related_name="+")
    win = models.IntegerField()
    lose = models.IntegerField()
    ever = models.IntegerField()
    expected = models.BigIntegerField()
    basis = models.CharField(max_length=20)
    reasons = models.JSONField(default=list)


class ForecastReview(models.Model):
    """What a closed period brought, against what the model had said at the end of the week `week`, and why they differ.

    Minor units of `currency`: `actual` = `said` + `timing` + `win_rate` + `deal_size` + `new` + `corrected` (what was won by then
    and taken back or changed later).
    """

    run = models.ForeignKey(ForecastRun, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField()
    week = models.IntegerField()
    currency = models.CharField(max_length=3)
    said = models.BigIntegerField()
    actual = models.BigIntegerField()
    timing = models.BigIntegerField()
    win_rate = models.BigIntegerField()
    deal_size = models.BigIntegerField()
    new = models.BigIntegerField()
    corrected = models.BigIntegerField()

    class Meta:
        ordering = ["-since"]
        constraints = [models.UniqueConstraint(fields=["since", "until", "week"], name="one_review_per_period")]
