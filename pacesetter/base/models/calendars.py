"""Working hours and regional holidays."""

from django.db import models


class Calendar(models.Model):
    """When a team works: a time zone and, per weekday from Monday, intervals in minutes after midnight."""

    name = models.CharField(max_length=120, unique=True)
    time_zone = models.CharField(max_length=60, default="UTC")
    hours = models.JSONField(default=list)
    country = models.CharField(max_length=2, blank=True)
    region = models.CharField(max_length=10, blank=True)
    version = models.IntegerField(default=1)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Holiday(models.Model):
    """A day on which nobody of a calendar works."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="holidays")
    day = models.DateField()
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["calendar", "day"], name="one_holiday_per_day")]
