"""Long work with a life of its own: leased, resumable, cancellable."""

from django.db import models

STATES = ["queued", "running", "done", "failed", "cancelled"]


class Job(models.Model):
    """One piece of long work. Whoever holds (`attempts`, unexpired `lease_until`) runs it."""

    key = models.CharField(max_length=60)
    args = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=[(s, s) for s in STATES], default="queued")
    attempts = models.IntegerField(default=0)
    max_attempts = models.IntegerField(default=3)
    run_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    user_id = models.BigIntegerField(null=True)
    via = models.CharField(max_length=10, default="job")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    step_code = models.CharField(max_length=60, blank=True)
    step_params = models.JSONField(default=dict)
    error = models.JSONField(null=True)
    result = models.JSONField(null=True)
    cancel_asked = models.BooleanField(default=False)
    tick = models.CharField(max_length=80, null=True, unique=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "run_at"])]

    @property
    def finished(self) -> bool:
        return self.state in ("done", "failed", "cancelled")

    @property
    def percent(self) -> int:
        return round(100 * self.done / self.total) if self.total else (100 if self.state == "done" else 0)


class JobLine(models.Model):
    """One line of a job's log, stored as code and parameters."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="lines")
    at = models.DateTimeField()
    code = models.CharField(max_length=60)
    params = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
