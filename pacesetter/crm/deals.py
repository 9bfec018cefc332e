"""Verbs on deals."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from django.db import transaction

from pacesetter.base import clock, fields, history, rates, settings
from pacesetter.base.models import User
from pacesetter.base.writes import Writes
from pacesetter.core.errors import Invalid, Refused, add_sentences
from pacesetter.core.labels import in_language, mark
from pacesetter.crm import changes as typed
from pacesetter.crm import pipelines
from pacesetter.crm.births import Columns, Prepared, instances, pick
from pacesetter.crm.models import Deal, LostReason, Stage
from pacesetter.crm.records import Changes, Shelf, put, refreshed

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

add_sentences({"exit_criteria": mark("{stage} is not finished: {missing}.")})


def _after(writes: Writes, deals: Sequence[Deal], per_row: Mapping[int, Changes]) -> None:
    """Typed history of whatever changed; a created deal's is written by `prepare_many`, which knows its dates."""
    renamed = {"archived_at": "archived"}
    known = {deal.pk: [renamed.get(key, key) for key in per_row[deal.pk]] for deal in deals}
    typed.of_deals(writes, deals, known, when=_true_since(per_row))


def _true_since(per_row: Mapping[int, Changes]) -> Callable[[Deal], dt.datetime]:
    """A closure typed in later holds since the day it names; everything else holds from now."""
    now, zone = clock.now(), clock.zone()

    def when(deal: Deal) -> dt.datetime:
        day = deal.closed_on if "closed_on" in per_row[deal.pk] else None
        return clock.noon(day, zone) if day and day != now.astimezone(zone).date() else now

    return when


SHELF = Shelf("deal", Deal, "deal.edit", after=_after, related=("stage__pipeline",))
history.UNDO.add("deal", SHELF.put_back)
assign_many = SHELF.assign_many
archive_many = SHELF.archive_many
restore_many = SHELF.restore_many


# creating ---------------------------------------------------------------------------------------
def prepare_many(
    rows: Iterable[Mapping[str, Any]],
    *,
    by: "Actor",
    facts: bool = False,
    batch: uuid.UUID | None = None,
    apart: frozenset[str] = frozenset(),
) -> Prepared[Deal]:
    """New deals, ready to be stored. With `facts` they come from another system with their own dates and outcomes, and no process rule applies.

    What the rows tell `apart` is the caller's.
    """
    rows = list(rows)
    birth = _Birth(facts)
    if not facts:
        for currency in {str(row.get("currency") or birth.currency) for row in rows}:
            rates.needed(currency)
        for row in rows:
            _refuse_fact_columns(row)
    whole = [row if "currency" in row else {"currency": birth.currency, **row} for row in rows]
    prepared = SHELF.prepare(whole, by=by, batch=batch, defaults=birth.complete, apart=apart)
    birth.told(prepared)
    return prepared


def create_many(rows: Iterable[Mapping[str, Any]], *, by: "Actor", facts: bool = False, batch: uuid.UUID | None = None) -> list[Deal]:
    """Store deals; `prepare_many` says how."""
    return prepare_many(rows, by=by, facts=facts, batch=batch).store()


def create(*, by: "Actor", **values: Any) -> Deal:
    """Open one deal today."""
    return create_many([values], by=by)[0]


def _refuse_fact_columns(row: Mapping[str, Any]) -> None:
    for key in row.keys() & {"status", "closed_on", "created_on", "lost_reason", "slips", "created_at"}:
        raise Invalid("read_only", field=key)


