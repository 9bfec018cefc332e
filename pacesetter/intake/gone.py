"""Records that the source deleted, or that a newer complete export lacks: shown, and archived when somebody says so."""

from collections.abc import Iterable

from pacesetter.base.actor import Actor
from pacesetter.base.loaders import LOADERS
from pacesetter.base.models import ExternalId
from pacesetter.core.errors import add_sentences
from pacesetter.core.labels import mark
from pacesetter.intake.models import Import, Repair
from pacesetter.intake.rows import Plan, Row

add_sentences(
    {
        "deleted_there": mark("The other system deleted these records. They can be archived here."),
        "missing_there": mark("A file with all records lacks these, which came from there earlier. They can be archived here."),
    }
)
CHUNK = 500


class Gone:
    """Watches which records of the source a file still tells of."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        ids = ExternalId.objects.filter(source=plan.file.batch.source, noun=plan.loader.noun)
        watched = plan.loader.archivable and "id" in plan.columns
        self.known: dict[str, int] = dict(ids.values_list("value", "object_id")) if watched else {}
        self.there: set[int] = set()
        self.deleted: dict[str, int] = {}

    def take(self, rows: Iterable[Row]) -> None:
        for row in rows:
            if row.key in self.known:
                pk = self.known[row.key]
                if row.gone:
                    self.deleted[row.key] = pk
                else:
                    self.there.add(pk)

    def repairs(self) -> list[Repair]:
        """Proposals to archive; those that are merely missing wait to be asked for."""
        told = self.there | set(self.deleted.values())
        whole = self.plan.file.facts.get("whole") and told
        missing = {key: pk for key, pk in self.known.items() if whole and pk not in told}
        found = (("deleted_there", self.deleted, False), ("missing_there", missing, True))
        return [one for code, ids, optional in found if (one := self._repair(code, ids, optional))]

    def _repair(self, code: str, ids: dict[str, int], optional: bool) -> Repair | None:
        live = self.plan.loader.live(ids.values())
        values = [{"from": key, "to": pk, "label": live[pk], "rows": 1} for key, pk in ids.items() if pk in live]
        if not values:
            return None
        before = self.plan.file.repairs.filter(kind="gone", code=code).first()
        column = self.plan.columns.get("deleted" if code == "deleted_there" else "id", "")
        decision = before.decision if before else ""
        return Repair(
            file=self.plan.file,
            column=column,
            kind="gone",
            code=code,
            values=values,
            rows=len(values),
            optional=optional,
            decision=decision,
        )


def archive(batch: Import, *, by: Actor) -> None:
    """Archive what was accepted; what is archived already stays as it is."""
    for repair in Repair.objects.filter(file__batch=batch, kind="gone", decision="accepted").select_related("file"):
        loader = LOADERS[repair.file.target]()
        ids = [one["to"] for one in repair.values]
        for start in range(0, len(ids), CHUNK):
            loader.archive(loader.live(ids[start : start + CHUNK]), by=by)


def count(batch: Import) -> int:
    """How many records would be archived, or may be."""
    repairs = Repair.objects.filter(file__batch=batch, kind="gone").exclude(decision="rejected")
    return sum(one.rows for one in repairs if one.decision == "accepted" or not one.optional)
