"""Requests and names that are not yet deals."""

from django.db import models

from pacesetter.core.labels import mark
from pacesetter.crm.models.records import Person, Record

TYPES = [
    ("new", mark("New")),
    ("working", mark("Working")),
    ("nurture", mark("Nurture")),
    ("qualified", mark("Qualified")),
    ("converted", mark("Converted")),
    ("disqualified", mark("Disqualified")),
]
OPEN_TYPES = ("new", "working", "nurture", "qualified")
WALKED = ("name_key", "status", "source", "country", "received_at")
ASKED = ("owner", "status", "archived_at")


class LeadStatus(models.Model):
    """A company's own label over a fixed type."""

    key = models.CharField(max_length=60, unique=True)
    label = models.JSONField(default=dict)
    type = models.CharField(max_length=15, choices=TYPES)
    position = models.IntegerField(default=0)
    archived_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]


class Lead(Person, Record):
    """Somebody who asked, or whom we found. `received_at` starts the response clock when the request is inbound."""

    NOUN = "lead"

    company = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=2, blank=True)
    status = models.ForeignKey(LeadStatus, on_delete=models.PROTECT, related_name="leads", db_index=False)
    source = models.CharField(max_length=60, blank=True)
    inbound = models.BooleanField(default=True)
    request = models.TextField(blank=True)
    team = models.ForeignKey("base.Team", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey("crm.Campaign", null=True, blank=True, on_delete=models.PROTECT, related_name="leads")
    received_at = models.DateTimeField()
    assigned_at = models.DateTimeField(null=True, blank=True)
    first_response_at = models.DateTimeField(null=True, blank=True)
    first_response_by = models.ForeignKey("base.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    two_way_at = models.DateTimeField(null=True, blank=True)
    converted_at = models.DateTimeField(null=True, blank=True)
    converted_account = models.ForeignKey("crm.Account", null=True, blank=True, on_delete=models.PROTECT, related_name="from_leads")
    converted_contact = models.ForeignKey("crm.Contact", null=True, blank=True, on_delete=models.PROTECT, related_name="from_leads")
    converted_deal = models.ForeignKey("crm.Deal", null=True, blank=True, on_delete=models.PROTECT, related_name="from_leads")

    class Meta:
        ordering = ["-received_at", "id"]
        indexes = [
            models.Index(fields=["owner", "status", "-received_at", "id"]),
            models.Index(fields=["email"]),
            *(models.Index(fields=[name, "id", *(asked for asked in ASKED if asked != name)], name=f"leads_by_{name}") for name in WALKED),
        ]
