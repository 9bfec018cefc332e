"""Choices and fields that a company makes for itself."""

from django.db import models

TYPES = ["text", "number", "money", "date", "boolean", "choice", "user"]


class Option(models.Model):
    """One choice of a picklist; records store its immutable `key`."""

    field = models.CharField(max_length=40)
    key = models.CharField(max_length=60)
    label = models.JSONField(default=dict)
    position = models.IntegerField(default=0)
    archived_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["field", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["field", "key"], name="one_option_per_key")]


class CustomField(models.Model):
    """A company-made field; values live in the record's `custom` JSON under `f<id>` of this row."""

    noun = models.CharField(max_length=20)
    key = models.CharField(max_length=60)
    label = models.JSONField(default=dict)
    type = models.CharField(max_length=10, choices=[(t, t) for t in TYPES])
    choices = models.JSONField(default=list)
    required = models.BooleanField(default=False)
    position = models.IntegerField(default=0)
    archived_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["noun", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["noun", "key"], name="one_custom_field_per_key")]
