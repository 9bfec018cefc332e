"""Teams, who is in them and who reports to whom, each with dates: intervals are half-open `[since, until)`."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from pacesetter.core.text import fold

FAR = dt.date(9999, 12, 31)


class Dated(models.QuerySet):  # type: ignore[type-arg]
    """Rows that hold for an interval of days."""

    def on(self, day: dt.date) -> "Dated":
        return self.filter(since__lte=day, until__gt=day)

    def overlapping(self, since: dt.date, until: dt.date) -> "Dated":
        return self.filter(since__lt=until, until__gt=since)


class Interval(models.Model):
    """A fact about a person that holds on the days `[since, until)`."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="%(class)ss")
    since = models.DateField()
    until = models.DateField(default=FAR)

    objects = Dated.as_manager()

    class Meta:
        abstract = True
        ordering = ["since", "id"]


def _forward(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(until__gt=F("since")), name=f"{name}_forward")


class Team(models.Model):
    """A group of people with one calendar; teams form a tree."""

    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=120, unique=True, editable=False)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    calendar = models.ForeignKey("base.Calendar", null=True, blank=True, on_delete=models.PROTECT, related_name="teams")
    archived_on = models.DateField(null=True, blank=True)
    version = models.IntegerField(default=1)

    class Meta:
        ordering = ["name_key"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.name_key = fold(self.name)[:120]
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class TeamMembership(Interval):
    """A person's primary team; one per day."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")

    class Meta(Interval.Meta):
        constraints = [
            _forward("membership"),
            models.UniqueConstraint(fields=["user", "since"], name="one_membership_per_start"),
        ]


class Reporting(Interval):
    """Whom a person reports to; one manager per day."""

    manager = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reports")

    class Meta(Interval.Meta):
        constraints = [
            _forward("reporting"),
            models.UniqueConstraint(fields=["user", "since"], name="one_manager_per_start"),
            models.CheckConstraint(condition=~Q(user=F("manager")), name="nobody_reports_to_themselves"),
        ]


class Employment(Interval):
    """When a person worked here, and until when they were ramping up."""

    ramp_until = models.DateField(null=True, blank=True)

    class Meta(Interval.Meta):
        constraints = [_forward("employment")]


class Leave(Interval):
    """Days on which a person was away: parental leave, illness, sabbatical."""

    kind = models.CharField(max_length=40, default="leave")

    class Meta(Interval.Meta):
        constraints = [_forward("leave")]
