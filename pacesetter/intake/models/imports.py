"""An import and its files: a record with a life, from uploaded to done or reverted."""

import uuid
from typing import TYPE_CHECKING, Self

from django.db import models

from pacesetter.core.labels import mark

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

STATES = [
    ("uploaded", mark("Uploaded")),
    ("mapped", mark("Mapped")),
    ("checking", mark("Checking")),
    ("checked", mark("Checked")),
    ("loading", mark("Loading")),
    ("done", mark("Done")),
    ("reverting", mark("Reverting")),
    ("reverted", mark("Reverted")),
]


class Imports(models.QuerySet["Import"]):
    """Questions about many imports."""

    def visible_to(self, actor: "Actor") -> Self:
        """One's own; everybody's for those who see everyone's jobs."""
        if actor.can("job.all"):
            return self
        return self.filter(user_id=actor.user_id) if actor.can("record.import") else self.none()


class Import(models.Model):
    """One file or folder of related files. `batch` marks every history entry it causes."""

    NOUN = "import"

    batch = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=STATES, default="uploaded")
    profile = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=60, blank=True)
    currency = models.CharField(max_length=3)
    time_zone = models.CharField(max_length=60)
    user_id = models.BigIntegerField(null=True)
    job_id = models.BigIntegerField(null=True)
    totals = models.JSONField(default=dict)
    error = models.JSONField(null=True)
    kept = models.JSONField(default=list)
    created_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    loaded_at = models.DateTimeField(null=True)
    reverted_at = models.DateTimeField(null=True)

    objects = Imports.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name

    @property
    def noun(self) -> str:
        return self.NOUN

    @property
    def changeable(self) -> bool:
        """Mapping, repairs and fixes may change until loading begins."""
        return self.state in ("uploaded", "mapped", "checking", "checked")

    def count(self, what: str) -> int:
        """The sum of one counter (rows, new, updates, same, refused) over the files."""
        return sum(getattr(file, what) for file in self.files.all())


class ImportFile(models.Model):
    """One file of an import: how it was read, which column means what, and the counters of check and load.

    `columns` are the guessed columns (readers/schema.py), each with the `field` it fills ("" = none).
    `ignored` holds the code of the reason why the file is left out.
    """

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="files")
    position = models.IntegerField(default=0)
    name = models.CharField(max_length=200)
    path = models.CharField(max_length=500)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    target = models.CharField(max_length=20, blank=True)
    ignored = models.JSONField(null=True)
    facts = models.JSONField(default=dict)
    columns = models.JSONField(default=list)
    remembered_at = models.DateTimeField(null=True)
    rows = models.IntegerField(default=0)
    last_line = models.IntegerField(default=0)
    new = models.IntegerField(default=0)
    updates = models.IntegerField(default=0)
    same = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    loaded_line = models.IntegerField(default=0)
    linked_line = models.IntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name
