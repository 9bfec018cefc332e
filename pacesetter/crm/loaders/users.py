"""The sales team from files: people who may not sign in yet, their managers and teams."""

import datetime as dt
from collections.abc import Collection, Hashable, Iterable
from typing import TYPE_CHECKING

from django.db import transaction

from pacesetter.base import clock, teams, users
from pacesetter.base.loaders import LOADERS, Loader, Remark, Slot, Values
from pacesetter.base.models import HistoryEntry, Reporting, Team, TeamMembership, User
from pacesetter.core.labels import mark
from pacesetter.core.text import fold
from pacesetter.crm import owners
from pacesetter.crm.loaders.shelves import ID_SLOT

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

# A file without dates says how things stand: for its facts, they always stood so.
ALWAYS = dt.date(1970, 1, 1)


class UserLoader(Loader):
    noun = "user"
    label = mark("People")
    capability = "people.manage"
    links = ("manager",)
    telling = (frozenset(("name", "team")), frozenset(("name", "manager")), frozenset(("first_name", "last_name", "manager")))
    files = ("user", "team", "agent", "owner", "employee", "usuario", "equipo", "vendedor", "utent", "venditor", "rep")

    def slots(self) -> list[Slot]:
        return [
            Slot("id", ID_SLOT.label, names=("user id", "owner id", "employee id")),
            Slot(
                "name",
                mark("Name"),
                limit=120,
                names=(
                    "full name",
                    "sales agent",
                    "sales rep",
                    "agent",
                    "rep",
                    "user",
                    "owner",
                    "nombre",
                    "vendedor",
                    "nome",
                    "venditore",
                    "agente",
                ),
            ),
            Slot("first_name", mark("First name"), names=("firstname", "given name")),
            Slot("last_name", mark("Last name"), names=("lastname", "surname", "family name")),
            Slot("email", mark("Email"), type="email", names=("email address", "e-mail", "username", "correo", "correo electrónico")),
            Slot("job_title", mark("Job title"), limit=120, names=("title", "position", "cargo", "ruolo")),
            Slot(
                "manager",
                mark("Manager"),
                lookup="user",
                names=("managerid", "sales manager", "reports to", "gerente", "jefe", "responsabile"),
            ),
            Slot(
                "team",
                mark("Team"),
                lookup="team",
                names=("regional office", "office", "region", "department", "division", "equipo", "oficina", "squadra", "ufficio"),
            ),
        ]

    def settle(self, values: Values) -> None:
        parts = [values.pop(key, "") for key in ("first_name", "last_name")]
        name = values.get("name") or " ".join(part for part in parts if part) or values.get("email", "")
        if name:
            values["name"] = name[:120]

    def judge(self, values: Values) -> Iterable[Remark]:
        if not values.get("name"):
            yield Remark("nameless")

    def adopt(self, keys: Collection[str]) -> dict[str, int]:
        """People of whom an earlier import knew only the id."""
        unknown = User.objects.filter(name_key__in={fold(key) for key in keys}, email=None, is_active=False)
        known = dict(unknown.values_list("name_key", "id"))
        return {key: known[fold(key)] for key in keys if fold(key) in known}

    def recognised(self, ids: dict[str, int], *, by: "Actor") -> None:
        """Placeholders of whom it is known by now that they are these people hand over what they hold."""
        named = User.objects.filter(name_key__in={fold(key) for key in ids}, email=None, is_active=False)
        known = {fold(key): pk for key, pk in ids.items()}
        for placeholder in named:
            if known[placeholder.name_key] != placeholder.pk:
                owners.match(placeholder, to=User.objects.get(pk=known[placeholder.name_key]), by=by)

    def natural(self, values: Values) -> Hashable | None:
        return values.get("email") or fold(values.get("name", "")) or None

    def names(self, values: Values) -> list[str]:
        return [name for name in (values.get("name"), values.get("email")) if name]

    def match(self, keys: Collection[Hashable]) -> dict[Hashable, int]:
        rows = User.objects.filter(name_key__in=keys).order_by("-id").values_list("name_key", "id")
        mails = User.objects.filter(email__in=[key for key in keys if "@" in str(key)]).values_list("email", "id")
        return {**dict(rows), **dict(mails)}

    def stored(self, ids: Collection[int]) -> dict[int, Values]:
        today = clock.today()
        team = dict(TeamMembership.objects.on(today).filter(user__in=ids).values_list("user_id", "team_id"))
        manager = dict(Reporting.objects.on(today).filter(user__in=ids).values_list("user_id", "manager_id"))
        rows = User.objects.in_bulk(list(ids)).values()
        return {
            row.pk: {
                "name": row.name,
                "email": row.email or "",
                "job_title": row.job_title,
                "team": team.get(row.pk),
                "manager": manager.get(row.pk),
            }
            for row in rows
        }

    @transaction.atomic
    def create(self, rows: list[Values], *, by: "Actor") -> list[int]:
        made = [self._person(row, by) for row in rows]
        for user, row in zip(made, rows, strict=True):
            if row.get("team"):
                teams.join(user, team=Team.objects.get(pk=row["team"]), since=ALWAYS, by=by)
        return [user.pk for user in made]

    def _person(self, row: Values, by: "Actor") -> User:
        return users.create(row["name"], by=by, email=row.get("email"), active=False, job_title=row.get("job_title", ""))

    @transaction.atomic
    def update(self, changes: list[tuple[int, Values]], *, by: "Actor") -> None:
        for pk, values in changes:
            user = User.objects.get(pk=pk)
            plain = {key: values[key] for key in ("name", "email", "job_title") if key in values}
            if plain:
                users.edit(user, by=by, **plain)
            if values.get("team"):
                teams.join(user, team=Team.objects.get(pk=values["team"]), since=_since(TeamMembership, user), by=by)
            if values.get("manager") and values["manager"] != pk:
                self._report(user, User.objects.get(pk=values["manager"]), by)

    def _report(self, user: User, manager: User, by: "Actor") -> None:
        """Set the manager; one without a team stands in that of the people who report to them."""
        teams.report_to(user, manager=manager, since=_since(Reporting, user), by=by)
        team = teams.team_of(user)
        if team and not teams.team_of(manager):
            teams.join(manager, team=team, since=ALWAYS, by=by)

    def undo(self, entry: HistoryEntry, *, by: "Actor") -> None:
        user, changes = User.objects.get(pk=entry.object_id), entry.changes
        if entry.kind == "user.joined_team":
            teams.join(user, team=Team.objects.filter(name=changes["team"][0] or "").first(), since=_when(entry), by=by)
        elif entry.kind == "user.reports_to":
            teams.report_to(user, manager=User.objects.filter(name=changes["manager"][0] or "").first(), since=_when(entry), by=by)
        else:
            users.edit(user, by=by, **{key: before for key, (before, _) in changes.items()})

    def remove(self, ids: Collection[int], *, by: "Actor") -> None:
        User.objects.filter(pk__in=ids).delete()


def _when(entry: HistoryEntry) -> dt.date:
    return dt.date.fromisoformat(entry.data["since"])


def _since(model: type[TeamMembership] | type[Reporting], user: User) -> dt.date:
    """A first fact holds since always; a different one than before holds from today."""
    return clock.today() if model.objects.filter(user=user).exists() else ALWAYS


LOADERS.add("user", UserLoader)
