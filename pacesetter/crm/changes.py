"""Typed history of deals and leads: the one function for each that writes `DealChange` and `LeadChange`."""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from pacesetter.base import clock
from pacesetter.base.writes import Json, Writes
from pacesetter.crm.models import Deal, DealChange, Lead, LeadChange

DEAL_COLUMNS = ("pipeline", "stage", "status", "type", "amount", "annual_amount", "currency", "close_date", "category", "owner", "archived")
LEAD_COLUMNS = ("status", "owner", "team", "archived")
_DEAL = ("pipeline_id", "stage_id", "status", "type", "amount", "annual_amount", "currency", "close_date", "category", "owner_id")
_LEAD = ("status_id", "owner_id", "team_id")
_SHARED = ("occurred_at", "recorded_at", "fields", "archived")


def of_deals(
    writes: Writes, deals: Sequence[Deal], fields: Mapping[int, Iterable[str]], when: Callable[[Deal], dt.datetime] | None = None
) -> None:
    """Write the values after a change; `fields[deal.pk]` says which columns are known, `when` since when they held."""
    rows = _rows(deals, fields, DEAL_COLUMNS, _DEAL, when)
    writes.insert(DealChange, ("deal_id", *_SHARED, *_DEAL), rows)


def of_leads(
    writes: Writes, leads: Sequence[Lead], fields: Mapping[int, Iterable[str]], when: Callable[[Lead], dt.datetime] | None = None
) -> None:
    """The same for leads."""
    writes.insert(LeadChange, ("lead_id", *_SHARED, *_LEAD), _rows(leads, fields, LEAD_COLUMNS, _LEAD, when))


def _rows(
    records: Sequence[Any], fields: Mapping[int, Iterable[str]], known: tuple[str, ...], columns: tuple[str, ...], when: Any
) -> list[tuple[Any, ...]]:
    now, rows = clock.now(), []
    for one in records:
        named = _named(tuple(fields[one.pk]), known)
        if named != "[]":
            values = [getattr(one, column) for column in columns]
            rows.append((one.pk, when(one) if when else now, now, named, one.archived_at is not None, *values))
    return rows


@lru_cache(maxsize=1000)
def _named(fields: tuple[str, ...], known: tuple[str, ...]) -> Json:
    return Json(json.dumps(sorted(set(fields) & set(known))))
