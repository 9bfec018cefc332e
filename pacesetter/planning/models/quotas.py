"""Money a person is asked to book."""

from django.db import models
from django.db.models import F, Q


class Quota(models.Model):
    """A person's quota for the days `[since, until)`, in minor units; with `product_id` other than 0 it is for that product alone."""

    NOUN = "quota"

    user = models.ForeignKey("base.User", on_delete=models.PROTECT, related_name="quotas")
    since = models.DateField()
    until = models.DateField()
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    product_id = models.BigIntegerField(default=0)
    version = models.IntegerField(default=1)

    class Meta:
        ordering = ["since", "user_id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "since", "until", "product_id"], name="one_quota_per_period"),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="quota_forward"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="quota_not_negative"),
        ]

    @property
    def noun(self) -> str:
        return self.NOUN
