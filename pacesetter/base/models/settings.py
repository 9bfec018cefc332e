"""Company settings, as typed by an administrator."""

from django.db import models


class CompanySetting(models.Model):
    """The value of one defined setting; what is not here has its default."""

    key = models.CharField(max_length=60, primary_key=True)
    value = models.JSONField()
