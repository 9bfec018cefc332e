"""Counts and sums of deals in company currency: straight from the database while few rows match, else from the extract."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, QuerySet, Sum

from pacesetter.base import counts
from pacesetter.base.rates import Converter
from pacesetter.crm.models import Stage

if TYPE_CHECKING:
    from pacesetter.base.listings import View

Group = dict[str, Any]


@dataclass
class Totals:
    """How many deals, their amounts, and those weighted by stage probability; `unconverted` lacked a rate.

    `as_of` is the instant of the extract that says so; with `more` there are more than the count says, and no sums.
    """

    count: int = 0
    total: int = 0
    weighted: int = 0
    with_amount: int = 0
    unconverted: int = 0
    as_of: dt.datetime | None = None
    more: bool = False

    @property
    def average(self) -> int | None:
        return self.total // self.with_amount if self.with_amount else None

    def add(self, row: Group, converter: Converter, on: dt.date) -> None:
        """Count one (stage, currency) group."""
        self.count += row["n"]
        total = converter.minor(int(row["sum"] or 0), row["currency"] or "", on)
        if total is None:
            self.unconverted += row["amounts"]
            return
        self.with_amount += row["amounts"]
        self.total += total
        self.weighted += total * row["stage__probability"] // 100


def of(rows: QuerySet[Any], on: dt.date, converter: Converter | None = None) -> Totals:
    """One sum bar; several of one page share a converter."""
    totals, converter = Totals(), converter or Converter()
    for row in _groups(rows):
        totals.add(row, converter, on)
    return totals


def of_view(view: "View", on: dt.date) -> Totals:
    """The sum bar of a list."""
    rows, as_of = _of_view(view)
    if rows is None:
        return Totals(view.cap, more=True)
    totals, converter = Totals(as_of=as_of), Converter()
    for row in rows:
        totals.add(row, converter, on)
    return totals


def by_stage(view: "View", on: dt.date) -> dict[int, Totals] | None:
    """One total per stage id, the heads of a board; None where nobody counted so many."""
    rows, as_of = _of_view(view)
    if rows is None:
        return None
    totals: dict[int, Totals] = {}
    converter = Converter()
    for row in rows:
        totals.setdefault(row["stage_id"], Totals(as_of=as_of)).add(row, converter, on)
    return totals


def _of_view(view: "View") -> tuple[list[Group] | None, dt.datetime | None]:
    """Groups of a list's rows, and the instant of the extract where that had to be asked."""
    if view.few is not None:
        return list(_groups(view.brief)), None
    told = counts.tell(view, ("stage", "currency"), "amount")
    if told is None:
        return None, None
    chances = dict(Stage.objects.values_list("pk", "probability"))
    return [
        {**row, "stage_id": row["stage"], "amounts": row["filled"], "stage__probability": chances[row["stage"]]} for row in told.rows
    ], told.as_of


def _groups(rows: QuerySet[Any]) -> "QuerySet[Any, Group]":
    groups = rows.order_by().values("stage_id", "currency", "stage__probability")
    return groups.annotate(n=Count("pk"), amounts=Count(F("amount")), sum=Sum("amount"))
