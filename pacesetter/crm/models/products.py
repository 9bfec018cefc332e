"""What we sell."""

from django.db import models

from pacesetter.crm.models.records import Named


class Product(Named):
    """One item of the price list; `recurring_months` 0 is sold once, 12 is billed by the year."""

    NOUN = "product"

    sku = models.CharField(max_length=60, blank=True)
    family = models.CharField(max_length=80, blank=True)
    price = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    recurring_months = models.IntegerField(default=0)
    version = models.IntegerField(default=1)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name_key", "id"]
        constraints = [models.UniqueConstraint(fields=["name_key"], name="one_product_per_name")]

    @property
    def noun(self) -> str:
        return self.NOUN
