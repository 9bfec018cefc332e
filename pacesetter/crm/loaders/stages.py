"""Stages, pipelines, lead statuses and lost reasons in other people's words."""

import re
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from pacesetter.base.loaders import LOOKUPS, Found, Lookup
from pacesetter.base.models import ExternalId
from pacesetter.core.labels import in_language
from pacesetter.core.text import fold
from pacesetter.crm import pipelines
from pacesetter.crm.models import LeadStatus, LostReason, Pipeline, Stage

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

WON = ("won", "closed won", "closedwon", "ganado", "ganada", "cierre ganado", "vinto", "vinta", "chiuso vinto")
LOST = ("lost", "closed lost", "closedlost", "perdido", "perdida", "cierre perdido", "perso", "persa", "chiuso perso")
# The open stages other systems ship with, from early to late.
USUAL = (
    ("prospecting", "appointmentscheduled", "appointment scheduled", "new", "lead in", "discovery", "prospección", "prospezione", "open"),
    ("engaging", "qualification", "qualifiedtobuy", "qualified to buy", "qualified", "contact made", "cualificación", "qualifica"),
    ("needs analysis", "presentationscheduled", "presentation scheduled", "demo", "demo scheduled", "solution fit", "análisis", "analisi"),
    ("value proposition", "id. decision makers", "perception analysis", "decisionmakerboughtin", "decision maker bought-in"),
    ("proposal", "proposal/price quote", "proposal made", "quote", "propuesta", "proposta", "offerta"),
    (
        "negotiation",
        "negotiation/review",
        "negotiations started",
        "contractsent",
        "contract sent",
        "ready to close",
        "negociación",
        "trattativa",
        "negoziazione",
    ),
)


class LabelLookup(Lookup):
    """Rows with a key and labels in several languages."""

    model: ClassVar[Any]

    def find(self, texts: Collection[str], source: str) -> dict[str, Any]:
        known: dict[str, int] = {}
        for row in self.rows():
            for form in (row.key, *row.label.values()):
                known.setdefault(fold(form), row.pk)
        named = ExternalId.objects.filter(source=source, noun=self.noun, value__in=list(texts)).values_list("value", "object_id")
        return {text: known[fold(text)] for text in texts if fold(text) in known} | dict(named)

    def rows(self) -> list[Any]:
        return list(self.model.objects.filter(archived_on__isnull=True))

    def all(self) -> list[Found]:
        return [Found(row.pk, in_language(row.label, "en")) for row in self.rows()]


class StageLookup(LabelLookup):
    """Stages of the first pipeline before those of others; won and lost in any words."""

    noun, unknown, model = "stage", "unknown_stage", Stage

    def rows(self) -> list[Any]:
        rows = Stage.objects.filter(archived_on__isnull=True, pipeline__archived_on__isnull=True)
        return list(rows.order_by("pipeline__position", "pipeline_id", "position"))

    def find(self, texts: Collection[str], source: str) -> dict[str, Any]:
        closing = self._closing()
        words = {fold(word): closing[outcome] for outcome, words in (("won", WON), ("lost", LOST)) if outcome in closing for word in words}
        return {text: words[fold(text)] for text in texts if fold(text) in words} | super().find(texts, source)

    def _closing(self) -> dict[str, int]:
        closing: dict[str, int] = {}
        for stage in self.rows():
            if stage.type != "open":
                closing.setdefault(stage.type, stage.pk)
        return closing

    def propose(self, texts: list[str]) -> dict[str, Found]:
        """Usual names stand for the last of our open stages that comes no later; if ours have no usual names, for ours in order."""
        ranked = sorted((rank, text) for text in texts if (rank := _rank(text)) is not None)
        first = next(iter(pipelines.first_stages().values()), None)
        ours = [stage for stage in self.rows() if first and stage.pipeline_id == first.pipeline_id and stage.type == "open"]
        if not ours:
            return {}
        places = [_rank(in_language(stage.label, "en")) for stage in ours]
        if places[0] is None:
            ranks = sorted({rank for rank, _ in ranked})
            chosen = {rank: ours[min(place, len(ours) - 1)] for place, rank in enumerate(ranks)}
        else:
            chosen = {rank: _latest(ours, places, rank) for rank, _ in ranked}
        return {text: Found(chosen[rank].pk, in_language(chosen[rank].label, "en")) for rank, text in ranked}


def _latest(ours: list[Stage], places: list[int | None], rank: int) -> Stage:
    return (
        [stage for stage, place in zip(ours, places, strict=True) if place is not None and place <= rank][-1:][0]
        if rank >= (places[0] or 0)
        else ours[0]
    )


def _rank(text: str) -> int | None:
    """How early a stage usually comes: by its whole name, else by a usual name inside it."""
    name = fold(text)
    for fits in (lambda word: name == word, lambda word: bool(re.search(rf"\b{re.escape(word)}\b", name))):
        if (rank := next((rank for rank, words in enumerate(USUAL) if any(map(fits, map(fold, words)))), None)) is not None:
            return rank
    return None


class PipelineLookup(LabelLookup):
    """Pipelines; the only one of another system is our first."""

    noun, model = "pipeline", Pipeline

    def find(self, texts: Collection[str], source: str) -> dict[str, Any]:
        first = Pipeline.objects.filter(archived_on=None).order_by("position", "id").values_list("pk", flat=True).first()
        return {text: first for text in texts if first and fold(text) in ONLY} | super().find(texts, source)


ONLY = ("default", "sales pipeline", "pipeline de ventas", "pipeline delle vendite")


class StatusLookup(LabelLookup):
    """Lead statuses, with what other systems call them."""

    noun, model = "leadstatus", LeadStatus
    words: ClassVar = {
        "new": ("open - not contacted", "open", "not contacted", "nuevo", "assigned"),
        "working": (
            "working - contacted",
            "contacted",
            "in progress",
            "in process",
            "in_progress",
            "attempted_to_contact",
            "connected",
            "open_deal",
            "en curso",
        ),
        "nurture": ("nurturing", "recycled", "bad_timing"),
        "qualified": ("marketing qualified", "sales qualified", "mql", "sql"),
        "converted": ("closed - converted", "customer"),
        "disqualified": ("closed - not converted", "unqualified", "junk", "dead"),
    }

    def find(self, texts: Collection[str], source: str) -> dict[str, Any]:
        by_type: dict[str, int] = {}
        for row in self.rows():
            by_type.setdefault(row.type, row.pk)
        known = {fold(word): by_type[kind] for kind, words in self.words.items() if kind in by_type for word in words}
        return {text: known[fold(text)] for text in texts if fold(text) in known} | super().find(texts, source)


class ReasonLookup(LabelLookup):
    """Lost reasons; to an import they are choices like any other, so it may add them."""

    noun, creates, model = "lost_reason", "option", LostReason

    def create(self, texts: list[str], *, by: "Actor") -> None:
        allowed = replace(by, capabilities=by.capabilities | {"process.manage"})
        for text in {fold(text): text for text in texts}.values():
            pipelines.add_reason({"en": text}, by=allowed)


for _key, _lookup in {"stage": StageLookup, "pipeline": PipelineLookup, "leadstatus": StatusLookup, "lostreason": ReasonLookup}.items():
    LOOKUPS.add(_key, _lookup)
