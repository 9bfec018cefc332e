"""Typed history of deals and leads: the one function for each that writes `DealChange` and `LeadChange`."""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from pacesetter.base import clock
from pacesetter.base.writes import Json, Writes
from pacesetter.crm.births import Columns
from pacesetter.crm.models import Deal, DealChange, Lead, LeadChange

DEAL_COLUMNS = ("pipeline", "stage", "status", "type", "amount", "annual_amount", "currency", "close_date", "category", "owner", "archived")
LEAD_COLUMNS = ("status", "owner", "team", "archived")
_DEAL = ("pipeline_id", "stage_id", "status", "type", "amount", "annual_amount", "currency", "close_date", "category", "owner_id")
_LEAD = ("status_id", "owner_id", "team_id")


def of_deals(
    writes: Writes, deals: Sequence[Deal], fields: Mapping[int, Iterable[str]], when: Callable[[Deal], dt.datetime] | None = None
) -> None:
    """Write the values after a change; `fields[deal.pk]` says which columns are known, `when` since when they held."""
    known = [(deal, named) for deal in deals if (named := _named(tuple(fields[deal.pk]), DEAL_COLUMNS)) != "[]"]
    some = [deal for deal, _ in known]
    since = [when(deal) for deal in some] if when else [clock.now()] * len(some)
    of_deal_columns(writes, _columns(some, _DEAL), [named for _, named in known], since)


def of_deal_columns(writes: Writes, columns: Columns, named: Sequence[Json], since: Sequence[dt.datetime]) -> None:
    """The same by column."""
    _write(writes, DealChange, {"deal_id": columns["id"], **{name: columns[name] for name in _DEAL}}, columns, named, since)


def of_leads(
    writes: Writes, leads: Sequence[Lead], fields: Mapping[int, Iterable[str]], when: Callable[[Lead], dt.datetime] | None = None
) -> None:
    """The same for leads."""
    known = [(lead, named) for lead in leads if (named := _named(tuple(fields[lead.pk]), LEAD_COLUMNS)) != "[]"]
    some = [lead for lead, _ in known]
    since = [when(lead) for lead in some] if when else [clock.now()] * len(some)
    of_lead_columns(writes, _columns(some, _LEAD), [named for _, named in known], since)


def of_lead_columns(writes: Writes, columns: Columns, named: Sequence[Json], since: Sequence[dt.datetime]) -> None:
    """The same by column."""
    _write(writes, LeadChange, {"lead_id": columns["id"], **{name: columns[name] for name in _LEAD}}, columns, named, since)


def _write(writes: Writes, model: Any, told: Columns, columns: Columns, named: Sequence[Json], since: Sequence[dt.datetime]) -> None:
    count = len(columns["id"])
    stamps = {"occurred_at": since, "recorded_at": [clock.now()] * count, "fields": named}
    writes.insert(model, {**told, **stamps, "archived": [at is not None for at in columns["archived_at"]]})


def _columns(records: Sequence[Any], names: tuple[str, ...]) -> Columns:
    return {name: [getattr(one, name) for one in records] for name in ("id", "archived_at", *names)}


def names_of(fields: Iterable[str], known: tuple[str, ...]) -> Json:
    """Which columns of a typed change are known, as its `fields` store it."""
    return _named(tuple(fields), known)


@lru_cache(maxsize=1000)
def _named(fields: tuple[str, ...], known: tuple[str, ...]) -> Json:
    return Json(json.dumps(sorted(set(fields) & set(known))))
