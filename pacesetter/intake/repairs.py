"""Proposals for texts that stand for nothing: another spelling, a stage of our own, a new person, choice or record."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import fuzz, process

from pacesetter.base import loaders
from pacesetter.base.loaders import Lookup
from pacesetter.core.errors import add_sentences
from pacesetter.core.labels import mark
from pacesetter.core.text import fold
from pacesetter.intake import offers
from pacesetter.intake.headers import squash
from pacesetter.intake.models import ImportFile, Mapping, Repair
from pacesetter.intake.profiles import Profile, of_source
from pacesetter.intake.resolve import Resolver
from pacesetter.intake.rows import Cell, Plan

add_sentences(
    {
        "only_signs_differ": mark("Only spaces, signs or capitals differ from {name}."),
        "near_name": mark("The only name near it is {name}."),
        "trade_word": mark("Stage names of the source, in their usual order."),
        "list_price": mark("These open deals carry no amount. The list price of their product can stand in as an estimate."),
        "new_person": mark("Nobody here has these names. They become owners who may not sign in."),
        "new_option": mark("These choices are not on the list yet."),
        "new_field": mark("The other system's own column “{label}” has no field here yet. It can get one ({type})."),
        "new_record": mark("No {noun} has these names yet."),
    }
)
NEAR = 88
CLEARLY = 4  # points by which the best spelling must beat the second
SUGGESTED = 20_000


@dataclass
class Proposal:
    """A repair about to be stored."""

    cell: Cell
    kind: str
    code: str
    values: list[dict[str, Any]] = field(default_factory=list)
    params: dict[str, Any] = field(default_factory=dict)

    def add(self, text: str, to: Any, label: str, rows: int) -> None:
        self.values.append({"from": text, "to": to, "label": label, "rows": rows})

    @property
    def rows(self) -> int:
        return sum(one["rows"] for one in self.values)


def propose(plan: Plan, texts: dict[str, Counter[str]], resolver: Resolver) -> list[Repair]:
    """Store the proposals for one file and hand them to the resolver; decisions made before are kept."""
    proposals = [one for cell in plan.cells if cell.slot.lookup for one in _for_cell(cell, texts[cell.slot.key], resolver)]
    repairs = [_repair(plan.file, proposal) for proposal in proposals] + offers.repairs(plan.file)
    _decide_as_before(plan.file, repairs)
    plan.file.repairs.exclude(kind__in=("estimate", "gone", "alike")).delete()
    Repair.objects.bulk_create(repairs)
    resolver.take_repairs(repairs)
    return repairs


def propose_estimates(plan: Plan) -> None:
    """Offer to fill gaps from our own records; never applied by "accept all"."""
    kept = {repair.field: repair for repair in plan.file.repairs.filter(kind="estimate")}
    for key in kept.keys() - plan.gaps.keys():
        kept[key].delete()
    for key, rows in plan.gaps.items():
        repair = kept.get(key) or Repair(
            file=plan.file, column=plan.columns.get(key, ""), field=key, kind="estimate", code="list_price", optional=True
        )
        repair.rows, repair.values = rows, [{"from": "", "to": "", "label": plan.slots[key].label, "rows": rows}]
        repair.save()


def _for_cell(cell: Cell, texts: Counter[str], resolver: Resolver) -> Iterator[Proposal]:
    lookup = loaders.lookup(cell.slot.lookup)
    found = resolver.find(cell.slot.lookup, texts)
    unknown = [text for text, _ in texts.most_common() if text not in found]
    if not unknown:
        return
    known = lookup.propose(unknown)
    if known:
        stages = Proposal(cell, "stage", "trade_word")
        for text, to in known.items():
            stages.add(text, to.id, to.label, texts[text])
        yield stages
    rest = [text for text in unknown if text not in known]
    near = _near(lookup, rest, resolver)
    for text, (label, code) in near.items():
        proposal = Proposal(cell, "near", code, params={"name": label})
        proposal.add(text, label, label, texts[text])
        yield proposal
    yield from _new(cell, lookup, {text: texts[text] for text in rest if text not in near}, of_source(resolver.source))


def _near(lookup: Lookup, texts: list[str], resolver: Resolver) -> dict[str, tuple[str, str]]:
    """The one name each text is a slip of, and why we think so."""
    labels = [one.label for one in lookup.all()[:SUGGESTED]] + resolver.offered(lookup.noun)
    by_key = {squash(label): label for label in reversed(labels)}
    out = {}
    for text in texts:
        key = squash(text)
        if key in by_key:
            out[text] = (by_key[key], "only_signs_differ")
            continue
        best = process.extract(key, by_key.keys(), scorer=fuzz.ratio, limit=2, score_cutoff=NEAR)
        if best and len(key) > 3 and (len(best) == 1 or best[0][1] - best[1][1] >= CLEARLY):
            out[text] = (by_key[best[0][0]], "near_name")
    return out


def _new(cell: Cell, lookup: Lookup, texts: dict[str, int], profile: Profile | None) -> Iterator[Proposal]:
    if not texts or not lookup.creates:
        return
    proposal = Proposal(cell, lookup.creates, f"new_{lookup.creates}", params={"noun": lookup.noun})
    for text, rows in texts.items():
        if lookup.creates != "record" or not (profile and profile.is_id(text)):  # an id is no name for a record
            proposal.add(text, text, text, rows)
    if proposal.values:
        yield proposal


def _repair(file: ImportFile, one: Proposal) -> Repair:
    return Repair(
        file=file,
        column=one.cell.column,
        field=one.cell.slot.key,
        kind=one.kind,
        values=one.values,
        rows=one.rows,
        code=one.code,
        params=one.params,
    )


def _decide_as_before(file: ImportFile, repairs: list[Repair]) -> None:
    """What was decided in this import stands; what was accepted for the same layout earlier is accepted again."""
    earlier = {(one.column, one.kind): one for one in file.repairs.all() if one.decision and one.kind != "near"}
    earlier_near = {(one.column, one.values[0]["from"]): one for one in file.repairs.filter(kind="near").exclude(decision="")}
    remembered = _remembered(file)
    for repair in repairs:
        before = (
            earlier_near.get((repair.column, repair.values[0]["from"]))
            if repair.kind == "near"
            else earlier.get((repair.column, repair.kind))
        )
        if before and {one["from"] for one in repair.values} <= {one["from"] for one in before.values}:
            chosen = {one["from"]: one for one in before.values}
            repair.decision = before.decision
            repair.values = [chosen[one["from"]] | {"rows": one["rows"]} for one in repair.values]
        elif all(remembered.get(repair.field, {}).get(fold(one["from"])) == one["to"] for one in repair.values):
            repair.decision = "accepted"
            repair.params = {**repair.params, "remembered": True}


def _remembered(file: ImportFile) -> dict[str, dict[str, Any]]:
    row = Mapping.objects.filter(signature=file.facts.get("signature", "")).first()
    return row.values if row else {}
