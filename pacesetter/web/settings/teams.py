"""Teams: the tree, each with its calendar and its people."""

from collections import Counter
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from pacesetter.base import find, teams
from pacesetter.base.models import Calendar, Team, TeamMembership
from pacesetter.web import formats, forms
from pacesetter.web.request import Request
from pacesetter.web.settings.frame import Act, Part, answer, chosen, number, page, show


def index(request: Request) -> HttpResponse:
    """All teams, those below others indented; archived ones last."""
    every = list(find.every(Team).select_related("calendar"))
    today = formats.today()
    people = Counter(find.every(TeamMembership, since__lte=today, until__gt=today).values_list("team_id", flat=True))
    live, gone = [t for t in every if not t.archived_on], [t for t in every if t.archived_on]
    rows = [{"team": team, "depth": depth, "people": people[team.pk]} for team, depth in _tree(live)]
    return show(request, "settings/teams.html", _("Teams"), rows=rows, gone=gone)


def _tree(every: list[Team], parent: int | None = None, depth: int = 0) -> list[tuple[Team, int]]:
    """Depth first; a team whose parent is archived stands on top."""
    known = {team.pk for team in every}
    here = [team for team in every if (team.parent_id if team.parent_id in known else None) == parent]
    return [one for team in here for one in [(team, depth), *_tree(every, team.pk, depth + 1)]]


def _part(team: Team | None) -> Part:
    others = [(t.pk, t.name) for t in find.every(Team, archived_on=None) if not team or t.pk != team.pk]
    calendars = list(find.every(Calendar).values_list("pk", "name"))
    entries = [
        forms.Entry("name", _("Name"), value=team.name if team else "", required=True, autofocus=team is None),
        chosen("parent", _("Below"), others, team.parent_id if team else None, empty=_("On top")),
        chosen(
            "calendar", _("Calendar"), calendars, team.calendar_id if team else None, empty=_("None: response clocks run day and night")
        ),
    ]
    return Part(entries, key="team", do=_("Save") if team else _("Add team"))


def _values(request: Request) -> dict[str, Any]:
    parent, calendar = number(request.POST.get("parent", "")), number(request.POST.get("calendar", ""))
    return {"name": request.POST.get("name", ""), "parent": find.one(Team, parent) if parent else None, "calendar_id": calendar}


def new(request: Request) -> HttpResponse:
    """Add a team."""
    part = _part(None)

    def create() -> str:
        return _("Team %(name)s added") % {"name": teams.create(by=request.actor, **_values(request)).name}

    return _answered(request, _("Add team"), part, {"team": create})


def team(request: Request, pk: int) -> HttpResponse:
    """Change a team, archive it, or bring it back."""
    row = find.one(Team, pk)

    def edit() -> str:
        return _("Team %(name)s saved") % {"name": teams.edit(row, by=request.actor, **_values(request)).name}

    def archive() -> str:
        return _("Team %(name)s archived") % {"name": teams.archive(row, by=request.actor).name}

    def restore() -> str:
        return _("Team %(name)s is back") % {"name": teams.edit(row, archived_on=None, by=request.actor).name}

    return _answered(request, row.name, _part(row), {"team": edit, "archive": archive, "restore": restore}, row)


def _answered(request: Request, title: str, part: Part, acts: dict[str, Act], row: Team | None = None) -> HttpResponse:
    up = (_("Teams"), reverse("settings_teams"))
    done = answer(request, acts, up[1], {"team": part})
    return done or show(request, "settings/archivable.html", title, up, parts={"team": part}, part=part, row=row)


urls = [
    page("teams", index, "settings_teams"),
    page("teams/new", new, "settings_team_new", "settings_teams"),
    page("teams/<int:pk>", team, "settings_team", "settings_teams"),
]
