"""What every reader hands out: a table's description, and its rows in batches with their line numbers."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

BATCH_ROWS = 5_000


@dataclass(frozen=True)
class Fault:
    """A line that is not a row of the table, and why."""

    line: int
    cells: list[str]
    code: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass
class Batch:
    """Rows of text cells, all as wide as the header, with the file line each began on."""

    lines: list[int] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows) + len(self.faults)


@dataclass(frozen=True)
class Layout:
    """Where the table lies: the line of the header (0 when there is none) and the names of its columns."""

    header_line: int
    names: tuple[str, ...]


class Table(Protocol):
    """An opened file: facts for people to see, and its rows, as often as asked."""

    format: str
    layout: Layout

    def facts(self) -> dict[str, Any]: ...

    def batches(self, *, after: int = 0, size: int = BATCH_ROWS) -> Iterator[Batch]:
        """The rows that begin after line `after`."""
        ...
