"""What people say a period will bring."""

from django.db import models
from django.db.models import F, Q


class Calls(models.QuerySet):  # type: ignore[type-arg]
    """Submissions."""

    def own(self) -> "Calls":
        """Those of the company, and of people about themselves: adjustments are left out."""
        return self.filter(Q(user=None) | Q(submitted_by_id=None) | Q(submitted_by_id=F("user_id")))


class ForecastCall(models.Model):
    """One submission: never changed, a newer one stands beside it. `user` null is the company's call.

    A manager's adjustment has another `submitted_by_id` than `user`; `reason` is a code of `calls.REASONS`.
    """

    NOUN = "forecast_call"

    user = models.ForeignKey("base.User", null=True, blank=True, on_delete=models.PROTECT, related_name="calls")
    since = models.DateField()
    until = models.DateField()
    category = models.CharField(max_length=15, default="commit")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=20, blank=True, default="")
    note = models.TextField(blank=True)
    submitted_at = models.DateTimeField()
    submitted_by_id = models.BigIntegerField(null=True)

    objects = Calls.as_manager()

    class Meta:
        ordering = ["-submitted_at", "-id"]
        indexes = [models.Index(fields=["since", "user", "-submitted_at"])]
        constraints = [models.CheckConstraint(condition=Q(until__gt=F("since")), name="call_forward")]

    @property
    def adjusts(self) -> bool:
        """Whether somebody else submitted it in a person's place."""
        return self.user_id is not None and self.submitted_by_id not in (None, self.user_id)

    @property
    def noun(self) -> str:
        return self.NOUN
