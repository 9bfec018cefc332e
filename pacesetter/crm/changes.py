"""Typed history of deals and leads: the one function for each that writes `DealChange` and `LeadChange`."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from pacesetter.base import clock
from pacesetter.crm.models import Deal, DealChange, Lead, LeadChange

DEAL_COLUMNS = ("pipeline", "stage", "status", "type", "amount", "annual_amount", "currency", "close_date", "category", "owner", "archived")
LEAD_COLUMNS = ("status", "owner", "team", "archived")
CHUNK = 2000
When = Callable[[Deal], dt.datetime] | None


def of_deals(deals: Sequence[Deal], fields: Mapping[int, Sequence[str]], when: When = None) -> None:
    """Write the values after a change; `fields[deal.pk]` says which columns are known, `when` since when they held."""
    now = clock.now()
    rows = [_deal_row(deal, sorted(set(fields[deal.pk]) & set(DEAL_COLUMNS)), when(deal) if when else now, now) for deal in deals]
    DealChange.objects.bulk_create([row for row in rows if row.fields], batch_size=CHUNK)


def _deal_row(deal: Deal, fields: list[str], occurred_at: dt.datetime, recorded_at: dt.datetime) -> DealChange:
    return DealChange(
        deal_id=deal.pk,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        fields=fields,
        owner_id=deal.owner_id,
        archived=deal.archived_at is not None,
        pipeline_id=deal.pipeline_id,
        stage_id=deal.stage_id,
        status=deal.status,
        type=deal.type,
        amount=deal.amount,
        annual_amount=deal.annual_amount,
        currency=deal.currency,
        close_date=deal.close_date,
        category=deal.category,
    )


def of_leads(leads: Sequence[Lead], fields: Mapping[int, Sequence[str]], when: Callable[[Lead], dt.datetime] | None = None) -> None:
    """The same for leads."""
    now = clock.now()
    rows = []
    for lead in leads:
        known = sorted(set(fields[lead.pk]) & set(LEAD_COLUMNS))
        at = when(lead) if when else now
        rows.append(
            LeadChange(
                lead_id=lead.pk,
                occurred_at=at,
                recorded_at=now,
                fields=known,
                owner_id=lead.owner_id,
                team_id=lead.team_id,
                status_id=lead.status_id,
                archived=lead.archived_at is not None,
            )
        )
    LeadChange.objects.bulk_create([row for row in rows if row.fields], batch_size=CHUNK)
