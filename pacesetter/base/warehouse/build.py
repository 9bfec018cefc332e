"""Building facts from raw tables: SQL from `core.metrics.facts`, Parquet files in and out.

A group of facts is made anew in stretches of records, so that memory does not grow with the company, two of them at a time; or, when few
records changed, only the rows of those, as a delta.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from pacesetter.base.warehouse.making import Maker, own_maker
from pacesetter.base.warehouse.parts import Table, files, fold
from pacesetter.base.warehouse.sources import SOURCES
from pacesetter.core.metrics.facts import Group, groups

STRETCH = 100_000  # records whose facts are made at once
MAKERS = 2  # stretches that are made beside each other, each by one thread: one stretch alone seldom finds work for two


@dataclass(frozen=True)
class Changed:
    """What is new in the raw tables: any row of those `anew`, of others only the rows of records, by noun.

    `fresh` names the files that hold just those rows, `ids` the file with the ids of a noun's records.
    """

    anew: frozenset[str]
    records: Mapping[str, Sequence[int]]
    fresh: Mapping[str, str]
    ids: Mapping[str, str]
    another_day: bool


def build(
    raw: Mapping[str, Table], old: Mapping[str, Table], changed: Changed, folder: Path, name: str, variables: Mapping[str, Any]
) -> tuple[dict[str, Table], dict[str, Table]]:
    """The raw tables, folded, and those of all facts; what need not be made anew stays as it is in `old`. New files carry `name`."""
    maker = own_maker(folder).set(variables)
    try:
        folded = {table: fold(maker.con, parts, folder, SOURCES[table].unit, f"{table}-{name}") for table, parts in raw.items()}
        return folded, _Builder(maker, folded, dict(old), changed, name).built()
    finally:
        maker.clear()


class _Builder:
    """One run: every group in turn, by `maker` where few rows are made."""

    def __init__(self, maker: Maker, raw: dict[str, Table], old: dict[str, Table], changed: Changed, name: str) -> None:
        self.maker, self.raw, self.old, self.changed, self.name = maker, raw, old, changed, name
        self.anew = set(changed.anew)
        self.new: dict[str, Table] = {}

    def built(self) -> dict[str, Table]:
        for group in groups():
            self.new |= self._group(group)
        return self.new

    def _group(self, group: Group) -> dict[str, Table]:
        """The group's tables: made anew, with a delta, or as they were."""
        kept = {fact: self.old[fact] for fact in group.kept if fact in self.old}
        if len(kept) < len(group.kept) or self._is_due(group):
            return self._anew(group)
        if not group.units or not (records := self.changed.records.get(group.noun)):
            return kept
        worn = group.noun not in self.changed.ids or self.raw[group.records].is_worn(len(records))  # without ids all was read anew
        return self._anew(group) if worn else self._delta(group, kept, len(records))

    def _is_due(self, group: Group) -> bool:
        """Whether something changed that every row may depend on."""
        return bool(self.anew & {*group.reads, *group.units}) or (group.daily and self.changed.another_day) or self._is_outgrown(group)

    def _is_outgrown(self, group: Group) -> bool:
        if not group.outgrown or not any(self._differs(table) for table in group.beside):
            return False
        self.maker.see(group, self.raw, self.new)
        for fact in group.before:
            self.maker.show(fact, self.old[fact])
        return bool(self.maker.con.execute(group.outgrown).fetchone()[0])

    def _differs(self, table: str) -> bool:
        return table in self.anew or bool(self.changed.records.get(SOURCES[table].noun or ""))

    def _delta(self, group: Group, kept: dict[str, Table], count: int) -> dict[str, Table]:
        """The group's tables with the rows of some records made anew."""
        ids, folder = self.changed.ids[group.noun], self.maker.folder
        self.maker.see(group, self.raw, self.new, f'"{{}}" IN (SELECT unit FROM {files(folder, [ids])})', self.changed.fresh)
        made = self.maker.make(group, self.name)
        self.anew |= made.keys()
        tables = {fact: table.plus(made[fact][0], ids, count) for fact, table in kept.items()}
        return {fact: fold(self.maker.con, table, folder, "id", f"{fact}-{self.name}") for fact, table in tables.items()}

    def _anew(self, group: Group) -> dict[str, Table]:
        """The whole group, in stretches of records where its rows belong to records."""
        stretches = self._stretches(group)
        count = min(MAKERS, len(stretches))
        with ExitStack() as stack, ThreadPoolExecutor(count) as pool:
            free: SimpleQueue[Maker] = SimpleQueue()
            for _ in range(count):
                free.put(stack.enter_context(closing(self.maker.another(MAKERS // count, count))))
            made = list(pool.map(lambda pair: self._stretch(free, group, *pair), enumerate(stretches)))
        self.anew |= {*group.kept}
        return {fact: Table(tuple(part[fact][0] for part in made), rows=sum(part[fact][1] for part in made)) for fact in group.kept}

    def _stretch(self, free: "SimpleQueue[Maker]", group: Group, index: int, only: str) -> dict[str, tuple[str, int]]:
        maker = free.get()
        try:
            maker.see(group, self.raw, self.new, only)
            return maker.make(group, f"{self.name}-{index}")
        finally:
            free.put(maker)

    def _stretches(self, group: Group) -> list[str]:
        """For each stretch of records the condition on the column that holds their id."""
        if not group.units:
            return [""]
        self.maker.see(group, self.raw, self.new)
        numbered = f"SELECT id, row_number() OVER (ORDER BY id) AS n FROM {group.records}"
        firsts = self.maker.con.execute(f"SELECT id FROM ({numbered}) WHERE (n - 1) % {STRETCH} = 0 ORDER BY id").fetchall()
        starts = [int(first) for (first,) in firsts] or [0]
        return [f'"{{0}}" >= {start} AND "{{0}}" < {end}' for start, end in zip(starts, [*starts[1:], 2**62], strict=True)]
