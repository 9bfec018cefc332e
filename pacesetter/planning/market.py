"""Verbs on market series: values of months with the day on which they became known."""

import datetime as dt
import math
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction

from pacesetter.base import clock, history
from pacesetter.base.models import HistoryEntry
from pacesetter.core.errors import Conflict, Invalid, NotFound, add_sentences
from pacesetter.core.forecasting.histories import day_number
from pacesetter.core.forecasting.series.markets import Market
from pacesetter.core.labels import mark
from pacesetter.core.periods import add_months, containing, span
from pacesetter.core.text import fold
from pacesetter.planning.models import MarketSeries, MarketValue

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

add_sentences(
    {
        "not_a_month": mark("{value} is no month. A market series has one value a month: give a month such as 2026-03, or its first or last day."),
        "known_before": mark("What {month} brought cannot have been known on {day}, before it began."),
        "not_a_path": mark("{value} is no path. Leave it empty for what came, or say base, high or low for what is expected."),
    }
)  # fmt: skip
CAME, BASE = "", "base"
PATHS = (CAME, BASE, "high", "low")
DAY = dt.timedelta(days=1)


def month_of(day: dt.date) -> dt.date:
    """The month whose first or last day is given, by its first; refused for any other day."""
    month = containing(day, "month")
    if day not in (month.since, month.last):
        raise Invalid("not_a_month", value=day)
    return month.since


def known_by_default(month: dt.date, path: str) -> dt.date:
    """What came is known when its month is over, what is expected when somebody says it."""
    return clock.today() if path else add_months(month, 1) - DAY


@transaction.atomic
def put_many(rows: Iterable[Mapping[str, Any]], *, by: "Actor", batch: uuid.UUID | None = None) -> list[MarketValue]:
    """State values: each row holds series (its name), month and value, and perhaps unit, path and known_on."""
    by.require("target.set")
    return [_put(by=by, batch=batch, **row) for row in rows]


def _put(
    *, series: str, month: dt.date, value: float, by: "Actor", batch: uuid.UUID | None = None, unit: str = "", path: str = CAME,
    known_on: dt.date | None = None,
) -> MarketValue:  # fmt: skip
    check(month, path, known_on)
    if not math.isfinite(value):
        raise Invalid("wrong_type", field="value", value=value, type="number")
    row = _series(series, unit, by, batch)
    key: dict[str, Any] = {"series": row, "month": month_of(month), "path": path, "known_on": known_on or known_by_default(month, path)}
    before = MarketValue.objects.filter(**key).values_list("value", flat=True).first()
    told, _ = MarketValue.objects.update_or_create(**key, defaults={"value": value, "brought_at": clock.now(), "brought_by_id": by.user_id})
    if before != value:
        data = {"series": row.pk, "name": row.name, "month": told.month.isoformat(), "path": path, "known_on": told.known_on.isoformat()}
        history.record(told, "market_value.set", by=by, batch=batch, changes={"value": [before, value]}, data=data)
    return told


def check(month: dt.date, path: str, known_on: dt.date | None) -> None:
    """Refuse what cannot be: another path, a day inside a month, something known of a month before it began."""
    if path not in PATHS:
        raise Invalid("not_a_path", field="path", value=path)
    if path == CAME and known_on and known_on < month_of(month):
        raise Invalid("known_before", field="known_on", month=f"{month:%Y-%m}", day=known_on)


def _series(name: str, unit: str, by: "Actor", batch: uuid.UUID | None) -> MarketSeries:
    """The series of that name, made where there is none; a unit that is given stands."""
    if not name.strip():
        raise Invalid("required", field="series")
    if len(name.strip()) > 80 or len(unit) > 40:
        raise Invalid("too_long", field="series" if len(name.strip()) > 80 else "unit", limit=80 if len(name.strip()) > 80 else 40)
    row = MarketSeries.objects.filter(name_key=fold(name.strip())[:80]).first()
    if row is None:
        row = MarketSeries.objects.create(name=name.strip(), unit=unit)
    elif unit and unit != row.unit:
        history.record(row, "market_series.edited", by=by, batch=batch, changes={"unit": [row.unit, unit]})
        row.unit = unit
        row.save(update_fields=["unit"])
    return row


def may_see(by: "Actor") -> None:
    """Refuse those who neither see the whole company nor state what it is measured against."""
    if by.level != "all":
        by.require("target.set")


def find(pk: int) -> MarketSeries:
    """A series by its id."""
    row = MarketSeries.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound("not_found", noun=MarketSeries.NOUN, id=pk)
    return row


