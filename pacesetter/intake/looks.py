"""What the doctor looks at among imports: uploads of nobody, and loads that nobody finishes."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from pacesetter.base.keeping.doctor import Finding, look
from pacesetter.base.models import Job
from pacesetter.core.errors import add_sentences
from pacesetter.core.labels import mark
from pacesetter.intake.models import Import

add_sentences(
    {
        "uploads_of_nobody": mark("Uploads that belong to no import: {count}."),
        "loads_without_job": mark(
            "Imports that stopped half-way and that no job goes on with: {count}. Open Imports to load or revert them."
        ),
    }
)


@look("imports")
def imports() -> Iterator[Finding]:
    """Every upload has its import, and every load under way its job."""
    known = {str(batch) for batch in Import.objects.values_list("batch", flat=True)}
    lost = [folder for folder in Path(settings.PACESETTER_DATA, "uploads").glob("*") if folder.name not in known]
    if lost:
        yield Finding("uploads_of_nobody", len(lost), tuple(path.name for path in lost), mend=lambda: _remove(lost))
    live = Job.objects.filter(state__in=["queued", "running"]).values("pk")
    stopped = Import.objects.filter(state__in=["loading", "reverting"]).exclude(job_id__in=live)
    if ids := list(stopped.values_list("pk", flat=True)):
        yield Finding("loads_without_job", len(ids), tuple(map(str, ids)))


def _remove(folders: list[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
