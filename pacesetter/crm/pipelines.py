"""Pipelines, stages and lost reasons: the process, and the rules a deal must obey to move."""

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max

from pacesetter.base import ensure, fields, history
from pacesetter.base.fields import canonical
from pacesetter.core.errors import Invalid, Refused, add_sentences
from pacesetter.core.labels import in_language, mark
from pacesetter.crm.models import Deal, DealChange, LostReason, Pipeline, Stage

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

add_sentences({"only_stage": mark("{name} is the only stage of its kind in this pipeline, which needs one.")})
START = [
    ("discovery", {"en": "Discovery", "es": "Descubrimiento", "it": "Scoperta"}, 10, "pipeline", "open", 21),
    ("qualification", {"en": "Qualification", "es": "Cualificación", "it": "Qualifica"}, 25, "pipeline", "open", 21),
    ("solution_fit", {"en": "Solution fit", "es": "Encaje", "it": "Soluzione"}, 45, "best_case", "open", 21),
    ("proposal", {"en": "Proposal", "es": "Propuesta", "it": "Proposta"}, 65, "best_case", "open", 14),
    ("negotiation", {"en": "Negotiation", "es": "Negociación", "it": "Negoziazione"}, 85, "commit", "open", 14),
    ("won", {"en": "Won", "es": "Ganada", "it": "Vinta"}, 100, "closed", "won", None),
    ("lost", {"en": "Lost", "es": "Perdida", "it": "Persa"}, 0, "omitted", "lost", None),
]
REASONS = [
    ("no_decision", {"en": "No decision", "es": "Sin decisión", "it": "Nessuna decisione"}, False),
    ("price", {"en": "Price", "es": "Precio", "it": "Prezzo"}, False),
    ("competitor", {"en": "Lost to a competitor", "es": "Ganó un competidor", "it": "Ha vinto un concorrente"}, False),
    ("missing_feature", {"en": "Missing feature", "es": "Falta una función", "it": "Funzione mancante"}, False),
    ("timing", {"en": "Timing", "es": "Momento", "it": "Tempistica"}, False),
    ("other", {"en": "Other", "es": "Otro", "it": "Altro"}, False),
    ("duplicate", {"en": "Duplicate", "es": "Duplicada", "it": "Duplicato"}, True),
    ("test", {"en": "Test record", "es": "Registro de prueba", "it": "Record di prova"}, True),
]


@ensure.step
def start() -> None:
    """A company begins with one pipeline and the usual reasons."""
    if not Pipeline.objects.exists():
        pipeline = Pipeline.objects.create(key="sales", label={"en": "Sales", "es": "Ventas", "it": "Vendite"})
        for position, (key, label, probability, category, outcome, rotting) in enumerate(START):
            qualified = key == "qualification"
            Stage.objects.create(
                pipeline=pipeline,
                key=key,
                label=label,
                position=position,
                probability=probability,
                category=category,
                type=outcome,
                rotting_days=rotting,
                is_qualified=qualified,
            )
    if not LostReason.objects.exists():
        LostReason.objects.bulk_create(
            [LostReason(key=key, label=label, never_real=never, position=i) for i, (key, label, never) in enumerate(REASONS)]
        )


def first_stages() -> dict[int, Stage]:
    """The first open stage of every pipeline in use, by pipeline id, in the pipelines' order."""
    found: dict[int, Stage] = {}
    rows = Stage.objects.filter(type="open", archived_on__isnull=True, pipeline__archived_on__isnull=True)
    for stage in rows.order_by("pipeline__position", "pipeline_id", "position"):
        found.setdefault(stage.pipeline_id, stage)
    return found


def closing_stage(pipeline_id: int, outcome: str) -> Stage:
    """The stage of a pipeline that means won or lost."""
    stage = Stage.objects.filter(pipeline_id=pipeline_id, type=outcome, archived_on__isnull=True).order_by("position").first()
    if stage is None:
        raise Refused("unknown_part", kind="stage", key=outcome, known="")
    return stage


def stage_before_closing(deal: Deal) -> Stage:
    """The open stage a closed deal was in last, else the first one of its pipeline."""
    open_ids = set(Stage.objects.filter(pipeline_id=deal.pipeline_id, type="open").values_list("pk", flat=True))
    for stage_id in DealChange.objects.filter(deal_id=deal.pk).order_by("-occurred_at", "-id").values_list("stage_id", flat=True):
        if stage_id in open_ids:
            return Stage.objects.get(pk=stage_id)
    return first_stages()[deal.pipeline_id]


# rules ------------------------------------------------------------------------------------------
def check_move(deal: Deal, to: Stage) -> None:
    """Refuse a move that the pipeline's rules do not allow."""
    stage = deal.stage
    if to.pipeline_id != deal.pipeline_id:
        raise Refused("wrong_pipeline", stage=in_language(to.label, "en"))
    if to.position < stage.position and not stage.pipeline.allow_back:
        raise Refused("backwards", stage=in_language(to.label, "en"))
    if to.position > stage.position:
        _check_skip(stage, to)
        check_exit(deal, stage)
    check_required(deal, to)


def _check_skip(stage: Stage, to: Stage) -> None:
    if stage.pipeline.allow_skip:
        return
    rows = Stage.objects.filter(pipeline_id=stage.pipeline_id, type="open", archived_on__isnull=True)
    between = rows.filter(position__gt=stage.position, position__lt=to.position).count()
    if between:
        raise Refused("skipped_stage", stage=in_language(to.label, "en"), count=between + 1)


def check_exit(deal: Deal, stage: Stage) -> None:
    """Refuse to leave a stage whose required exit criteria are not met."""
    missing = missing_criteria(deal, stage)
    if missing:
        raise Refused("exit_criteria", stage=in_language(stage.label, "en"), missing=", ".join(missing))


