"""Teams, memberships and reporting lines: verbs and the questions scope and attribution ask."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import transaction

from pacesetter.base import clock, history
from pacesetter.base.fields import canonical
from pacesetter.base.models import FAR, Employment, Leave, Reporting, Team, TeamMembership, User
from pacesetter.base.models.teams import Interval
from pacesetter.core.errors import Invalid, Refused
from pacesetter.core.text import fold

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor


def everyone_under(user_id: int, day: dt.date | None = None) -> set[int]:
    """The ids of all direct and indirect reports on a day (default: today)."""
    lines: dict[int, list[int]] = {}
    for manager, user in Reporting.objects.on(day or clock.today()).values_list("manager_id", "user_id"):
        lines.setdefault(manager, []).append(user)
    found: set[int] = set()
    waiting = [user_id]
    while waiting:
        new = [u for u in lines.get(waiting.pop(), []) if u not in found and u != user_id]
        found.update(new)
        waiting.extend(new)
    return found


def team_of(user: User, day: dt.date | None = None) -> Team | None:
    """The primary team of a person on a day."""
    membership = TeamMembership.objects.on(day or clock.today()).filter(user=user).select_related("team").first()
    return membership.team if membership else None


def today_of(people: Iterable[User]) -> dict[int, tuple[int | None, int | None]]:
    """Today's (team id, manager id) of each person, in two queries."""
    ids, today = [user.pk for user in people], clock.today()
    team = dict(TeamMembership.objects.on(today).filter(user__in=ids).values_list("user_id", "team_id"))
    manager = dict(Reporting.objects.on(today).filter(user__in=ids).values_list("user_id", "manager_id"))
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
    before = team_of(user, since)
    _turn(TeamMembership, user, since, {"team": team} if team else None)
    history.record_plain(
        "user",
        user.pk,
        "user.joined_team",
        by=by,
        changes={"team": [before and before.name, team and team.name]},
        data={"since": since.isoformat()},
    )


@transaction.atomic
def report_to(user: User, *, manager: User | None, by: "Actor", since: dt.date | None = None) -> None:
    """From `since` on, a person reports to `manager` (none: to nobody)."""
    by.require("people.manage")
    since = since or clock.today()
    if manager and (manager.pk == user.pk or manager.pk in everyone_under(user.pk, since)):
        raise Invalid("cycle", field="manager", name=user.name)
    line = Reporting.objects.on(since).filter(user=user).select_related("manager").first()
    _turn(Reporting, user, since, {"manager": manager} if manager else None)
    changes = {"manager": [line.manager.name if line else None, manager and manager.name]}
    history.record_plain("user", user.pk, "user.reports_to", by=by, changes=changes, data={"since": since.isoformat()})


@transaction.atomic
def employ(user: User, *, since: dt.date, by: "Actor", until: dt.date = FAR, ramp_until: dt.date | None = None) -> Employment:
    """State when a person worked here, replacing what overlaps."""
    by.require("people.manage")
    _check_interval(since, until)
    Employment.objects.filter(user=user).overlapping(since, until).delete()
    employment = Employment.objects.create(user=user, since=since, until=until, ramp_until=ramp_until)
    changes: dict[str, list[Any]] = {
        "employed": [None, [since.isoformat(), until.isoformat()]],
        "ramp_until": [None, ramp_until and ramp_until.isoformat()],
    }
    history.record_plain("user", user.pk, "user.employed", by=by, changes=changes)
    return employment


@transaction.atomic
def away(user: User, *, since: dt.date, until: dt.date, by: "Actor", kind: str = "leave") -> Leave:
    """State that a person is on leave on `[since, until)`."""
    by.require("people.manage")
    _check_interval(since, until)
    if Leave.objects.filter(user=user).overlapping(since, until).exists():
        raise Invalid("overlap", name=user.name, since=since)
    leave = Leave.objects.create(user=user, since=since, until=until, kind=kind)
    history.record_plain("user", user.pk, "user.away", by=by, changes={"leave": [None, [since.isoformat(), until.isoformat()]]})
    return leave


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
