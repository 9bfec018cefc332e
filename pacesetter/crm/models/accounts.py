"""Companies we sell to, or want to."""

from django.db import models
from django.db.models import F, Q

from pacesetter.crm.models.records import Named, Record

WALKED = ("name_key", "industry", "segment", "employees", "country", "created_at")


class Account(Named, Record):
    """A customer or prospect; accounts form a tree of subsidiaries."""

    NOUN = "account"

    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="subsidiaries")
    segment = models.CharField(max_length=60, blank=True)
    industry = models.CharField(max_length=60, blank=True)
    employees = models.IntegerField(null=True, blank=True)
    annual_revenue = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    founded = models.IntegerField(null=True, blank=True)
    website = models.CharField(max_length=200, blank=True)
    domain = models.CharField(max_length=120, blank=True, db_index=True)
    phone = models.CharField(max_length=40, blank=True)
    street = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=80, blank=True)
    region = models.CharField(max_length=80, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    source = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["name_key", "id"]
        indexes = [
            models.Index(fields=["owner", "name_key", "id"]),
            *(models.Index(fields=[name, "id", "owner", "archived_at"], name=f"accounts_by_{name}") for name in WALKED),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(id=F("parent")), name="account_not_its_own_parent"),
            models.CheckConstraint(condition=Q(employees__isnull=True) | Q(employees__gte=0), name="employees_not_negative"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True) | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)), name="account_on_earth"
            ),
        ]
