"""Counts and sums of deals in company currency, straight from the database while few rows match."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet, Sum

from pacesetter.base.rates import Converter


@dataclass
class Totals:
    """How many deals, their amounts, and those weighted by stage probability; `unconverted` lacked a rate."""

    count: int = 0
    total: int = 0
    weighted: int = 0
    with_amount: int = 0
    unconverted: int = 0

    @property
    def average(self) -> int | None:
        return self.total // self.with_amount if self.with_amount else None

    def add(self, row: dict[str, Any], converter: Converter, on: dt.date) -> None:
        """Count one (stage, currency) group."""
        self.count += row["n"]
        total = converter.minor(row["sum"] or 0, row["currency"], on)
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


def by_stage(rows: QuerySet[Any], on: dt.date) -> dict[int, Totals]:
    """One total per stage id: the heads of a board."""
    totals: dict[int, Totals] = {}
    converter = Converter()
    for row in _groups(rows):
        totals.setdefault(row["stage_id"], Totals()).add(row, converter, on)
    return totals


def _groups(rows: QuerySet[Any]) -> Any:
    groups = rows.order_by().values("stage_id", "currency", "stage__probability")
    return groups.annotate(n=Count("pk"), amounts=Count(F("amount")), sum=Sum("amount"))
