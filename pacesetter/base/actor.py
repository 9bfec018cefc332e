"""Who acts: a user, a token, an import or the system itself, through which door, caused by what."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from pacesetter.base.roles import CAPABILITIES
from pacesetter.core.errors import NotAllowed
from pacesetter.core.scope import Level

if TYPE_CHECKING:
    import uuid

    from pacesetter.base.models import User

Via = Literal["web", "api", "cli", "import", "job", "demo", "system"]


@dataclass(eq=False)
class Actor:
    """The one who acts; `level` and `capabilities` come from the role and may only be narrowed."""

    user: "User | None"
    via: Via
    level: Level
    capabilities: frozenset[str]
    caused_by: int | None = None
    batch: "uuid.UUID | None" = None  # marks every history entry of an import or bulk change
    language: str = field(default="en")

    @classmethod
    def of(cls, user: "User", *, via: Via, only: list[str] | None = None, caused_by: int | None = None) -> "Actor":
        """The actor of a user; a token passes `only` the capabilities it is limited to."""
        role = user.role
        granted = frozenset(role.capabilities if role else ())
        level: Level = role.level if role else "none"  # type: ignore[assignment]
        return cls(user, via, level, granted & frozenset(only) if only else granted, caused_by, language=user.language or "en")

    @classmethod
    def local(cls) -> "Actor":
        """The command line's local administrator."""
        return cls(None, "cli", "all", frozenset(CAPABILITIES))

    @classmethod
    def system(cls, via: Via = "system") -> "Actor":
        """The program itself: first run, demo company, scheduled work."""
        return cls(None, via, "all", frozenset(CAPABILITIES))

    def because_of(self, entry_id: int) -> "Actor":
        """The same actor, acting because of a history entry."""
        return replace(self, caused_by=entry_id)

    @property
    def user_id(self) -> int | None:
        return self.user.pk if self.user else None

    def can(self, capability: str) -> bool:
        return capability in self.capabilities

    def require(self, capability: str, *objects: Any) -> None:
        """Refuse unless the role includes `capability` and every object lies in the actor's editable scope."""
        if capability not in self.capabilities:
            raise NotAllowed("not_allowed", capability=CAPABILITIES.get(capability, capability))
        if self.level != "all":
            self._require_ownership(objects)

    def _require_ownership(self, objects: tuple[Any, ...]) -> None:
        from pacesetter.base.scope import scope_of

        for obj in (one for one in objects if hasattr(one, "owner_id")):
            if not scope_of(self, obj.noun, to="edit").allows(obj.owner_id):
                raise NotAllowed("not_yours", noun=obj.noun)

    @cached_property
    def owners(self) -> frozenset[int]:
        """The users whose rows this actor handles: oneself, and at level `team` today's reports, all the way down."""
        from pacesetter.base.teams import everyone_under

        if self.user_id is None or self.level == "none":
            return frozenset()
        return frozenset({self.user_id} | (everyone_under(self.user_id) if self.level == "team" else set()))

    @cached_property
    def teams(self) -> frozenset[int]:
        """The teams of which this actor handles everybody, those below them included; of who sees all rows none is listed."""
        from pacesetter.base import clock
        from pacesetter.base.teams import members_on

        found = members_on(clock.today()) if self.owners else {}
        return frozenset(pk for pk, (_, members) in found.items() if members and self.owners.issuperset(members))

    @cached_property
    def accounts_open(self) -> bool:
        """Whether the company lets everyone read accounts and contacts."""
        from pacesetter.base import settings

        return bool(settings.get("company.accounts_open"))
