"""People, teams, roles and tokens."""

import datetime as dt
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status

from pacesetter.api.auth import actor_of
from pacesetter.api.records import one, person
from pacesetter.base import find, roles, scope, teams, tokens, users
from pacesetter.base.actor import Actor
from pacesetter.base.models import FAR, ApiToken, Role, Team, User
from pacesetter.core.errors import Invalid

router = Router()


class PersonIn(Schema):
    name: str
    email: str | None = None
    role: str | None = None
    job_title: str = ""


class PersonEdit(Schema):
    name: str | None = None
    email: str | None = None
    role: str | None = None
    job_title: str | None = None
    language: str | None = None
    time_zone: str | None = None
    is_active: bool | None = None


class TurnIn(Schema):
    """A team or manager by id (or null), and from which day on."""

    id: int | None
    since: dt.date | None = None


class SpanIn(Schema):
    since: dt.date
    until: dt.date | None = None
    ramp_until: dt.date | None = None
    kind: str = "leave"


class TeamIn(Schema):
    name: str
    parent: int | None = None
    calendar: int | None = None


class RoleIn(Schema):
    label: dict[str, str] | None = None
    level: str | None = None
    capabilities: list[str] | None = None


class TokenIn(Schema):
    name: str
    days: int = 90
    capabilities: list[str] = []


def _person(user: User, team: int | None = None, manager: int | None = None) -> dict[str, Any]:
    base = {
        "id": user.pk,
        "name": user.name,
        "email": user.email,
        "role": user.role and user.role.key,
        "job_title": user.job_title,
        "is_active": user.is_active,
    }
    return base | {"team": team, "manager": manager}


def _whole(user: User) -> dict[str, Any]:
    team, manager = teams.places_of([user])[user.pk]
    return _person(user, team, manager)


@router.get("/people", response=list[dict[str, Any]], summary="Everybody, with today's team and manager")
def listed(request: HttpRequest) -> Any:
    people = list(find.every(User).select_related("role"))
    today = teams.places_of(people)
    return [_person(user, *today[user.pk]) for user in people]


@router.get("/me", response=dict[str, Any], summary="Who is calling, and what they may do")
def me(request: HttpRequest) -> Any:
    by = actor_of(request)
    assert by.user is not None
    return _whole(by.user) | {"level": by.level, "capabilities": sorted(by.capabilities)}


@router.post("/people", response={201: dict[str, Any]}, summary="Add a person; answers the invitation path")
def create(request: HttpRequest, body: PersonIn) -> Any:
    role = roles.by_key(body.role) if body.role else None
    user = users.create(body.name, email=body.email, role=role, job_title=body.job_title, by=actor_of(request))
    return Status(
        201, _whole(user) | {"invitation": f"/invitations/{users.invitation(user, by=actor_of(request))}" if user.email else None}
    )


@router.patch("/people/{int:pk}", response=dict[str, Any], summary="Change a person")
def edit(request: HttpRequest, pk: int, body: PersonEdit) -> Any:
    changes: dict[str, Any] = body.dict(exclude_unset=True)
    for key in [key for key, value in changes.items() if value is None and key not in ("email", "role")]:
        raise Invalid("required", field=key)
    if changes.get("role"):
        changes["role"] = roles.by_key(changes["role"])
    return _whole(users.edit(find.one(User, pk), by=actor_of(request), **changes))


@router.post(
    "/people/{int:pk}/invitation", response=dict[str, str], summary="A link for setting a password, for where no mail server is set"
)
def invite(request: HttpRequest, pk: int) -> Any:
    return {"path": f"/invitations/{users.invitation(find.one(User, pk), by=actor_of(request))}"}


@router.put("/people/{int:pk}/team", response=dict[str, Any], summary="Put a person into a team from a day on")
def join(request: HttpRequest, pk: int, body: TurnIn) -> Any:
    teams.join(find.one(User, pk), team=find.one(Team, body.id) if body.id else None, since=body.since, by=actor_of(request))
    return _whole(find.one(User, pk))


@router.put("/people/{int:pk}/manager", response=dict[str, Any], summary="Say whom a person reports to from a day on")
def report(request: HttpRequest, pk: int, body: TurnIn) -> Any:
    teams.report_to(find.one(User, pk), manager=person(body.id), since=body.since, by=actor_of(request))
    return _whole(find.one(User, pk))


