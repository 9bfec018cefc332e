"""What holds for a person from a day on: team, manager, employment, leave."""

import datetime as dt
import zoneinfo
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from pacesetter.base import find, teams
from pacesetter.base.models import FAR, Employment, HistoryEntry, Leave, Reporting, Team, TeamMembership, User
from pacesetter.core.errors import Invalid, Refused
from pacesetter.core.labels import mark
from pacesetter.web import formats
from pacesetter.web.forms import Entry
from pacesetter.web.request import Request
from pacesetter.web.settings.frame import Act, Part, chosen, date_entry, day, number

LEAVES = [("leave", mark("Leave")), ("parental", mark("Parental leave")), ("illness", mark("Illness")), ("sabbatical", mark("Sabbatical"))]


def parts(user: User) -> dict[str, Part]:
    """The four forms, with what holds today."""
    team, manager = teams.places_of([user])[user.pk]
    others = [(pk, name) for pk, name in find.every(User, is_active=True).values_list("pk", "name") if pk != user.pk]
    groups = list(find.every(Team, archived_on=None).values_list("pk", "name"))
    today = formats.today()
    made = [
        Part(
            [chosen("team", _("Team"), groups, team, empty=_("No team")), date_entry("team-since", _("From"), today)],
            key="team",
            do=_("Set team"),
        ),
        Part(
            [chosen("manager", _("Reports to"), others, manager, empty=_("Nobody")), date_entry("manager-since", _("From"), today)],
            key="manager",
            do=_("Set manager"),
        ),
        Part(_employment(user), key="employment", do=_("Set employment")),
        Part(_leave(), key="leave", do=_("Add leave")),
    ]
    return {part.key: part for part in made}


def _employment(user: User) -> list[Entry]:
    now = find.every(Employment, user=user).order_by("-since").first()
    return [
        date_entry("employment-since", _("Works here from"), now.since if now else None),
        date_entry("employment-until", _("Until (day after the last)"), now.until if now and now.until != FAR else None),
        date_entry("ramp_until", _("Ramping up until"), now.ramp_until if now else None, help=_("Capacity counts in full from this day.")),
    ]


def _leave() -> list[Entry]:
    return [
        date_entry("leave-since", _("Away from")),
        date_entry("leave-until", _("Back on")),
        chosen("kind", _("Kind"), [(key, _(text)) for key, text in LEAVES], "leave", required=True),
    ]


def acts(request: Request, user: User) -> dict[str, Act]:
    """What the four forms do, and taking back what one of them did."""
    return {
        "team": lambda: _join(request, user),
        "manager": lambda: _report(request, user),
        "employment": lambda: _employ(request, user),
        "leave": lambda: _away(request, user),
        "put_back": lambda: _put_back(request, user),
    }


def _join(request: Request, user: User) -> str:
    pk = number(request.POST.get("team", ""))
    team = find.one(Team, pk) if pk else None
    teams.join(user, team=team, since=day(request.POST, "team-since", needed=True), by=request.actor)
    return (
        _("%(name)s is in %(team)s") % {"name": user.name, "team": team.name} if team else _("%(name)s is in no team") % {"name": user.name}
    )


def _report(request: Request, user: User) -> str:
    pk = number(request.POST.get("manager", ""))
    manager = find.one(User, pk) if pk else None
    teams.report_to(user, manager=manager, since=day(request.POST, "manager-since", needed=True), by=request.actor)
    return (
        _("%(name)s reports to %(manager)s") % {"name": user.name, "manager": manager.name}
        if manager
        else _("%(name)s reports to nobody") % {"name": user.name}
    )


def _employ(request: Request, user: User) -> str:
    data = request.POST
    since, until = day(data, "employment-since", needed=True), day(data, "employment-until")
    assert since
    teams.employ(user, since=since, until=until or FAR, ramp_until=day(data, "ramp_until"), by=request.actor)
    return _("Employment of %(name)s set") % {"name": user.name}


def _away(request: Request, user: User) -> str:
    since, until = day(request.POST, "leave-since", needed=True), day(request.POST, "leave-until", needed=True)
    kind = request.POST.get("kind", "leave")
    if kind not in dict(LEAVES):
        raise Invalid("unknown_choice", field="kind", value=kind, known=", ".join(dict(LEAVES)))
    assert since and until
    teams.away(user, since=since, until=until, kind=kind, by=request.actor)
    return _("Leave of %(name)s added") % {"name": user.name}


def _put_back(request: Request, user: User) -> str:
    turns = {entry.pk: entry for entry in teams.latest_turns(user).values()}
    entry = turns.get(number(request.POST.get("turn", "")) or 0)
    if not entry:
        raise Refused("nothing_to_undo")
    teams.put_back(entry, by=request.actor)
    return _("The change is undone")


def check_zone(zone: str) -> None:
    if zone not in zoneinfo.available_timezones():
        raise Invalid("unknown_choice", field="time_zone", value=zone, known="Europe/Madrid, America/New_York, UTC …")


def history(user: User) -> list[dict[str, Any]]:
    """Every interval of a person, the latest first; the one that the last turn made or ended can be put back."""
    kinds = [
        ("team", _("Team"), lambda row: row.team.name, find.every(TeamMembership, user=user).select_related("team")),
        ("manager", _("Reports to"), lambda row: row.manager.name, find.every(Reporting, user=user).select_related("manager")),
        ("employment", _("Employed"), _ramp, find.every(Employment, user=user)),
        ("leave", _("Away"), lambda row: _(dict(LEAVES).get(row.kind, row.kind)), find.every(Leave, user=user)),
    ]
    turns = teams.latest_turns(user)
    shown = [one for term, what, text, rows in kinds for one in _shown(what, text, list(rows), turns.get(term))]
    return sorted(shown, key=lambda one: one["since"], reverse=True)


def _shown(what: str, text: Callable[[Any], str], rows: list[Any], turn: HistoryEntry | None) -> list[dict[str, Any]]:
    on = dt.date.fromisoformat(turn.data["since"]) if turn else None
    turned = next((row for row in rows if row.since == on), None) or next((row for row in rows if row.until == on), None)
    return [
        {
            "what": what,
            "text": text(row),
            "since": row.since,
            "until": None if row.until == FAR else row.until,
            "turn": turn.pk if turn and row is turned else None,
        }
        for row in rows
    ]


def _ramp(row: Employment) -> str:
    return _("ramping up until %(day)s") % {"day": formats.day(row.ramp_until, year=True)} if row.ramp_until else ""
