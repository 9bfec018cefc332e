"""Identifiers that records carry in other systems."""

from django.db import models


class ExternalId(models.Model):
    """`value` is the record's id in `source`; a record may have many."""

    source = models.CharField(max_length=60)
    noun = models.CharField(max_length=20)
    value = models.CharField(max_length=200)
    object_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "noun", "value"], name="one_record_per_external_id")]
        indexes = [models.Index(fields=["noun", "object_id"])]
