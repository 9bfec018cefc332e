"""Close dates that deals had and left for later ones."""

import datetime as dt
from collections.abc import Iterable
from itertools import pairwise

from pacesetter.crm.models import DealChange


def left_behind(deal_ids: Iterable[int]) -> dict[int, list[dt.date]]:
    """Per deal the close dates that slipped, in the order in which they were given up."""
    known: dict[int, list[dt.date]] = {}
    rows = DealChange.objects.filter(deal_id__in=list(deal_ids), close_date__isnull=False).order_by("deal_id", "occurred_at", "id")
    for pk, day, fields in rows.values_list("deal_id", "close_date", "fields"):
        if isinstance(day, dt.date) and "close_date" in fields:
            known.setdefault(pk, []).append(day)
    return {pk: [day for day, later in pairwise(days) if later > day] for pk, days in known.items()}
