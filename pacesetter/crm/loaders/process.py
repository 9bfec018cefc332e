"""Pipelines and stages from files: another company's process, so that its deals stand where they stood."""

from collections.abc import Collection, Hashable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from pacesetter.base.loaders import LOADERS, Loader, Slot, Values
from pacesetter.base.models import ExternalId, HistoryEntry
from pacesetter.core.labels import in_language, mark
from pacesetter.core.text import fold
from pacesetter.crm import pipelines
from pacesetter.crm.loaders.shelves import FATE, ID_SLOT
from pacesetter.crm.models import Pipeline, Stage

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

NAME = {"required": True, "limit": 120}


class ProcessLoader(Loader):
    """Rows with a label: what an import names anew stays as people have named it since."""

    capability = "process.manage"
    model: Any

    def natural(self, values: Values) -> Hashable | None:
        return fold(values["name"])

    def match(self, keys: Collection[Hashable]) -> dict[Hashable, int]:
        rows = self.model.objects.filter(archived_on=None).order_by("-id")
        return {key: row.pk for row in rows for form in row.label.values() if (key := self._key(row, fold(form))) in keys}

    def _key(self, row: Any, name: str) -> Hashable:
        return name

    def stored(self, ids: Collection[int]) -> dict[int, Values]:
        return {pk: {"name": in_language(row.label, "en")} for pk, row in self.model.objects.in_bulk(list(ids)).items()}

    def undo(self, entry: HistoryEntry, *, by: "Actor") -> None:
        """What the import renamed was made by it and goes with its pipeline."""


class PipelineLoader(ProcessLoader):
    noun = "pipeline"
    label = mark("Pipelines")
    model = Pipeline
    files = ("pipeline",)
    telling = (frozenset(("id", "name", "position")),)

    def slots(self) -> list[Slot]:
        return [
            Slot("id", ID_SLOT.label, names=("pipeline id",)),
            *FATE,
            Slot("name", mark("Pipeline"), names=("pipeline name", "pipeline label"), **NAME),  # type: ignore[arg-type]
            Slot("position", mark("Position"), "number", names=("display order", "sort order")),
        ]

    @transaction.atomic
    def create(self, rows: list[Values], *, by: "Actor") -> list[int]:
        return [pipelines.create({"en": row["name"]}, by=by).pk for row in rows]

    def update(self, changes: list[tuple[int, Values]], *, by: "Actor") -> None:
        for pk, values in changes:
            pipelines.edit(Pipeline.objects.get(pk=pk), by=by, label={"en": values["name"]})

    def remove(self, ids: Collection[int], *, by: "Actor") -> None:
        stages = Stage.objects.filter(pipeline__in=ids)
        ExternalId.objects.filter(noun="stage", object_id__in=list(stages.values_list("pk", flat=True))).delete()
        stages.delete()
        Pipeline.objects.filter(pk__in=ids).delete()


class StageLoader(ProcessLoader):
    noun = "stage"
    label = mark("Stages")
    model = Stage
    after = ("pipeline",)
    files = ("stage",)
    telling = (frozenset(("name", "pipeline", "position")),)

    def slots(self) -> list[Slot]:
        return [
            Slot("id", ID_SLOT.label, names=("stage id",)),
            *FATE,
            Slot("name", mark("Stage"), names=("stage name", "stage label", "master label"), **NAME),  # type: ignore[arg-type]
            Slot("pipeline", mark("Pipeline"), lookup="pipeline", required=True, strict=True, names=("pipeline id", "pipeline name")),
            Slot("position", mark("Position"), "number", names=("display order", "sort order")),
            Slot("share", mark("Probability"), "decimal", names=("probability", "default probability")),
            Slot("won", mark("Means won"), "boolean", names=("closed won", "is won", "iswon")),
            Slot("closed", mark("Means closed"), "boolean", names=("is closed", "isclosed")),
        ]

    def settle(self, values: Values) -> None:
        share = values.pop("share", None)
        closed, won = values.pop("closed", False), values.pop("won", False)
        percent = None if share is None else int(share * 100 if share <= 1 else share)
        values["type"] = "won" if won else "lost" if closed or (percent == 0 and fold(values["name"]) in LOST) else "open"
        values["probability"] = {"won": 100, "lost": 0}.get(values["type"], min(percent or 0, 100))
        values["category"] = {"won": "closed", "lost": "omitted"}.get(values["type"], _category(Decimal(values["probability"])))

    def natural(self, values: Values) -> Hashable | None:
        return values.get("pipeline"), fold(values["name"])

    def _key(self, row: Any, name: str) -> Hashable:
        return row.pipeline_id, name

    def hint(self, values: Values) -> str:
        return str(values.get("type", ""))

    @transaction.atomic
    def create(self, rows: list[Values], *, by: "Actor") -> list[int]:
        made = {at: self._stage(rows[at], by) for at in sorted(range(len(rows)), key=lambda at: rows[at].get("position") or 0)}
        return [made[at] for at in range(len(rows))]

    def _stage(self, row: Values, by: "Actor") -> int:
        """A new stage, or one of those that every pipeline begins with, under its new name."""
        values = {key: row[key] for key in ("probability", "category")}
        usual = self._usual(row["pipeline"], row["type"])
        if usual:
            return pipelines.edit_stage(usual, label={"en": row["name"]}, by=by, **values).pk
        last = {"won": 900, "lost": 950}.get(row["type"])
        more = {"position": last} if last else {}
        return pipelines.add_stage(
            Pipeline.objects.get(pk=row["pipeline"]), label={"en": row["name"]}, by=by, type=row["type"], **values, **more
        ).pk

    def _usual(self, pipeline: int, kind: str) -> Stage | None:
        """A stage that came with a pipeline made by an import, which no row has claimed yet."""
        made = HistoryEntry.objects.filter(noun="pipeline", object_id=pipeline, kind="pipeline.created", via="import")
        if not made.exists():
            return None
        named = HistoryEntry.objects.filter(noun="stage", kind__in=("stage.created", "stage.edited")).values("object_id")
        return Stage.objects.filter(pipeline=pipeline, type=kind).exclude(pk__in=named).order_by("position").first()

    def update(self, changes: list[tuple[int, Values]], *, by: "Actor") -> None:
        for pk, values in changes:
            pipelines.edit_stage(Stage.objects.get(pk=pk), by=by, label={"en": values["name"]})

    def remove(self, ids: Collection[int], *, by: "Actor") -> None:
        Stage.objects.filter(pk__in=ids).delete()


LOST = ("closed lost", "lost", "cierre perdido", "perdido", "perso", "chiuso perso")


def _category(percent: Decimal) -> str:
    """The forecast category that a probability suggests."""
    return "pipeline" if percent < 40 else "best_case" if percent < 75 else "commit"


LOADERS.add("pipeline", PipelineLoader)
LOADERS.add("stage", StageLoader)
