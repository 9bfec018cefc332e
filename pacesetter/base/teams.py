"""Teams, memberships and reporting lines: verbs and the questions scope and attribution ask."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import FilteredRelation, Q

from pacesetter.base import clock, history
from pacesetter.base.fields import canonical
from pacesetter.base.models import FAR, Employment, HistoryEntry, Leave, Reporting, Team, TeamMembership, User
from pacesetter.base.models.teams import Interval
from pacesetter.core.errors import Conflict, Invalid, Refused
from pacesetter.core.text import fold

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

TERMS: dict[str, tuple[Any, str]] = {
    "team": (TeamMembership, "team_id"),
    "manager": (Reporting, "manager_id"),
    "employment": (Employment, "ramp_until"),
    "leave": (Leave, "kind"),
}
# Only the lines below somebody are read, and not those of the whole company; UNION ends where lines run in a circle.
UNDER = """
WITH RECURSIVE under (id) AS (
    SELECT user_id FROM base_reporting WHERE manager_id = %s AND since <= %s AND until > %s
    UNION
    SELECT line.user_id FROM base_reporting AS line JOIN under ON line.manager_id = under.id WHERE line.since <= %s AND line.until > %s
)
SELECT id FROM under"""


def everyone_under(user_id: int, day: dt.date | None = None) -> set[int]:
    """The ids of all direct and indirect reports on a day (default: today)."""
    on = (day or clock.today()).isoformat()
    with connection.cursor() as cursor:
        cursor.execute(UNDER, [user_id, on, on, on, on])
        return {pk for (pk,) in cursor.fetchall()} - {user_id}


def team_of(user: User, day: dt.date | None = None) -> Team | None:
    """The primary team of a person on a day."""
    membership = TeamMembership.objects.on(day or clock.today()).filter(user=user).select_related("team").first()
    return membership.team if membership else None


def places_of(people: Iterable[User], day: dt.date | None = None) -> dict[int, tuple[int | None, int | None]]:
    """(Team id, manager id) of each person on a day (default: today), in two queries."""
    ids, on = [user.pk for user in people], day or clock.today()
    team = dict(TeamMembership.objects.on(on).filter(user__in=ids).values_list("user_id", "team_id"))
    manager = dict(Reporting.objects.on(on).filter(user__in=ids).values_list("user_id", "manager_id"))
    return {pk: (team.get(pk), manager.get(pk)) for pk in ids}


@transaction.atomic
def create(name: str, *, by: "Actor", parent: Team | None = None, calendar_id: int | None = None) -> Team:
    """Make a team; its name must be new."""
    by.require("people.manage")
    if not name.strip():
        raise Invalid("required", field="name")
    if Team.objects.filter(name_key=fold(name)).exists():
        raise Invalid("duplicate", field="name", value=name, name=name)
    team = Team.objects.create(name=name.strip(), parent=parent, calendar_id=calendar_id)
    history.record_plain("team", team.pk, "team.created", by=by, changes={"name": [None, team.name]})
    return team


@transaction.atomic
def edit(team: Team, *, by: "Actor", **changes: Any) -> Team:
    """Rename a team, hang it below another one, or give it a calendar."""
    by.require("people.manage")
    if "parent" in changes:
        _refuse_cycle(team, changes["parent"])
    before = {key: canonical(getattr(team, key)) for key in changes}
    for key, value in changes.items():
        setattr(team, key, value)
    team.version += 1
    team.save()
    differ = {k: [before[k], canonical(v)] for k, v in changes.items() if before[k] != canonical(v)}
    history.record_plain("team", team.pk, "team.edited", by=by, changes=differ)
    return team


@transaction.atomic
def archive(team: Team, *, by: "Actor") -> Team:
    """Close a team; refused while people are in it."""
    by.require("people.manage")
    people = TeamMembership.objects.on(clock.today()).filter(team=team).count()
    if people:
        raise Refused("in_use", name=team.name, count=people)
    team.archived_on = clock.today()
    team.save()
    history.record_plain("team", team.pk, "team.archived", by=by)
    return team


@transaction.atomic
def join(user: User, *, team: Team | None, by: "Actor", since: dt.date | None = None) -> None:
    """From `since` on, a person's primary team is `team` (none: no team)."""
    by.require("people.manage")
    since = since or clock.today()
    before, terms = team_of(user, since), _terms("team", user.pk)
    _turn(TeamMembership, user, since, {"team": team} if team else None)
    history.record_plain(
        "user",
        user.pk,
        "user.joined_team",
        by=by,
        changes={"team": [before and before.name, team and team.name]},
        data=_turned("team", user.pk, since, terms),
    )


@transaction.atomic
def report_to(user: User, *, manager: User | None, by: "Actor", since: dt.date | None = None) -> None:
    """From `since` on, a person reports to `manager` (none: to nobody)."""
    by.require("people.manage")
    since = since or clock.today()
    if manager and (manager.pk == user.pk or manager.pk in everyone_under(user.pk, since)):
        raise Invalid("cycle", field="manager", name=user.name)
    line, terms = Reporting.objects.on(since).filter(user=user).select_related("manager").first(), _terms("manager", user.pk)
    _turn(Reporting, user, since, {"manager": manager} if manager else None)
    changes = {"manager": [line.manager.name if line else None, manager and manager.name]}
    history.record_plain("user", user.pk, "user.reports_to", by=by, changes=changes, data=_turned("manager", user.pk, since, terms))


