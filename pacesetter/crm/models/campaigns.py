"""What marketing runs, and which leads and deals it brought."""

from django.db import models
from django.db.models import Q

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


class CampaignMember(models.Model):
    """A lead or contact that a campaign reached, with the status the campaign gives it."""

    NOUN = "campaign_member"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="members")
    lead = models.ForeignKey("crm.Lead", null=True, blank=True, on_delete=models.CASCADE, related_name="memberships")
    contact = models.ForeignKey("crm.Contact", null=True, blank=True, on_delete=models.CASCADE, related_name="memberships")
    status = models.CharField(max_length=60, blank=True)
    responded = models.BooleanField(default=False)
    added_on = models.DateField(null=True, blank=True)
    version = models.IntegerField(default=1)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lead__isnull=True, contact__isnull=False) | Q(lead__isnull=False, contact__isnull=True),
                name="members_are_a_lead_or_a_contact",
            ),
            models.UniqueConstraint(fields=["campaign", "lead"], name="a_lead_is_a_member_once"),
            models.UniqueConstraint(fields=["campaign", "contact"], name="a_contact_is_a_member_once"),
        ]

    @property
    def noun(self) -> str:
        return self.NOUN

    def __str__(self) -> str:
        return f"{self.campaign}: {self.lead or self.contact}"
