"""Typed history for analysts: the values after each change, with the time it was true and the time we learned it."""

from django.db import models

from pacesetter.core.labels import mark


class Change(models.Model):
    """One row per record and moment. `fields` says which columns are known; there are no "previous" columns,

    so a back-dated row slides in safely and "as of" is the last known value per column.
    """

    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    fields = models.JSONField(default=list)
    owner_id = models.BigIntegerField(null=True)
    archived = models.BooleanField(default=False)

    class Meta:
        abstract = True


ORIGINS = [("", mark("Changed here")), ("frame", mark("Concluded at the import")), ("told", mark("History of another system"))]


class DealChange(Change):
    """The values of a deal after a change. `origin` tells what happened here from what an import concluded or was told."""

    deal_id = models.BigIntegerField()
    pipeline_id = models.BigIntegerField(null=True)
    stage_id = models.BigIntegerField(null=True)
    status = models.CharField(max_length=4, blank=True)
    type = models.CharField(max_length=10, blank=True)
    amount = models.BigIntegerField(null=True)
    annual_amount = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    close_date = models.DateField(null=True)
    category = models.CharField(max_length=15, blank=True)
    origin = models.CharField(max_length=5, blank=True, choices=ORIGINS, default="", db_default="")

    class Meta:
        indexes = [models.Index(fields=["deal_id", "occurred_at", "id"])]


class LeadChange(Change):
    """The values of a lead after a change."""

    lead_id = models.BigIntegerField()
    status_id = models.BigIntegerField(null=True)
    team_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["lead_id", "occurred_at", "id"])]
