"""What happened: one append-only entry per change, and the change feed of dirty rows."""

from django.db import models


class HistoryEntry(models.Model):
    """A plain noun and id, no foreign key: an entry outlives its record.

    `changes` maps field to [before, after] in canonical form; sentences are made at display time.
    """

    noun = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    via = models.CharField(max_length=10)
    caused_by = models.BigIntegerField(null=True)
    batch = models.UUIDField(null=True)
    changes = models.JSONField(default=dict)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["noun", "object_id", "-at"]),
            models.Index(fields=["batch"], condition=models.Q(batch__isnull=False), name="history_batch"),
            models.Index(fields=["-at"]),
        ]


class Dirty(models.Model):
    """A record changed since the extracts were last refreshed; the refresher reads them all, and deletes what it consumed by id."""

    noun = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
