"""The people of the tests: the owner, her manager, a colleague of another team, an administrator, and somebody without a role."""

import datetime as dt
from dataclasses import dataclass

from pacesetter.base import teams, users
from pacesetter.base.actor import Actor
from pacesetter.base.models import Role, Team, User

SINCE = dt.date(2024, 1, 1)


@dataclass
class Cast:
    """Ines sells for Daniel; Hugo sells for Mei in another team; Ana answers leads; Chiara runs sales operations."""

    ines: User
    daniel: User
    hugo: User
    mei: User
    ana: User
    chiara: User
    yuki: User
    ada: User
    nobody: User
    south: Team
    north: Team

    @classmethod
    def make(cls, by: Actor) -> "Cast":
        roles = {role.key: role for role in Role.objects.all()}
        south, north = teams.create("South", by=by), teams.create("North", by=by)

        def person(name: str, role: str | None, team: Team | None = None, manager: User | None = None) -> User:
            user = users.create(name, email=f"{name.split()[0].lower()}@example.com", role=roles[role] if role else None, by=by)
            if team:
                teams.join(user, team=team, by=by, since=SINCE)
            if manager:
                teams.report_to(user, manager=manager, by=by, since=SINCE)
            return user

        daniel, mei = person("Daniel Hart", "sales_manager", south), person("Mei Tanaka", "sales_manager", north)
        return cls(
            ines=person("Ines Navarro", "seller", south, daniel),
            daniel=daniel,
            hugo=person("Hugo Marchetti", "seller", north, mei),
            mei=mei,
            ana=person("Ana Torres", "sdr", south, daniel),
            chiara=person("Chiara Romano", "vp_sales_ops"),
            yuki=person("Yuki Sato", "analyst"),
            ada=person("Ada Byrne", "administrator"),
            nobody=person("Noah Brandt", None),
            south=south,
            north=north,
        )

    def actor(self, name: str) -> Actor:
        """How one of them acts in the web."""
        return Actor.of(getattr(self, name), via="web")
