"""What marketing runs, and which leads and deals it brought."""

from django.db import models

from pacesetter.crm.models.records import Named


class Campaign(Named):
    """A campaign with its dates and budget."""

    NOUN = "campaign"

    kind = models.CharField(max_length=60, blank=True)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    budget = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    version = models.IntegerField(default=1)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name_key", "id"]

    @property
    def noun(self) -> str:
        return self.NOUN