class _Birth:
    """Fills in what a new deal was not given."""

    def __init__(self, facts: bool) -> None:
        self.facts = facts
        self.currency = settings.get("company.currency")
        self.first = pipelines.first_stages()
        self.default = next(iter(self.first.values()), None)
        self.now, self.zone = clock.now(), clock.zone()
        self.today = self.now.astimezone(self.zone).date()
        self.stages = Stage.objects.in_bulk()

    def complete(self, columns: Columns) -> None:
        stages = [
            self.stages.get(pk) or self._first(pipeline) for pk, pipeline in zip(columns["stage_id"], columns["pipeline_id"], strict=True)
        ]
        columns |= {"stage_id": [stage.pk for stage in stages], "pipeline_id": [stage.pipeline_id for stage in stages]}
        columns["status"] = [stage.type for stage in stages]
        if not self.facts:
            self._obey(columns, stages)
        elif any(status != "open" and not day for status, day in zip(columns["status"], columns["closed_on"], strict=True)):
            raise Invalid("closed_without_date", field="closed_on")
        worth = zip(columns["annual_amount"], columns["amount"], columns["term_months"], strict=True)
        columns["annual_amount"] = [annual_of(amount, term) if annual is None else annual for annual, amount, term in worth]
        dates = zip(columns["stage_since"], self._days(columns), strict=True)
        columns["stage_since"] = [since or (self.noon(day) if day else self.now) for since, day in dates]

    def _first(self, pipeline: int | None) -> Stage:
        stage = self.first.get(pipeline, self.default) if pipeline else self.default
        if stage is None:
            raise Invalid("required", field="stage")
        return stage

    def _obey(self, columns: Columns, stages: Sequence[Stage]) -> None:
        for stage in stages:
            if stage.type != "open":
                raise Invalid("closed_stage", field="stage", stage=label_of(stage))
        for deal, stage in zip(instances(Deal, columns), stages, strict=True):
            pipelines.check_required(deal, stage)
        columns["created_on"] = [self.today] * len(stages)

    def told(self, prepared: Prepared[Deal]) -> None:
        """What was known when a deal began, and, for one that comes in closed, what its closure said."""
        columns, began = prepared.columns, typed.names_of(("pipeline", "type", "currency", "owner", "status"), typed.DEAL_COLUMNS)
        days = zip(columns["closed_on"], columns["created_on"], strict=True)
        closed = pick(columns, (at for at, (ended, created) in enumerate(days) if ended and created))
        count = len(closed["id"])
        since = [self.noon(day) for day in closed["created_on"]]
        typed.of_deal_columns(prepared.writes, closed | {"status": ["open"] * count}, [began] * count, since)
        known = [self.now if day is None or day == self.today else self.noon(day) for day in self._days(columns)]
        whole = typed.names_of(typed.DEAL_COLUMNS, typed.DEAL_COLUMNS)
        typed.of_deal_columns(prepared.writes, columns, [whole] * len(known), known)

    def _days(self, columns: Columns) -> list[dt.date | None]:
        """The day on which what is known of a deal was true: when it closed, else when it began."""
        return [ended or created for ended, created in zip(columns["closed_on"], columns["created_on"], strict=True)]

    def noon(self, day: dt.date) -> dt.datetime:
        """Midday of a day in the company's zone."""
        return clock.noon(day, self.zone)


def annual_of(amount: int | None, term_months: int | None) -> int | None:
    """The annual value of a total: the total itself without a term or up to a year, else its twelve-month share."""
    return amount if amount is None or not term_months or term_months <= 12 else round(amount * 12 / term_months)


def label_of(stage: Stage) -> str:
    """A stage's name for a refusal."""
    return in_language(stage.label, "en")


# editing ----------------------------------------------------------------------------------------
def edit_many(
    deals: Sequence[Deal], *, by: "Actor", version: int | None = None, batch: uuid.UUID | None = None, **changes: Any
) -> list[Deal]:
    """Change fields of deals; moving an open deal's close date to a later day counts as a slip."""
    if changes.get("currency"):
        rates.needed(str(changes["currency"]))
    return SHELF.edit_many(deals, by=by, version=version, batch=batch, adjust=_follow, **changes)


def edit_each(pairs: Sequence[tuple[Deal, Mapping[str, Any]]], *, by: "Actor", batch: uuid.UUID | None = None) -> list[Deal]:
    """Change deals, each in its own way."""
    return SHELF.edit_each(pairs, by=by, batch=batch, adjust=_follow)


