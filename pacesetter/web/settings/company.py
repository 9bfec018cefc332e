"""The company's settings: every defined one, with its help."""

import zoneinfo
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from pacesetter.base import find, settings
from pacesetter.base.models import RateSet
from pacesetter.base.settings import SETTINGS, Setting
from pacesetter.planning import rounds
from pacesetter.web import figures, formats, forms
from pacesetter.web.forms import Entry
from pacesetter.web.request import Request
from pacesetter.web.settings.frame import LANGUAGES, Part, answer, page, show


def company(request: Request) -> HttpResponse:
    """All settings in one form."""
    parts = {"settings": Part([_entry(one) for one in _all()], key="settings", do=_("Save"))}
    done = answer(request, {"settings": lambda: _save(request)}, reverse("settings_company"), parts)
    return done or show(request, "settings/form.html", _("Company"), parts=parts, part=parts["settings"])


def _all() -> list[Setting]:
    return [SETTINGS[key] for key in SETTINGS]


def _entry(one: Setting) -> Entry:
    value, about = settings.get(one.key), {"help": _(one.help) if one.help else ""}
    if isinstance(one.default, bool):
        return Entry(one.key, _(one.label), "check", value, **about)
    choices = _choices(one)
    if choices:
        return Entry(one.key, _(one.label), "choice", str(value), choices=choices, required=True, **about)
    return Entry(one.key, _(one.label), "text", value, inputmode="numeric" if isinstance(one.default, int) else "", required=True, **about)


def _choices(one: Setting) -> list[tuple[str, str]]:
    known: dict[str, Any] = {
        "company.time_zone": lambda: [(zone, zone) for zone in sorted(zoneinfo.available_timezones())],
        "company.fiscal_start": lambda: [(str(n), formats.month(formats.today().replace(month=n, day=1))) for n in range(1, 13)],
        "company.language": lambda: list(LANGUAGES),
        "forecast.call_day": lambda: [(key, figures.capital(formats.weekday(n))) for n, key in enumerate(rounds.WEEKDAYS)],
        "forecast.rollup": lambda: [("cumulative", _("Cumulative")), ("single", _("Each by itself"))],
        "signin.second_factor": lambda: [
            ("nobody", _("Nobody must")),
            ("administrators", _("Those who manage people")),
            ("everybody", _("Everybody")),
        ],
        "rates.default": lambda: [(row.key, forms.in_words(row.label)) for row in find.every(RateSet)],
    }
    return known[one.key]() if one.key in known else [(key, key) for key in one.choices]


@transaction.atomic
def _save(request: Request) -> str:
    """Change what differs, all or nothing."""
    for one in _all():
        sent = one.key in request.POST if isinstance(one.default, bool) else request.POST.get(one.key, str(settings.get(one.key))).strip()
        if str(sent) != str(settings.get(one.key)):
            settings.put(one.key, sent, by=request.actor)
    return _("Settings saved")


urls = [page("company", company, "settings_company")]
