"""Requests that wait, and those that waited longer than promised: one condition per calendar instead of one clock per lead."""

from django.db.models import BigIntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from pacesetter.base import calendars, clock, settings
from pacesetter.base.models import TeamMembership
from pacesetter.crm.leads import company_calendar
from pacesetter.crm.models import Lead


def waiting(rows: "QuerySet[Lead]") -> "QuerySet[Lead]":
    """Those who asked by themselves and heard from nobody yet."""
    return rows.filter(first_response_at=None, inbound=True, status__type__in=("new", "working"))


def over(rows: "QuerySet[Lead]") -> "QuerySet[Lead]":
    """Of them those whose clock has run out: by their team's calendar, else their owner's team's, else the company's."""
    known = calendars.known()
    default = company_calendar(known)
    owners = TeamMembership.objects.on(clock.today()).filter(user=OuterRef("owner_id")).values("team__calendar_id")[:1]
    kept_by = Coalesce("team__calendar_id", Subquery(owners), Value(default.pk or 0), output_field=BigIntegerField())
    late = Q(pk__in=[])
    for calendar in known.values() or [default]:
        since = calendars.begun_before(calendar, clock.now(), settings.get("lead.promise_minutes") + 1)  # clocks count whole minutes
        late |= Q(kept_by=calendar.pk or 0, received_at__lte=since) if since else Q(pk__in=[])
    return waiting(rows).alias(kept_by=kept_by).filter(late)