def edit(deal: Deal, *, by: "Actor", version: int | None = None, **changes: Any) -> Deal:
    """Change fields of one deal."""
    return refreshed(deal, edit_many([deal], by=by, version=version, **changes)[0])


def _follow(deal: Deal, known: Mapping[str, fields.Field], wanted: dict[str, Any]) -> None:
    """What an edit brings along: the annual value follows the amount, a later close date is a slip."""
    if "amount" in wanted and deal.lines.exists():
        raise Invalid("amount_from_lines", field="amount")
    if "amount" in wanted or "term_months" in wanted:
        follow_amount(deal, wanted)
    new = wanted.get("close_date")
    if new and deal.status == "open" and deal.close_date and new > deal.close_date:
        wanted["slips"] = deal.slips + 1


def follow_amount(deal: Deal, wanted: dict[str, Any]) -> None:
    """A derived annual value follows the amount or the term that is wanted."""
    derived = deal.annual_amount == annual_of(deal.amount, deal.term_months)
    if derived and "annual_amount" not in wanted:
        wanted["annual_amount"] = annual_of(wanted.get("amount", deal.amount), wanted.get("term_months", deal.term_months))


# moving -----------------------------------------------------------------------------------------
@transaction.atomic
def move_each(pairs: Sequence[tuple[Deal, Stage]], *, by: "Actor", batch: uuid.UUID | None = None) -> list[Deal]:
    """Move open deals, each to another open stage of its pipeline, if the pipeline's rules allow it."""
    fresh = locked_for([deal for deal, _ in pairs], by, "deal.edit", status="open")
    known = fields.of("deal")
    per_row: dict[int, Changes] = {}
    for deal, (_, to) in zip(fresh, pairs, strict=True):
        if to.type != "open":
            raise Refused("closed_stage", stage=label_of(to))
        moved = deal.stage_id != to.pk
        if moved:
            pipelines.check_move(deal, to)
        per_row[deal.pk] = put(deal, {"stage": to.pk, "stage_since": clock.now()}, known) if moved else {}
    return SHELF.store(fresh, per_row, "deal.moved", by=by, batch=batch)


def move_stage_many(deals: Sequence[Deal], *, to: Stage, by: "Actor", batch: uuid.UUID | None = None) -> list[Deal]:
    """Move open deals to the same open stage."""
    return move_each([(deal, to) for deal in deals], by=by, batch=batch)


def move_stage(deal: Deal, *, to: Stage, by: "Actor") -> Deal:
    """Move one open deal to another open stage."""
    return refreshed(deal, move_stage_many([deal], to=to, by=by)[0])


@dataclass(frozen=True)
class Closure:
    """How one deal ended; a lost one needs a reason."""

    deal: Deal
    outcome: Literal["won", "lost"]
    on: dt.date | None = None
    reason: LostReason | None = None
    note: str = ""
    competitor: str = ""


def close_won(deal: Deal, *, by: "Actor", on: dt.date | None = None) -> Deal:
    """Close a deal as won."""
    return refreshed(deal, close_many([Closure(deal, "won", on)], by=by)[0])


def close_lost(
    deal: Deal, *, reason: LostReason | None, by: "Actor", on: dt.date | None = None, note: str = "", competitor: str = ""
) -> Deal:
    """Close a deal as lost; a reason is asked for."""
    return refreshed(deal, close_many([Closure(deal, "lost", on, reason, note, competitor)], by=by)[0])


