"""What another system remembers of our deals: told changes with their own dates, and the frame that an import draws around them.

A deal that an import created began with a guess: its values of today, on the day it was created and the day it closed. Once its
history is told, that guess gives way to a frame: what no history tells holds since the beginning, and what is different
today from the last told value holds since now.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction

from pacesetter.base import clock, fields, history
from pacesetter.base.guards import redrawing
from pacesetter.base.models import HistoryEntry
from pacesetter.crm import deals
from pacesetter.crm.changes import DEAL_COLUMNS
from pacesetter.crm.models import Deal, DealChange, Stage
from pacesetter.crm.records import put

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

NOUN = "deal_history"
CHUNK = 500
FIELDS = ("stage", "pipeline", "amount", "close_date", "category", "owner")
STAGE = ("stage", "pipeline", "status")
ATTRIBUTES = {key: f"{key}_id" if key in ("stage", "pipeline", "owner") else key for key in DEAL_COLUMNS}


class _Ground:
    """What every row of a chunk needs to know, asked for once."""

    def __init__(self) -> None:
        self.now, self.zone = clock.now(), clock.zone()
        self.stages = Stage.objects.in_bulk()
        self._noons: dict[dt.date, dt.datetime] = {}

    def noon(self, day: dt.date) -> dt.datetime:
        if day not in self._noons:
            self._noons[day] = clock.noon(day, self.zone)
        return self._noons[day]

    def day(self, at: dt.datetime) -> dt.date:
        return at.astimezone(self.zone).date()


@transaction.atomic
def tell_many(rows: Sequence[Mapping[str, Any]], *, by: "Actor") -> list[int]:
    """Store told changes: `deal`, `at`, and values after by field key; `before_…` are values that held until then. Returns their ids."""
    known, ground = Deal.objects.in_bulk({row["deal"] for row in rows}), _Ground()
    by.require("deal.edit", *known.values())
    told = [_told(known[row["deal"]], row["at"], {key: row[key] for key in FIELDS if key in row}, ground) for row in rows]
    earlier = list(_earlier(rows, known, ground))
    DealChange.objects.bulk_create([*told, *earlier], batch_size=500)
    history.record_many(NOUN, [(change.pk, {}) for change in [*told, *earlier]], f"{NOUN}.created", by=by)
    changes = _told_of(known.values())
    _close_as_told(known.values(), changes, ground, by)
    _frame(list(known.values()), changes, ground)
    return [change.pk for change in told]


def _told(deal: Deal, at: dt.datetime, values: Mapping[str, Any], ground: _Ground) -> DealChange:
    change = DealChange(deal_id=deal.pk, occurred_at=at, recorded_at=ground.now, origin="told", fields=sorted(values))
    for key, value in values.items():
        setattr(change, ATTRIBUTES[key], value if value is not None or key in ("amount", "close_date", "owner") else "")
    if values.get("stage"):
        stage = ground.stages[values["stage"]]
        change.pipeline_id, change.status = stage.pipeline_id, stage.type
        change.fields = sorted({*change.fields, *STAGE})
    if "amount" in values and deal.annual_amount == deals.annual_of(deal.amount, deal.term_months):
        change.annual_amount = deals.annual_of(values["amount"], deal.term_months)
        change.fields = sorted({*change.fields, "annual_amount"})
    return change


def _earlier(rows: Iterable[Mapping[str, Any]], known: Mapping[int, Deal], ground: _Ground) -> Iterable[DealChange]:
    """What the first change of a field says held before it, since the deal was created."""
    firsts: dict[tuple[int, str], Mapping[str, Any]] = {}
    for row in rows:
        for key in FIELDS:
            first = firsts.get((row["deal"], key))
            if f"before_{key}" in row and (first is None or row["at"] < first["at"]):
                firsts[row["deal"], key] = row
    for (pk, key), row in firsts.items():
        deal = known[pk]
        since = ground.noon(deal.created_on) if deal.created_on else row["at"]
        there = DealChange.objects.filter(deal_id=pk, origin="told", occurred_at__lt=row["at"])
        if since < row["at"] and not any(key in one.fields for one in there):
            yield _told(deal, since, {key: row[f"before_{key}"]}, ground)


def _close_as_told(known: Iterable[Deal], told: Sequence[DealChange], ground: _Ground, by: "Actor") -> None:
    """A deal that its history closes before its close date was closed then."""
    ends: dict[int, dt.date] = {}
    for change in told:
        if "status" in change.fields:
            if change.status == "open":
                ends.pop(change.deal_id, None)
            else:
                ends.setdefault(change.deal_id, ground.day(change.occurred_at))
    sooner = [deal for deal in known if deal.closed_on and deal.pk in ends and ends[deal.pk] < deal.closed_on]
    if sooner:
        per_row = {deal.pk: put(deal, {"closed_on": ends[deal.pk]}, fields.of("deal")) for deal in sooner}
        deals.SHELF.changed(sooner, per_row, "deal.updated", by=by).store()


def _told_of(some: Iterable[Deal]) -> list[DealChange]:
    return list(DealChange.objects.filter(deal_id__in=[deal.pk for deal in some], origin="told").order_by("occurred_at", "id"))


# the frame --------------------------------------------------------------------------------------
def _frame(some: Sequence[Deal], told: Sequence[DealChange], ground: _Ground) -> None:
    """Draw the frame of deals that an import created anew, in the place of what it had concluded so far."""
    by_deal: dict[int, list[DealChange]] = defaultdict(list)
    for change in told:
        by_deal[change.deal_id].append(change)
    old = _concluded(some)
    drawn = [change for deal in some if deal.pk in old for change in _drawn(deal, by_deal[deal.pk], ground)]
    _forget([pk for ids in old.values() for pk in ids])
    DealChange.objects.bulk_create([change for change in drawn if change.fields], batch_size=500)
    history.mark_dirty("deal", [deal.pk for deal in some])


def _forget(ids: Sequence[int]) -> None:
    """Delete changes that were concluded or told."""
    with redrawing(DealChange):
        for start in range(0, len(ids), CHUNK):
            DealChange.objects.filter(pk__in=ids[start : start + CHUNK]).delete()


def _concluded(some: Sequence[Deal]) -> dict[int, list[int]]:
    """Ids of the changes that an import concluded: its frame, or else what it wrote when it created the deal."""
    ids = [deal.pk for deal in some]
    created = HistoryEntry.objects.filter(noun="deal", object_id__in=ids, kind="deal.created", via="import")
    born = {pk: 2 if {"closed_on", "created_on"} <= changes.keys() else 1 for pk, changes in created.values_list("object_id", "changes")}
    found: dict[int, list[int]] = {pk: [] for pk in born}
    for change in DealChange.objects.filter(deal_id__in=born, origin="frame").order_by("id"):
        found[change.deal_id].append(change.pk)
    unframed = [pk for pk, ids in found.items() if not ids]
    for change in DealChange.objects.filter(deal_id__in=unframed, origin="").order_by("id"):
        if len(found[change.deal_id]) < born[change.deal_id]:
            found[change.deal_id].append(change.pk)
    return found


def _drawn(deal: Deal, told: Sequence[DealChange], ground: _Ground) -> Iterable[DealChange]:
    """What holds beside the told changes; without any, the deal's values since it was created, and closed since it closed."""
    covered = {key for change in told for key in change.fields}
    rest = [key for key in DEAL_COLUMNS if key not in covered]
    since = _beginning(deal, told, ground)
    if "stage" in rest and deal.closed_on:
        began = set(rest) & {"pipeline", "type", "currency", "owner", "status"}
        yield _framed(deal, since, began, ground, status="open")
        yield _framed(deal, max(since, ground.noon(deal.closed_on)), set(rest), ground)
    else:
        yield _framed(deal, since, set(rest), ground)
    different = {key for key in covered if _last(told, key) != getattr(deal, ATTRIBUTES[key])}
    yield _framed(deal, ground.now, different, ground)