@transaction.atomic
def employ(user: User, *, since: dt.date, by: "Actor", until: dt.date = FAR, ramp_until: dt.date | None = None) -> Employment:
    """State when a person worked here, replacing what overlaps."""
    by.require("people.manage")
    _check_interval(since, until)
    terms = _terms("employment", user.pk)
    Employment.objects.filter(user=user).overlapping(since, until).delete()
    employment = Employment.objects.create(user=user, since=since, until=until, ramp_until=ramp_until)
    changes: dict[str, list[Any]] = {
        "employed": [None, [since.isoformat(), until.isoformat()]],
        "ramp_until": [None, ramp_until and ramp_until.isoformat()],
    }
    history.record_plain("user", user.pk, "user.employed", by=by, changes=changes, data=_turned("employment", user.pk, since, terms))
    return employment


@transaction.atomic
def away(user: User, *, since: dt.date, until: dt.date, by: "Actor", kind: str = "leave") -> Leave:
    """State that a person is on leave on `[since, until)`."""
    by.require("people.manage")
    _check_interval(since, until)
    if Leave.objects.filter(user=user).overlapping(since, until).exists():
        raise Invalid("overlap", name=user.name, since=since)
    terms = _terms("leave", user.pk)
    leave = Leave.objects.create(user=user, since=since, until=until, kind=kind)
    changes: dict[str, list[Any]] = {"leave": [None, [since.isoformat(), until.isoformat()]]}
    history.record_plain("user", user.pk, "user.away", by=by, changes=changes, data=_turned("leave", user.pk, since, terms))
    return leave


def latest_turns(user: User) -> dict[str, HistoryEntry]:
    """For team, manager, employment and leave the last turn, where nothing moved since and it can be put back."""
    entries = history.of("user", user.pk).filter(kind__in=["user.joined_team", "user.reports_to", "user.employed", "user.away"])
    found: dict[str, HistoryEntry] = {}
    for entry in entries.order_by("-id")[:50]:
        found.setdefault(entry.data.get("term", ""), entry)
    return {term: entry for term, entry in found.items() if term and _terms(term, user.pk) == entry.data["terms"][1]}


@transaction.atomic
def put_back(entry: HistoryEntry, *, by: "Actor") -> None:
    """Let hold again what held before one turn of team, manager, employment or leave; refused where it turned again since."""
    by.require("people.manage")
    term, (before, after) = entry.data["term"], entry.data["terms"]
    if _terms(term, entry.object_id) != after:
        raise Conflict("undo_conflict", field=term)
    model, more = TERMS[term]
    model.objects.filter(user_id=entry.object_id).delete()
    model.objects.bulk_create(model(user_id=entry.object_id, **dict(zip(("since", "until", more), row, strict=True))) for row in before)
    _refuse_circle(entry.object_id)
    data = _turned(term, entry.object_id, dt.date.fromisoformat(entry.data["since"]), after)
    changes = {key: [new, old] for key, (old, new) in entry.changes.items()}
    history.record_plain("user", entry.object_id, entry.kind, by=by, changes=changes, data=data)


def _refuse_circle(user_id: int) -> None:
    line = Reporting.objects.on(clock.today()).filter(user_id=user_id).select_related("user").first()
    if line and line.manager_id in everyone_under(user_id):
        raise Invalid("cycle", field="manager", name=line.user.name)


def _terms(term: str, user_id: int) -> list[list[Any]]:
    """All that holds for a person, as history keeps it."""
    model, more = TERMS[term]
    rows = model.objects.filter(user_id=user_id).order_by("since", "id").values_list("since", "until", more)
    return [[canonical(value) for value in row] for row in rows]


def _turned(term: str, user_id: int, since: dt.date, before: list[list[Any]]) -> dict[str, Any]:
    return {"since": since.isoformat(), "term": term, "terms": [before, _terms(term, user_id)]}


def _turn(model: type[Interval], user: User, since: dt.date, values: dict[str, Any] | None) -> None:
    """End the interval that holds on `since`, drop later ones, begin a new one."""
    rows = model.objects.filter(user=user)
    rows.filter(since__gte=since).delete()
    rows.filter(until__gt=since).update(until=since)
    if values:
        model.objects.create(user=user, since=since, until=FAR, **values)


def _check_interval(since: dt.date, until: dt.date) -> None:
    if until <= since:
        raise Invalid("bad_interval", since=since, until=until)


def _refuse_cycle(team: Team, parent: Team | None) -> None:
    while parent:
        if parent.pk == team.pk:
            raise Invalid("cycle", field="parent", name=team.name)
        parent = parent.parent


def members_on(day: dt.date) -> dict[int, tuple[set[int], list[int]]]:
    """Per team: it and the teams below it, and the people in them on a day."""
    inside = FilteredRelation("memberships", condition=Q(memberships__since__lte=day, memberships__until__gt=day))
    rows = list(Team.objects.annotate(inside=inside).values_list("pk", "parent", "inside__user_id"))
    parent = {pk: above for pk, above, _ in rows}
    below: dict[int, set[int]] = {pk: {pk} for pk in parent}
    for pk, above in parent.items():
        while above is not None:
            below[above].add(pk)
            above = parent[above]
    people = [(user, team) for team, _, user in rows if user is not None]
    return {pk: (teams, [user for user, team in people if team in teams]) for pk, teams in below.items()}