def missing_criteria(deal: Deal, stage: Stage, language: str = "en") -> list[str]:
    """The labels of required exit criteria that are not ticked."""
    return [in_language(c["label"], language) for c in stage.exit_criteria if c.get("required") and c["key"] not in deal.criteria_met]


def check_required(deal: Deal, stage: Stage) -> None:
    """Refuse to enter a stage whose required fields are empty."""
    if not stage.required_fields:
        return
    known = fields.of("deal")
    empty = [key for key in stage.required_fields if key in known and known[key].read(deal) in (None, "")]
    if empty:
        raise Invalid(
            "stage_needs", field=empty[0], stage=in_language(stage.label, "en"), fields=", ".join(known[key].label for key in empty)
        )


# verbs ------------------------------------------------------------------------------------------
@transaction.atomic
def create(label: dict[str, str], *, by: "Actor") -> Pipeline:
    """Make a pipeline with the usual first, won and lost stages; the rest is added to it."""
    by.require("process.manage")
    name = in_language(label, "en").strip()
    if not name:
        raise Invalid("required", field="label")
    taken = set(Pipeline.objects.values_list("key", flat=True))
    pipeline = Pipeline.objects.create(key=fields.key_for(name, taken), label=label, position=len(taken))
    for position, (key, text, probability, category, outcome, rotting) in enumerate([START[0], *START[-2:]]):
        Stage.objects.create(
            pipeline=pipeline,
            key=key,
            label=text,
            position=position * 100,
            probability=probability,
            category=category,
            type=outcome,
            rotting_days=rotting,
        )
    history.record_plain("pipeline", pipeline.pk, "pipeline.created", by=by, changes={"name": [None, name]})
    return pipeline


@transaction.atomic
def edit(pipeline: Pipeline, *, by: "Actor", **changes: Any) -> Pipeline:
    """Rename a pipeline or change whether stages may be skipped and taken back."""
    return edit_row(pipeline, "pipeline", {"label", "allow_skip", "allow_back", "position", "archived_on"}, by, changes)


@transaction.atomic
def add_stage(pipeline: Pipeline, *, label: dict[str, str], by: "Actor", **values: Any) -> Stage:
    """Add an open stage before the closing ones."""
    by.require("process.manage")
    name = in_language(label, "en").strip()
    if not name:
        raise Invalid("required", field="label")
    stages = Stage.objects.filter(pipeline=pipeline)
    last_open = stages.filter(type="open").aggregate(last=Max("position"))["last"]
    position = values.pop("position", -1 if last_open is None else last_open + 1)
    for later in stages.filter(position__gte=position):
        later.position += 1
        later.save()
    key = fields.key_for(name, set(stages.values_list("key", flat=True)))
    stage = Stage.objects.create(pipeline=pipeline, key=key, label=label, position=position, **values)
    history.record_plain("stage", stage.pk, "stage.created", by=by, changes={"name": [None, name]})
    return stage


STAGE_FIELDS = {
    "label",
    "position",
    "probability",
    "category",
    "is_qualified",
    "rotting_days",
    "expected_days",
    "exit_criteria",
    "required_fields",
    "archived_on",
}


@transaction.atomic
def edit_stage(stage: Stage, *, by: "Actor", **changes: Any) -> Stage:
    """Change a stage; one that holds deals cannot be archived."""
    if changes.get("archived_on"):
        _refuse_needed(stage)
    probability = changes.get("probability", 0)
    if not 0 <= int(probability) <= 100:
        raise Invalid("wrong_type", field="probability", value=probability, type="percentage")
    return edit_row(stage, "stage", STAGE_FIELDS, by, changes)


def _refuse_needed(stage: Stage) -> None:
    name = in_language(stage.label, "en")
    held = Deal.objects.filter(stage=stage, status="open").count()
    if held:
        raise Refused("in_use", name=name, count=held)
    others = Stage.objects.filter(pipeline_id=stage.pipeline_id, type=stage.type, archived_on__isnull=True).exclude(pk=stage.pk)
    if not others.exists():
        raise Refused("only_stage", name=name)


@transaction.atomic
def add_reason(label: dict[str, str], *, by: "Actor", never_real: bool = False) -> LostReason:
    """Add a reason for losing."""
    by.require("process.manage")
    name = in_language(label, "en").strip()
    if not name:
        raise Invalid("required", field="label")
    taken = set(LostReason.objects.values_list("key", flat=True))
    reason = LostReason.objects.create(key=fields.key_for(name, taken), label=label, never_real=never_real, position=len(taken))
    history.record_plain("lost_reason", reason.pk, "lost_reason.created", by=by, changes={"name": [None, name]})
    return reason


@transaction.atomic
def edit_reason(reason: LostReason, *, by: "Actor", **changes: Any) -> LostReason:
    """Change a reason's label, its flag or archive it."""
    return edit_row(reason, "lost_reason", {"label", "never_real", "position", "archived_on"}, by, changes)


def edit_row(row: Any, noun: str, allowed: set[str], by: "Actor", changes: dict[str, Any]) -> Any:
    """Change the allowed columns of a row of the process, leaving one entry."""
    by.require("process.manage")
    for key in changes.keys() - allowed:
        raise Invalid("read_only", field=key)
    before = {key: canonical(getattr(row, key)) for key in changes}
    for key, value in changes.items():
        setattr(row, key, value)
    if hasattr(row, "version"):
        row.version += 1
    row.save()
    differ = {key: [before[key], canonical(value)] for key, value in changes.items() if before[key] != canonical(value)}
    history.record_plain(noun, row.pk, f"{noun}.edited", by=by, changes=differ)
    return row