@transaction.atomic
def close_many(closures: Sequence[Closure], *, by: "Actor", batch: uuid.UUID | None = None) -> list[Deal]:
    """Close deals, each with its own outcome and day."""
    closed: list[Deal] = []
    for outcome in ("won", "lost"):
        some = [closure for closure in closures if closure.outcome == outcome]
        fresh = locked_for([closure.deal for closure in some], by, "deal.close", status="open")
        known = fields.of("deal")
        stages = {pk: pipelines.closing_stage(pk, outcome) for pk in {deal.pipeline_id for deal in fresh}}
        endings = [_ending(deal, closure, stages[deal.pipeline_id]) for deal, closure in zip(fresh, some, strict=True)]
        per_row = {deal.pk: put(deal, ending, known) for deal, ending in zip(fresh, endings, strict=True)}
        closed += SHELF.store(fresh, per_row, f"deal.{outcome}", by=by, batch=batch)
    rank = {closure.deal.pk: at for at, closure in enumerate(closures)}
    return sorted(closed, key=lambda deal: rank[deal.pk])


def _ending(deal: Deal, closure: Closure, stage: Stage) -> dict[str, Any]:
    """The values of a closed deal, after checking the day, the reason and what the closing stage needs."""
    day = closure.on or clock.today()
    if day > clock.today():
        raise Invalid("closed_in_future", field="on", day=day)
    if deal.created_on and day < deal.created_on:
        raise Invalid("closed_before_created", field="on", closed=day, created=deal.created_on)
    if closure.outcome == "lost" and closure.reason is None:
        raise Invalid("reason_needed", field="reason")
    pipelines.check_required(deal, stage)
    values: dict[str, Any] = {"stage": stage.pk, "status": closure.outcome, "closed_on": day, "stage_since": clock.now()}
    if closure.reason:
        values |= {"lost_reason": closure.reason.pk, "lost_note": closure.note}
    return values | ({"competitor": closure.competitor} if closure.competitor else {})


@transaction.atomic
def reopen(deal: Deal, *, by: "Actor", to: Stage | None = None) -> Deal:
    """Open a closed deal again, in the stage it was closed from unless another one is named."""
    fresh = locked_for([deal], by, "deal.close")[0]
    if fresh.status == "open":
        raise Refused("not_closed", name=fresh.name)
    stage = to or pipelines.stage_before_closing(fresh)
    values = {"stage": stage.pk, "status": "open", "closed_on": None, "lost_reason": None, "lost_note": "", "stage_since": clock.now()}
    per_row = {fresh.pk: put(fresh, values, fields.of("deal"))}
    return refreshed(deal, SHELF.store([fresh], per_row, "deal.reopened", by=by)[0])


def locked_for(deals: Sequence[Deal], by: "Actor", capability: str, status: str = "") -> list[Deal]:
    """The deals as they are now, locked; refused to who may not, for archived ones and for those of another status."""
    fresh = SHELF.locked(deals)
    by.require(capability, *fresh)
    for deal in fresh:
        if deal.archived_at:
            raise Refused("archived", name=deal.name)
        if status and deal.status != status:
            raise Refused("already_closed", name=deal.name)
    return fresh


def assign(deal: Deal, *, to: User | None, by: "Actor") -> Deal:
    """Give one deal to another owner."""
    return refreshed(deal, assign_many([deal], to=to, by=by)[0])


def archive(deal: Deal, *, by: "Actor") -> Deal:
    """Hide one deal."""
    return refreshed(deal, archive_many([deal], by=by)[0])


def restore(deal: Deal, *, by: "Actor") -> Deal:
    """Bring one archived deal back."""
    return refreshed(deal, restore_many([deal], by=by)[0])


@transaction.atomic
def tick_criterion(deal: Deal, *, key: str, met: bool, by: "Actor") -> Deal:
    """Say that an exit criterion of the deal's process is met, or no longer is."""
    fresh = locked_for([deal], by, "deal.edit", status="open")[0]
    ticked = sorted(set(fresh.criteria_met) | {key} if met else set(fresh.criteria_met) - {key})
    per_row = {fresh.pk: put(fresh, {"criteria_met": ticked}, {})}
    return refreshed(deal, SHELF.store([fresh], per_row, "deal.edited", by=by)[0])
