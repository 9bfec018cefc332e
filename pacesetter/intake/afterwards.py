"""What an import does once its rows are in: what the source deleted is archived, ids that the source merged lead to what they were merged into."""

from pacesetter.base.actor import Actor
from pacesetter.base.models import ExternalId
from pacesetter.intake import gone
from pacesetter.intake.models import Import
from pacesetter.intake.resolve import Resolver
from pacesetter.intake.rows import Plan


def run(batch: Import, *, by: Actor) -> None:
    """Each part may be repeated: a load that was killed comes here again."""
    gone.archive(batch, by=by)
    resolver = Resolver(batch, dry=False)
    for file in batch.files.exclude(target=""):
        plan = Plan(file, resolver)
        if file.target == "user":
            here = ExternalId.objects.filter(source=batch.source, noun=file.target)
            plan.loader.recognised(dict(here.values_list("value", "object_id")), by=by)
        if plan.merged:
            _redirect(batch.source, file.target, plan.merged)


def _redirect(source: str, noun: str, merged: dict[str, str]) -> None:
    here = ExternalId.objects.filter(source=source, noun=noun, value__in=set(merged.values()))
    ids = dict(here.values_list("value", "object_id"))
    rows = [ExternalId(source=source, noun=noun, value=old, object_id=ids[new]) for old, new in merged.items() if new in ids]
    ExternalId.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
