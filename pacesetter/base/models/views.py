"""Saved views of lists: a name for a URL's state."""

from django.conf import settings
from django.db import models


class SavedView(models.Model):
    """Layout, filters, sort and columns of one noun's list, kept as its query string."""

    noun = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    query = models.TextField()
    shared = models.BooleanField(default=False)
    pinned = models.BooleanField(default=False)
    position = models.IntegerField(default=0)

    class Meta:
        ordering = ["noun", "position", "id"]
