"""Market series: an index, a price or a rate from outside, month by month, which the company's bookings may follow."""

from typing import Any

from django.db import models

from pacesetter.core.text import fold


class MarketSeries(models.Model):
    """A series by its name, with the unit of its values in words ("index", "%", "EUR/t")."""

    NOUN = "market_series"

    name = models.CharField(max_length=80)
    name_key = models.CharField(max_length=80, unique=True, editable=False)
    unit = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        ordering = ["name_key"]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = fold(self.name)[:80]
        super().save(*args, **kwargs)

    @property
    def noun(self) -> str:
        return self.NOUN


class MarketValue(models.Model):
    """The value of a month as it was known from the end of the day `known_on` on: a revision stands beside what it revises.

    `path` is empty for what came; "base", "high" and "low" are what somebody expects of a month.
    """

    NOUN = "market_value"

    series = models.ForeignKey(MarketSeries, on_delete=models.PROTECT, related_name="values")
    month = models.DateField()
    path = models.CharField(max_length=4, blank=True, default="")
    value = models.FloatField()
    known_on = models.DateField()
    brought_at = models.DateTimeField()
    brought_by_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["series_id", "month", "path", "known_on"]
        constraints = [models.UniqueConstraint(fields=["series", "month", "path", "known_on"], name="one_market_value")]

    @property
    def noun(self) -> str:
        return self.NOUN
