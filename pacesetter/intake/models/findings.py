"""What the check of an import found: rows refused, values to repair, things worth knowing, and what people fixed."""

from typing import Any

from django.db import models
from django.db.models import Q

from pacesetter.core.labels import mark
from pacesetter.intake.models.imports import ImportFile

KINDS = [
    ("near", mark("Another spelling")),
    ("stage", mark("Stages of the source")),
    ("person", mark("New people")),
    ("option", mark("New choices")),
    ("record", mark("New records")),
    ("estimate", mark("Estimate")),
    ("field", mark("New fields")),
    ("alike", mark("Possible duplicates")),
    ("gone", mark("Deleted in the source")),
]
DECISIONS = [
    ("accepted", mark("Accepted")),
    ("rejected", mark("Rejected")),
    ("update", mark("Update the record")),
    ("skip", mark("Leave the row out")),
    ("create", mark("Create another record")),
]


class Refusal(models.Model):
    """A row that is not loaded, with the reason as code and parameters."""

    file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, related_name="refusals")
    line = models.IntegerField()
    column = models.CharField(max_length=200, blank=True)
    value = models.CharField(max_length=500, blank=True)
    key = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    cells = models.JSONField(default=list)

    class Meta:
        ordering = ["file", "line", "id"]


class Fix(models.Model):
    """Cells that a person corrected for one line; the file itself stays as it is."""

    file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, related_name="fixes")
    line = models.IntegerField()
    cells = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "line"], name="one_fix_per_line")]


class Repair(models.Model):
    """A proposal for values that do not fit: applied only when accepted.

    `values` lists {"from", "to", "label", "rows"}; `optional` proposals are not applied by "accept all".
    """

    file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, related_name="repairs")
    column = models.CharField(max_length=200)
    field = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=KINDS)
    values = models.JSONField(default=list)
    rows = models.IntegerField(default=0)
    code = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    optional = models.BooleanField(default=False)
    decision = models.CharField(max_length=10, blank=True, choices=DECISIONS)

    class Meta:
        ordering = ["file", "id"]

    def matches(self, proposal: dict[str, Any]) -> bool:
        """Whether a decision on this repair holds for a proposal made anew."""
        return self.kind == proposal["kind"] and {one["from"] for one in proposal["values"]} <= {one["from"] for one in self.values}


class Finding(models.Model):
    """Something worth knowing that keeps no row out: code, parameters, how many rows, and the first lines."""

    file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, related_name="findings")
    column = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    rows = models.IntegerField(default=0)
    lines = models.JSONField(default=list)

    class Meta:
        ordering = ["file", "-rows", "id"]
        constraints = [models.CheckConstraint(condition=Q(rows__gte=0), name="finding_rows_not_negative")]