@router.post("/people/{int:pk}/employments", response={201: dict[str, Any]}, summary="State when a person worked here")
def employ(request: HttpRequest, pk: int, body: SpanIn) -> Any:
    row = teams.employ(find.one(User, pk), since=body.since, until=body.until or FAR, ramp_until=body.ramp_until, by=actor_of(request))
    return Status(201, {"id": row.pk, "since": row.since, "until": row.until, "ramp_until": row.ramp_until})


@router.post("/people/{int:pk}/leaves", response={201: dict[str, Any]}, summary="State that a person is away")
def away(request: HttpRequest, pk: int, body: SpanIn) -> Any:
    row = teams.away(find.one(User, pk), since=body.since, until=body.until or FAR, kind=body.kind, by=actor_of(request))
    return Status(201, {"id": row.pk, "since": row.since, "until": row.until, "kind": row.kind})


@router.get("/people/{int:pk}/access/{noun}/{int:record}", response=dict[str, Any], summary="Why this person can or cannot see a record")
def access(request: HttpRequest, pk: int, noun: str, record: int) -> Any:
    by = actor_of(request)
    by.require("access.explain")
    code, params = scope.explain(Actor.of(find.one(User, pk), via="api"), one(noun, record, by).owner_id, noun)
    return {"code": code, "params": params}


def _shown_team(team: Team) -> dict[str, Any]:
    return {"id": team.pk, "name": team.name, "parent": team.parent_id, "calendar": team.calendar_id, "archived_on": team.archived_on}


@router.get("/teams", response=list[dict[str, Any]], summary="All teams")
def all_teams(request: HttpRequest) -> Any:
    return [_shown_team(team) for team in find.every(Team)]


@router.post("/teams", response={201: dict[str, Any]}, summary="Make a team")
def create_team(request: HttpRequest, body: TeamIn) -> Any:
    parent = find.one(Team, body.parent) if body.parent else None
    return Status(201, _shown_team(teams.create(body.name, parent=parent, calendar_id=body.calendar, by=actor_of(request))))


@router.patch("/teams/{int:pk}", response=dict[str, Any], summary="Rename a team or hang it below another one")
def edit_team(request: HttpRequest, pk: int, body: TeamIn) -> Any:
    parent = find.one(Team, body.parent) if body.parent else None
    return _shown_team(teams.edit(find.one(Team, pk), by=actor_of(request), name=body.name, parent=parent, calendar_id=body.calendar))


@router.get("/roles", response=list[dict[str, Any]], summary="Roles and their capabilities")
def all_roles(request: HttpRequest) -> Any:
    return [{"key": r.key, "label": r.label, "level": r.level, "capabilities": r.capabilities} for r in find.every(Role)]


@router.patch("/roles/{key}", response=dict[str, Any], summary="Change a role")
def edit_role(request: HttpRequest, key: str, body: RoleIn) -> Any:
    role = roles.edit(roles.by_key(key), by=actor_of(request), **body.dict(exclude_unset=True))
    return {"key": role.key, "label": role.label, "level": role.level, "capabilities": role.capabilities}


@router.get("/tokens", response=list[dict[str, Any]], summary="One's own tokens")
def own_tokens(request: HttpRequest) -> Any:
    rows = find.every(ApiToken, user_id=actor_of(request).user_id)
    return [
        {
            "id": t.pk,
            "name": t.name,
            "prefix": t.prefix,
            "capabilities": t.capabilities,
            "expires_at": t.expires_at,
            "revoked_at": t.revoked_at,
        }
        for t in rows
    ]


@router.post("/tokens", response={201: dict[str, Any]}, summary="Make a token; its secret is shown only now")
def create_token(request: HttpRequest, body: TokenIn) -> Any:
    by = actor_of(request)
    assert by.user is not None
    token, secret = tokens.create(by.user, name=body.name, days=body.days, capabilities=body.capabilities, by=by)
    return Status(201, {"id": token.pk, "secret": secret, "expires_at": token.expires_at})


@router.delete("/tokens/{int:pk}", response={204: None}, summary="Revoke a token")
def revoke(request: HttpRequest, pk: int) -> Any:
    by = actor_of(request)
    tokens.revoke(tokens.by_id(pk, by=by), by=by)
    return Status(204, None)
