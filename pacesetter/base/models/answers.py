"""Answers that are kept for a day, so that a repeated request gets the first one's answer instead of a second effect."""

from django.conf import settings
from django.db import models


class KeptAnswer(models.Model):
    """One keyed request of one person: what was asked, and what was answered (sealed: it may hold a secret that is shown once)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    path = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    asked = models.CharField(max_length=64)
    status = models.IntegerField(default=0)
    body = models.TextField(blank=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "path", "key"], name="answers_are_kept_once")]
