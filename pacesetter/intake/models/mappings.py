"""Mappings that people confirmed, found again by the header of the next file."""

from django.db import models


class Mapping(models.Model):
    """`signature` is a digest of the header; `fields` maps column to {"field", options}; `values` holds accepted repairs."""

    signature = models.CharField(max_length=64, unique=True)
    target = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=60, blank=True)
    fields = models.JSONField(default=dict)
    values = models.JSONField(default=dict)
    used_at = models.DateTimeField()
