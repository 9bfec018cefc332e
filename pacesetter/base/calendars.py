"""Working time: how long a team had to answer, between two instants, in its own hours and without its holidays."""

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction

from pacesetter.base import history
from pacesetter.base.memory import once
from pacesetter.base.models import Calendar, HistoryEntry, Holiday
from pacesetter.core.errors import Conflict, Invalid

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

OFFICE = [[[540, 1080]]] * 5 + [[], []]


def known() -> dict[int, Calendar]:
    """Every calendar with its holidays, by id, in name order."""
    return once("calendars", lambda: {row.pk: row for row in Calendar.objects.prefetch_related("holidays")})


def working_minutes(calendar: Calendar, since: dt.datetime, until: dt.datetime) -> int:
    """Whole working minutes in `[since, until)`; zero when `until` comes first."""
    seconds = sum(
        (min(end, until) - max(begin, since)).total_seconds()
        for begin, end in _spans(calendar, since, until)
        if begin < until and end > since
    )
    return int(seconds // 60)


def due_at(calendar: Calendar, since: dt.datetime, minutes: int) -> dt.datetime:
    """The instant at which `minutes` of working time after `since` are used up."""
    left = dt.timedelta(minutes=minutes)
    for begin, end in _spans(calendar, since, since + dt.timedelta(days=60 + minutes // 60)):
        begin = max(begin, since)
        if end <= begin:
            continue
        if end - begin >= left:
            return begin + left
        left -= end - begin
    return since + dt.timedelta(minutes=minutes)


def begun_before(calendar: Calendar, until: dt.datetime, minutes: int) -> dt.datetime | None:
    """The last instant from which `minutes` of working time have gone by at `until`; none when the calendar never had as many."""
    left = dt.timedelta(minutes=minutes)
    for begin, end in reversed(list(_spans(calendar, until - dt.timedelta(days=60 + minutes // 60), until))):
        end = min(end, until)
        if end - begin >= left:
            return end - left
        left -= max(end - begin, dt.timedelta(0))
    return None


def next_opening(calendar: Calendar, at: dt.datetime) -> dt.datetime | None:
    """Nothing while the team works; else when it works next."""
    for begin, end in _spans(calendar, at, at + dt.timedelta(days=15)):
        if end > at:
            return None if begin <= at else begin
    return None


def _spans(calendar: Calendar, since: dt.datetime, until: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    zone = ZoneInfo(calendar.time_zone)
    day, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    off = {holiday.day for holiday in calendar.holidays.all()} if calendar.pk else set()
    hours = calendar.hours or OFFICE
    while day <= last:
        for begin, end in [] if day in off else hours[day.weekday()]:
            yield _at(day, begin, zone), _at(day, end, zone)
        day += dt.timedelta(days=1)


def _at(day: dt.date, minute: int, zone: ZoneInfo) -> dt.datetime:
    midnight = dt.datetime.combine(day + dt.timedelta(days=minute // 1440), dt.time(minute % 1440 // 60, minute % 60), zone)
    return midnight.astimezone(dt.UTC)


@transaction.atomic
def create(
    name: str, *, by: "Actor", time_zone: str = "UTC", hours: list[list[list[int]]] | None = None, country: str = "", region: str = ""
) -> Calendar:
    """Make a calendar; without hours it works from nine to six, Monday to Friday."""
    by.require("calendar.manage")
    hours = hours or OFFICE
    _check(name, time_zone, hours)
    calendar = Calendar.objects.create(name=name, time_zone=time_zone, hours=hours, country=country, region=region)
    history.record_plain("calendar", calendar.pk, "calendar.created", by=by, changes={"name": [None, name]})
    return calendar


@transaction.atomic
def edit(calendar: Calendar, *, by: "Actor", **changes: object) -> Calendar:
    """Change a calendar's name, zone, hours or region."""
    by.require("calendar.manage")
    before = {key: getattr(calendar, key) for key in changes}
    for key, value in changes.items():
        setattr(calendar, key, value)
    _check(calendar.name, calendar.time_zone, calendar.hours)
    calendar.version += 1
    calendar.save()
    history.record_plain(
        "calendar", calendar.pk, "calendar.edited", by=by, changes={k: [before[k], v] for k, v in changes.items() if before[k] != v}
    )
    return calendar


@transaction.atomic
def fill_holidays(calendar: Calendar, *, years: list[int], by: "Actor") -> int:
    """Add the public holidays of the calendar's country and region for these years; returns how many are new."""
    import holidays

    by.require("calendar.manage")
    try:
        known = holidays.country_holidays(calendar.country, subdiv=calendar.region or None, years=years)
    except NotImplementedError:
        raise Invalid("unknown_choice", field="country", value=f"{calendar.country} {calendar.region}".strip(), known="ISO 3166") from None
    there = set(calendar.holidays.values_list("day", flat=True))
    new = [Holiday(calendar=calendar, day=day, name=name[:120]) for day, name in sorted(known.items()) if day not in there]
    Holiday.objects.bulk_create(new)
    _holidays_changed(calendar.pk, [], [(one.day, one.name) for one in new], by)
    return len(new)


@transaction.atomic
def set_holiday(calendar: Calendar, *, day: dt.date, name: str | None, by: "Actor") -> None:
    """Add or rename a holiday; without a name it is taken away."""
    by.require("calendar.manage")
    old = calendar.holidays.filter(day=day).first()
    if name:
        Holiday.objects.update_or_create(calendar=calendar, day=day, defaults={"name": name})
    else:
        calendar.holidays.filter(day=day).delete()
    _holidays_changed(calendar.pk, [(day, old.name)] if old else [], [(day, name)] if name else [], by)


@transaction.atomic
def put_back(entry: HistoryEntry, *, by: "Actor") -> None:
    """Bring back the holidays from before one change; refused where one of its days changed again since."""
    by.require("calendar.manage")
    before, after = ({dt.date.fromisoformat(day): name for day, name in days} for days in entry.changes["holidays"])
    rows = Holiday.objects.filter(calendar_id=entry.object_id, day__in=[*before, *after])
    if dict(rows.values_list("day", "name")) != after:
        raise Conflict("undo_conflict", field="holiday")
    rows.delete()
    Holiday.objects.bulk_create(Holiday(calendar_id=entry.object_id, day=day, name=name) for day, name in before.items())
    _holidays_changed(entry.object_id, list(after.items()), list(before.items()), by)


def _holidays_changed(calendar_id: int, before: list[tuple[dt.date, str]], after: list[tuple[dt.date, str]], by: "Actor") -> None:
    pairs = [[[day.isoformat(), name] for day, name in days] for days in (before, after)]
    changes = {"holidays": pairs} if before or after else {}
    history.record_plain("calendar", calendar_id, "calendar.holidays", by=by, changes=changes)


def _check(name: str, time_zone: str, hours: list[list[list[int]]]) -> None:
    if not name.strip():
        raise Invalid("required", field="name")
    try:
        ZoneInfo(time_zone)
    except Exception:
        raise Invalid("unknown_choice", field="time_zone", value=time_zone, known="Europe/Madrid, America/New_York, UTC …") from None
    spans = [span for day in hours for span in day]
    if len(hours) != 7 or any(not 0 <= begin < end <= 1440 for begin, end in spans):
        raise Invalid("wrong_type", field="hours", value=hours, type="7 × [[from, to]]")
