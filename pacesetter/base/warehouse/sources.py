"""Sources: the QuerySets whose columns become raw tables."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pacesetter.core.metrics.tables import RAW, Columns
from pacesetter.core.registry import Registry


@dataclass(frozen=True)
class Source:
    """One raw table. When a record of `noun` changes, the rows whose `unit` is its id are read again.

    Without a noun all rows are read again, when a record of a noun in `after` changed, or one of a noun that nobody here knows.
    Rows may be records themselves, of the noun `child`: then the record to which a changed one belonged before is read again too.

    `kinds` names the raw columns with their kinds, `columns` maps them to paths of the QuerySet where the names differ. `scope` is the raw column that owns a row, None for
    reference tables that everyone may read; the facts carry it on as `seen`.
    """

    name: str
    rows: Callable[[], Any]
    noun: str | None
    unit: str
    columns: dict[str, str]
    scope: str | None
    kinds: Columns
    after: frozenset[str] = frozenset()
    child: str = ""

    @property
    def paths(self) -> list[str]:
        """Where each raw column comes from, in the table's order."""
        return [self.columns.get(name, name) for name in self.kinds]

    @property
    def unit_path(self) -> str:
        return self.columns.get(self.unit, self.unit)


SOURCES: Registry[Source] = Registry("source")
# (changed noun, noun of the records it touches) → the ids of those, in batches
TOUCHES: Registry[Callable[[Sequence[int]], Iterable[int]]] = Registry("touch")


def touches(noun: str, records: str) -> Callable[[Callable[[Sequence[int]], Any]], Callable[[Sequence[int]], Any]]:
    """Register the function that finds the records whose rows a change of `noun` touches."""

    def add(find: Callable[[Sequence[int]], Any]) -> Callable[[Sequence[int]], Any]:
        return TOUCHES.add(f"{noun} {records}", find)

    return add


# Nouns that leave history and that no number reads.
_UNREAD = (
    "contact campaign campaign_member deal_contact deal_history product lead_status option field view token role setting export import"
)


def known_nouns() -> frozenset[str]:
    """Every noun of which it is known what its changes mean for the extracts."""
    known = (noun for source in SOURCES.values() for noun in (*source.after, source.noun, source.child) if noun)
    return frozenset([*_UNREAD.split(), *known, *(key.split()[0] for key in TOUCHES)])


def source(
    name: str, *, scope: str | None, noun: str | None = None, unit: str = "id", after: str = "", child: str = "", **columns: str
) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Register the function that returns the QuerySet of the raw table `name`; `after` names nouns, with spaces between."""

    def add(rows: Callable[[], Any]) -> Callable[[], Any]:
        SOURCES.add(name, Source(name, rows, noun, unit, columns, scope, RAW[name], frozenset(after.split()), child))
        return rows

    return add
