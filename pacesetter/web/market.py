"""Market series: what the company keeps of the world outside, and whether its bookings follow it."""

import datetime as dt
from functools import cached_property
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pacesetter.base import find
from pacesetter.base.models import User
from pacesetter.planning import market, market_effects
from pacesetter.planning.market import Told
from pacesetter.planning.market_effects import Lever
from pacesetter.web import formats, forms
from pacesetter.web.request import Request
from pacesetter.web.routes import page
from pacesetter.web.settings.frame import Part, answer, chosen, date_entry, day, decimal, number, number_entry

STEP = 0.1  # what an effect is told of: so much more of the series


def effect(tried: dict[str, Any] | None) -> str:
    """What a run found of a series, in words."""
    if tried is None:
        return _("Not tried yet: series are tried in the night after they were brought in.")
    if not tried["days"]:
        return _("Bookings do not clearly follow it, or fewer than 24 months are known of both: it counts for nothing.")
    words = {"without": formats.percent(tried["without"]), "beside": formats.percent(tried["beside"]), "n": tried["days"]}
    if not tried["taken"]:
        return _("Not taken: on the last %(n)s month ends half a year ahead was %(without)s off without it and %(beside)s with it. It stays only if it is better by a twentieth, all along, and better than the others.") % words  # fmt: skip
    return f"{follows(tried)} " + _("On the last %(n)s month ends half a year ahead was %(without)s off without it and %(beside)s with it.") % words  # fmt: skip


def follows(tried: dict[str, Any]) -> str:
    """What more of a series that is taken does to bookings."""
    lag, moved = tried["effect"]["lag"], market_effects.times(tried, 1 + STEP) - 1
    words = {"name": tried["name"], "step": formats.percent(STEP, 0), "moved": formats.signed(formats.percent(moved), moved > 0), "n": lag}
    if not lag:
        return _("Bookings follow “%(name)s” in the same month: %(step)s more of it is %(moved)s.") % words
    return ngettext("Bookings follow “%(name)s” after %(n)s month: %(step)s more of it is %(moved)s.", "Bookings follow “%(name)s” after %(n)s months: %(step)s more of it is %(moved)s.", lag) % words  # fmt: skip


def moves(said: Lever) -> str:
    """What a change of the market series does, or why it does nothing."""
    if said.tried is None:
        return _("No market series moves the forecast: none has earned its place on past months, so this assumption does nothing.")
    return f"{follows(said.tried)} " + _("It counts for what comes from %(day)s on.") % {"day": formats.day(said.begins, year=True)}


def ahead(tried: dict[str, Any]) -> str:
    """What a forecast takes its future to be."""
    if tried["expected_until"]:
        return _("What is expected of it holds until %(month)s, and from then on its last value.") % {
            "month": _month(tried["expected_until"])
        }
    return _("After %(month)s it is held at its last value.") % {"month": _month(tried["known_until"])} if tried["known_until"] else ""


def _month(text: str) -> str:
    return formats.month(dt.date.fromisoformat(text), year=True)


class Series:
    """All series with their months, and what the newest run says of them to those who see the company."""

    def __init__(self, request: Request) -> None:
        self.request, self.actor = request, request.actor

    @cached_property
    def may(self) -> bool:
        return self.actor.can("target.set")

    @property
    def may_import(self) -> bool:
        return self.may and self.actor.can("record.import")

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        told = market.listed()
        tried = market_effects.newest() if self.actor.level == "all" else {}
        names = dict(find.every(User, pk__in={one.brought_by_id for one in told}).values_list("pk", "name"))
        return [self._row(one, tried.get(one.series.pk), names) for one in told]

    def _row(self, one: Told, tried: dict[str, Any] | None, names: dict[int, str]) -> dict[str, Any]:
        return {
            "row": one.series, "last": formats.number(one.came[one.last]) if one.last else "", "span": _span(one), "missing": _missing(one), "paths": _paths(one),
            "at": one.brought_at, "who": names.get(one.brought_by_id or 0, ""), "taken": bool(tried and tried["taken"]),
            "effect": effect(tried) if self.actor.level == "all" else "", "ahead": ahead(tried) if tried and tried["taken"] else "",
        }  # fmt: skip


def _span(one: Told) -> str:
    if not (one.first and one.last):
        return ""
    return f"{formats.month(one.first, year=True)} – {formats.month(one.last, year=True)}"


def _missing(one: Told) -> str:
    if not one.missing:
        return ""
    words = {"n": len(one.missing), "month": formats.month(one.missing[0], year=True)}
    return ngettext("%(n)s month is missing (%(month)s): the one before counts.", "%(n)s months are missing, first %(month)s: the one before counts.", len(one.missing)) % words  # fmt: skip


def _paths(one: Told) -> list[str]:
    words = paths()
    return [
        f"{words[path]}: {formats.month(min(told), year=True)} – {formats.month(max(told), year=True)}"
        for path, told in one.expected.items()
    ]


def paths() -> dict[str, str]:
    """The paths in words."""
    return {"": _("What came"), "base": _("Expected"), "high": _("Expected, high"), "low": _("Expected, low")}


def _entries() -> list[forms.Entry]:
    return [
        forms.Entry("series", _("Market series"), required=True),
        date_entry("month", _("First day of the month"), formats.today().replace(day=1), required=True),
        number_entry("value", _("Value"), required=True),
        forms.Entry("unit", _("Unit")),
        chosen("path", _("Path"), list(paths().items()), ""),
        date_entry("known_on", _("Known on")),
    ]


def _put(request: Request) -> str:
    data, value = request.POST, decimal(request.POST, "value", needed=True)
    told = {
        "series": data.get("series", ""), "month": day(data, "month", needed=True), "value": float(value or 0), "unit": data.get("unit", "").strip(),
        "path": data.get("path", ""), "known_on": day(data, "known_on"),
    }  # fmt: skip
    (row,) = market.put_many([told], by=request.actor)
    return _("Value of “%(name)s” stated") % {"name": row.series.name}


def _remove(request: Request) -> str:
    row = market.find(number(request.POST.get("series", "")) or 0)
    market.remove(row, by=request.actor)
    return _("Market series “%(name)s” removed") % {"name": row.name}


def index(request: Request) -> HttpResponse:
    """The series; sending a form states a value or takes a series away."""
    market.may_see(request.actor)
    part = Part(_entries(), key="value", do=_("State the value"))
    acts = {"value": lambda: _put(request), "remove": lambda: _remove(request)}
    if done := answer(request, acts, reverse("forecast_market"), {"value": part}):
        return done
    refused = bool(part.problem or any(entry.error for entry in part.entries))
    return render(request, "plan/market.html", {"page": Series(request), "part": part}, status=422 if refused else 200)


urls = [page("forecast/market", index, "forecast_market")]