@transaction.atomic
def remove(series: MarketSeries, *, by: "Actor") -> None:
    """Take a series away with all its values."""
    by.require("target.set")
    values = [[one.month.isoformat(), one.path, one.value, one.known_on.isoformat()] for one in series.values.all()]
    data = {"name": series.name, "unit": series.unit, "values": values}
    history.record(series, "market_series.removed", by=by, changes={"name": [series.name, None]}, data=data)
    series.values.all().delete()
    series.delete()


@transaction.atomic
def bring_back(entry: HistoryEntry, *, by: "Actor") -> None:
    """State a series again that was taken away; refused where there is one of that name by now."""
    name, day = entry.data["name"], dt.date.fromisoformat
    if MarketSeries.objects.filter(name_key=fold(name)[:80]).exists():
        raise Conflict("undo_conflict", field="name")
    put_many(
        [
            {"series": name, "unit": entry.data["unit"], "month": day(month), "path": path, "value": value, "known_on": day(known)}
            for month, path, value, known in entry.data["values"]
        ],
        by=by,
    )


def _put_back(object_id: int, changes: history.Changes, *, by: "Actor") -> None:
    """Undo of one value, unless it changed again since; a series without values goes with it."""
    by.require("target.set")
    row = MarketValue.objects.select_related("series").filter(pk=object_id).first()
    before, after = changes["value"]
    if row is None or row.value != after:
        raise Conflict("undo_conflict", field="value")
    if before is not None:
        put_many([{"series": row.series.name, "month": row.month, "value": before, "path": row.path, "known_on": row.known_on}], by=by)
        return
    history.record(row, "market_value.removed", by=by, changes={"value": [after, None]})
    row.delete()
    if not row.series.values.exists():
        row.series.delete()


def _unit_back(object_id: int, changes: history.Changes, *, by: "Actor") -> None:
    """Undo of another unit, unless it changed again since."""
    by.require("target.set")
    row, (before, after) = find(object_id), changes["unit"]
    if row.unit != after:
        raise Conflict("undo_conflict", field="unit")
    row.unit = before
    row.save(update_fields=["unit"])
    history.record(row, "market_series.edited", by=by, changes={"unit": [after, before]})


history.UNDO.add(MarketValue.NOUN, _put_back)
history.UNDO.add(MarketSeries.NOUN, _unit_back)


@dataclass(frozen=True)
class Told:
    """A series as it is known today: months that came, those missing between them, months that are expected by path, and who brought the
    newest value when."""

    series: MarketSeries
    came: dict[dt.date, float]
    missing: list[dt.date]
    expected: dict[str, dict[dt.date, float]]
    brought_at: dt.datetime
    brought_by_id: int | None

    @property
    def first(self) -> dt.date | None:
        return min(self.came, default=None)

    @property
    def last(self) -> dt.date | None:
        return max(self.came, default=None)

    def plain(self) -> dict[str, Any]:
        """As JSON holds it: values by month."""
        values = {CAME: self.came, **self.expected}
        by_path = {path: {f"{month:%Y-%m}": value for month, value in sorted(told.items())} for path, told in values.items()}
        return {
            "id": self.series.pk,
            "name": self.series.name,
            "unit": self.series.unit,
            "values": by_path.pop(CAME),
            "expected": by_path,
            "missing": [f"{month:%Y-%m}" for month in self.missing],
            "brought_at": self.brought_at,
        }


def listed() -> list[Told]:
    """All series by name."""
    return [_told(one, list(one.values.all())) for one in MarketSeries.objects.prefetch_related("values")]


def _told(series: MarketSeries, values: Sequence[MarketValue]) -> Told:
    values = sorted(values, key=lambda one: (one.month, one.known_on))  # of one month the newest stands
    by_path = {path: {one.month: one.value for one in values if one.path == path} for path in PATHS}
    came = by_path.pop(CAME)
    months = span(min(came), add_months(max(came), 1)).parts("month") if came else ()
    newest = max(values, key=lambda one: one.brought_at)
    missing = [month.since for month in months if month.since not in came]
    return Told(series, came, missing, {path: told for path, told in by_path.items() if told}, newest.brought_at, newest.brought_by_id)


def markets(path: str = BASE) -> list[Market]:
    """All series as the engine reads them, by id, with what this path expects."""
    found: dict[int, list[MarketValue]] = {}
    for one in MarketValue.objects.filter(path__in=(CAME, path)).order_by("series_id", "month"):
        found.setdefault(one.series_id, []).append(one)
    return [_market(str(pk), values) for pk, values in found.items()]


def _market(name: str, values: Sequence[MarketValue]) -> Market:
    return Market(
        name,
        np.asarray([12 * (one.month.year - 1970) + one.month.month - 1 for one in values], dtype=np.int64),
        np.asarray([one.value for one in values]),
        np.asarray([day_number(one.known_on) + 1 for one in values], dtype=float),
        np.asarray([bool(one.path) for one in values]),
    )