def _beginning(deal: Deal, told: Sequence[DealChange], ground: _Ground) -> dt.datetime:
    """The creation, or the first told change where it is no later than that day."""
    if deal.created_on is None:
        return told[0].occurred_at if told else ground.now
    noon = ground.noon(deal.created_on)
    return told[0].occurred_at if told and ground.day(told[0].occurred_at) <= deal.created_on else noon


def _last(told: Sequence[DealChange], key: str) -> Any:
    return next(getattr(change, ATTRIBUTES[key]) for change in reversed(told) if key in change.fields)


def _framed(deal: Deal, at: dt.datetime, keys: set[str], ground: _Ground, **instead: Any) -> DealChange:
    change = DealChange(deal_id=deal.pk, occurred_at=at, recorded_at=ground.now, origin="frame", fields=sorted(keys))
    for key, attribute in ATTRIBUTES.items():
        if key != "archived":
            setattr(change, attribute, instead.get(key, getattr(deal, attribute)))
    change.archived = deal.archived_at is not None
    return change


@transaction.atomic
def forget_many(ids: Iterable[int], *, by: "Actor") -> None:
    """Take told changes away again; their deals' frames are drawn without them."""
    rows = DealChange.objects.filter(pk__in=list(ids), origin="told")
    known = list(Deal.objects.filter(pk__in=rows.values("deal_id")))
    _forget(list(rows.values_list("pk", flat=True)))
    _frame(known, _told_of(known), _Ground())
