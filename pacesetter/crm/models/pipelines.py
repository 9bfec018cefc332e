"""The process: pipelines, their stages, and why deals are lost."""

from django.db import models
from django.db.models import Q

from pacesetter.core.labels import mark

CATEGORIES = [
    ("pipeline", mark("Pipeline")),
    ("best_case", mark("Best case")),
    ("most_likely", mark("Most likely")),
    ("commit", mark("Commit")),
    ("closed", mark("Closed")),
    ("omitted", mark("Omitted")),
]
OUTCOMES = [("open", mark("Open")), ("won", mark("Won")), ("lost", mark("Lost"))]


class Pipeline(models.Model):
    """An ordered list of stages, and whether skipping and going back are allowed."""

    key = models.CharField(max_length=60, unique=True)
    label = models.JSONField(default=dict)
    allow_skip = models.BooleanField(default=True)
    allow_back = models.BooleanField(default=True)
    position = models.IntegerField(default=0)
    archived_on = models.DateField(null=True, blank=True)
    version = models.IntegerField(default=1)

    class Meta:
        ordering = ["position", "id"]


class Stage(models.Model):
    """One step of a pipeline. `type` says whether a deal in it is open, won or lost."""

    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="stages")
    key = models.CharField(max_length=60)
    label = models.JSONField(default=dict)
    position = models.IntegerField()
    probability = models.IntegerField(default=0)
    category = models.CharField(max_length=15, choices=CATEGORIES, default="pipeline")
    type = models.CharField(max_length=5, choices=OUTCOMES, default="open")
    is_qualified = models.BooleanField(default=False)
    rotting_days = models.IntegerField(null=True, blank=True)
    expected_days = models.IntegerField(null=True, blank=True)
    exit_criteria = models.JSONField(default=list)
    required_fields = models.JSONField(default=list)
    archived_on = models.DateField(null=True, blank=True)
    version = models.IntegerField(default=1)

    class Meta:
        ordering = ["pipeline", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["pipeline", "key"], name="one_stage_per_key"),
            models.CheckConstraint(condition=Q(probability__range=(0, 100)), name="probability_is_a_percentage"),
        ]


class LostReason(models.Model):
    """Why a deal was lost; `never_real` marks duplicates and tests, which no win rate counts."""

    key = models.CharField(max_length=60, unique=True)
    label = models.JSONField(default=dict)
    never_real = models.BooleanField(default=False)
    position = models.IntegerField(default=0)
    archived_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
