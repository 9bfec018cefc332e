"""Whose rows an actor may read: all of them, or those of a set of owners."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["none", "own", "team", "all"]


@dataclass(frozen=True)
class Scope:
    """`owners` is None for "everything"; rows without owner are visible only when `queue` is true."""

    owners: frozenset[int] | None
    queue: bool = False

    @property
    def everything(self) -> bool:
        return self.owners is None

    def allows(self, owner_id: int | None) -> bool:
        """Whether a row of this owner is inside."""
        if self.owners is None:
            return True
        return self.queue if owner_id is None else owner_id in self.owners

    def rows(self, table: Any, column: str = "owner_id") -> Any:
        """The rows of an Ibis table whose `column` (owner) lies inside this scope."""
        if self.owners is None:
            return table
        owner = table[column]
        inside = owner.isin(sorted(self.owners)) if self.owners else owner.isin([-1])
        return table.filter((inside | owner.isnull()) if self.queue else inside.fill_null(False))


def of_owners(owners: Iterable[int], *, queue: bool = False) -> Scope:
    """The scope of a set of owners."""
    return Scope(frozenset(owners), queue)


EVERYTHING = Scope(None, True)
NOTHING = Scope(frozenset(), False)
