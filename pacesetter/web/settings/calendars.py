"""Calendars: zone, weekly hours and holidays, which response clocks respect."""

import re
import zoneinfo
from collections.abc import Mapping
from typing import Any

from babel.dates import get_day_names
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pacesetter.base import calendars, find
from pacesetter.base.calendars import OFFICE
from pacesetter.base.models import Calendar
from pacesetter.core.errors import Invalid
from pacesetter.web import formats, forms
from pacesetter.web.request import Request
from pacesetter.web.settings.frame import Act, Part, answer, chosen, date_entry, day, number, number_entry, page, show, whole

Hours = list[list[list[int]]]
SPAN = re.compile(r"(\d{1,2})[:.h]?(\d{2})?\s*[–-]\s*(\d{1,2})[:.h]?(\d{2})?")


def index(request: Request) -> HttpResponse:
    """All calendars with their week."""
    rows = [
        {"row": c, "week": week(c.hours or OFFICE), "teams": [t.name for t in c.teams.all()], "days": len(c.holidays.all())}
        for c in _every()
    ]
    return show(request, "settings/calendars.html", _("Calendars"), rows=rows)


def _every() -> Any:
    return find.every(Calendar).prefetch_related("teams", "holidays")


def names(width: str = "wide") -> list[str]:
    """The days from Monday on."""
    known = get_day_names(width, locale=formats.locale())
    return [known[n] for n in range(7)]


def written(spans: list[list[int]]) -> str:
    """09:00–13:00, 14:00–18:00."""
    return ", ".join(f"{a // 60:02d}:{a % 60:02d}–{b // 60:02d}:{b % 60:02d}" for a, b in spans)


def week(hours: Hours) -> list[str]:
    """Days with the same hours in a row are said together."""
    days, runs = names("abbreviated"), []
    for n, spans in enumerate(hours):
        if runs and runs[-1][2] == spans:
            runs[-1][1] = n
        else:
            runs.append([n, n, spans])
    return [f"{days[a] if a == b else f'{days[a]}–{days[b]}'} {written(spans)}" for a, b, spans in runs if spans]


def read(text: str, field: str) -> list[list[int]]:
    """The spans of one day as typed; nothing is a day off."""
    rest = SPAN.sub("", text).replace(",", "").strip()
    spans = [[int(a) * 60 + int(b or 0), int(c) * 60 + int(d or 0)] for a, b, c, d in SPAN.findall(text)]
    if rest or any(not 0 <= since < until <= 1440 for since, until in spans):
        raise Invalid("wrong_type", field=field, value=text, type=_("list of hours such as 09:00–13:00, 14:00–18:00"))
    return spans


def _part(row: Calendar | None) -> Part:
    zones = [(zone, zone) for zone in sorted(zoneinfo.available_timezones())]
    hours = (row.hours if row else None) or OFFICE
    days = [forms.Entry(f"day-{n}", name, value=written(hours[n])) for n, name in enumerate(names())]
    entries = [
        forms.Entry("name", _("Name"), value=row.name if row else "", required=True, autofocus=row is None),
        chosen("time_zone", _("Time zone"), zones, row.time_zone if row else "UTC", required=True),
        *days,
        chosen("country", _("Country of its holidays"), forms.countries(row.country if row else ""), row.country if row else ""),
        forms.Entry(
            "region",
            _("Region"),
            value=row.region if row else "",
            help=_("Such as MD for Madrid or NY for New York; empty: the whole country."),
        ),
    ]
    return Part(entries, key="calendar", do=_("Save") if row else _("Add calendar"))


def _values(data: Mapping[str, str]) -> dict[str, Any]:
    plain = {key: data.get(key, "").strip() for key in ("name", "time_zone")}
    hours = [read(data.get(f"day-{n}", ""), f"day-{n}") for n in range(7)]
    return plain | {
        "hours": hours,
        "country": data.get("country", "").strip().upper()[:2],
        "region": data.get("region", "").strip().upper()[:10],
    }


def new(request: Request) -> HttpResponse:
    """Add a calendar."""
    part, up = _part(None), (_("Calendars"), reverse("settings_calendars"))

    def create() -> str:
        return _("Calendar %(name)s added") % {"name": calendars.create(by=request.actor, **_values(request.POST)).name}

    done = answer(request, {"calendar": create}, up[1], {"calendar": part})
    return done or show(request, "settings/form.html", _("Add calendar"), up, parts={"calendar": part}, part=part)


def calendar(request: Request, pk: int) -> HttpResponse:
    """One calendar with its holidays."""
    row = find.one(Calendar, pk)
    parts = {"calendar": _part(row), "fill": _fill_part(), "holiday": _own_part()}
    done = answer(request, _acts(request, row), reverse("settings_calendar", args=[pk]), parts)
    up = (_("Calendars"), reverse("settings_calendars"))
    year, listed = _year(request), list(row.holidays.all())
    years = sorted({formats.today().year, year, *(one.day.year for one in listed)})[-6:]
    shown = {
        "holidays": [one for one in listed if one.day.year == year],
        "years": [{"text": str(n), "href": f"?year={n}", "on": n == year} for n in years],
    }
    return done or show(request, "settings/calendar.html", row.name, up, parts=parts, row=row, **shown)


def _year(request: Request) -> int:
    return number(request.GET.get("year", "")) or formats.today().year


def _fill_part() -> Part:
    return Part([number_entry("year", _("Year"), formats.today().year + 1)], key="fill", do=_("Add public holidays"))


def _own_part() -> Part:
    return Part([date_entry("day", _("Day")), forms.Entry("holiday", _("What it is"))], key="holiday", do=_("Add holiday"))


def _acts(request: Request, row: Calendar) -> dict[str, Act]:
    return {
        "calendar": lambda: _save(request, row),
        "fill": lambda: _fill(request, row),
        "holiday": lambda: _set_holiday(request, row, request.POST.get("holiday", "").strip()),
        "remove": lambda: _set_holiday(request, row, None),
    }


def _save(request: Request, row: Calendar) -> str:
    calendars.edit(row, by=request.actor, **_values(request.POST))
    return _("Calendar %(name)s saved") % {"name": row.name}


def _fill(request: Request, row: Calendar) -> str:
    year = whole(request.POST, "year")
    if year is None or not 1970 <= year <= 2100:
        raise Invalid("wrong_type", field="year", value=request.POST.get("year", ""), type=_("year"))
    if not row.country:
        raise Invalid("required", field="country")
    added = calendars.fill_holidays(row, years=[year], by=request.actor)
    return ngettext("%(count)s holiday added", "%(count)s holidays added", added) % {"count": added}


def _set_holiday(request: Request, row: Calendar, name: str | None) -> str:
    on = day(request.POST, "day", needed=True)
    if name == "":
        raise Invalid("required", field="holiday")
    assert on
    calendars.set_holiday(row, day=on, name=name, by=request.actor)
    return (_("%(day)s is a holiday") if name else _("%(day)s is a working day again")) % {"day": formats.day(on, year=True)}


urls = [
    page("calendars", index, "settings_calendars"),
    page("calendars/new", new, "settings_calendar_new", "settings_calendars"),
    page("calendars/<int:pk>", calendar, "settings_calendar", "settings_calendars"),
]
