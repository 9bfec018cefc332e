"""Building facts from raw tables: DuckDB in memory, SQL from `core.metrics.facts`, Parquet files in and out.

A group of facts is made anew in stretches of records, so that memory does not grow with the company; or, when few records changed,
only the rows of those, as a delta.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pacesetter.base.warehouse.parts import Table, files, fold, reading, write
from pacesetter.base.warehouse.sources import SOURCES
from pacesetter.core.metrics.facts import MACROS, Group, groups
from pacesetter.core.metrics.tables import RAW, SQL_TYPES

STRETCH = 100_000  # records whose facts are made at once
MEMORY = "1GB"  # what DuckDB may hold; beyond, it spills to disk


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
    with closing(connection(folder)) as con:
        for key, value in variables.items():
            set_variable(con, key, value)
        folded = {table: fold(con, parts, folder, SOURCES[table].unit, f"{table}-{name}") for table, parts in raw.items()}
        return folded, _Builder(con, folded, dict(old), changed, folder, name).built()


def connection(folder: Path) -> Any:
    """An in-memory DuckDB with our functions; what does not fit into memory goes to the folder."""
    import duckdb

    con = duckdb.connect(config={"threads": 2, "memory_limit": MEMORY, "temp_directory": str(folder / "spill")})
    for macro in MACROS:
        con.execute(macro)
    return con


class _Builder:
    """One run. A group's statements see what they read in the schemas `raw` and `fact`, made for each of them."""

    def __init__(self, con: Any, raw: dict[str, Table], old: dict[str, Table], changed: Changed, folder: Path, name: str) -> None:
        self.con, self.raw, self.old, self.changed, self.folder, self.name = con, raw, old, changed, folder, name
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
        self._see(group)
        for fact in group.before:
            self.con.execute(f"CREATE VIEW fact.{fact} AS {reading(self.old[fact], self.folder, 'id')}")
        return bool(self.con.execute(group.outgrown).fetchone()[0])

    def _differs(self, table: str) -> bool:
        return table in self.anew or bool(self.changed.records.get(SOURCES[table].noun or ""))

    def _delta(self, group: Group, kept: dict[str, Table], count: int) -> dict[str, Table]:
        """The group's tables with the rows of some records made anew; for so few, a second thread costs more than it brings."""
        self.con.execute("SET threads = 1")
        ids = self.changed.ids[group.noun]
        self._see(group, only=f'"{{}}" IN (SELECT unit FROM {files(self.folder, [ids])})', fresh=True)
        made = {fact: file for fact, file, _ in self._make(group, self.name)}
        self.anew |= made.keys()
        tables = {fact: table.plus(made[fact], ids, count) for fact, table in kept.items()}
        return {fact: fold(self.con, table, self.folder, "id", f"{fact}-{self.name}") for fact, table in tables.items()}

    def _anew(self, group: Group) -> dict[str, Table]:
        """The whole group, in stretches of records where its rows belong to records."""
        self.con.execute("SET threads = 2")
        made: dict[str, list[tuple[str, int]]] = {fact: [] for fact in group.kept}
        for index, only in enumerate(self._stretches(group)):
            self._see(group, only=only)
            for fact, file, rows in self._make(group, f"{self.name}-{index}"):
                made[fact].append((file, rows))
        self.anew |= made.keys()
        return {fact: Table(tuple(file for file, _ in parts), rows=sum(rows for _, rows in parts)) for fact, parts in made.items()}

    def _stretches(self, group: Group) -> list[str]:
        """For each stretch of records the condition on the column that holds their id."""
        if not group.units:
            return [""]
        self._see(group)
        numbered = f"SELECT id, row_number() OVER (ORDER BY id) AS n FROM {group.records}"
        firsts = self.con.execute(f"SELECT id FROM ({numbered}) WHERE (n - 1) % {STRETCH} = 0 ORDER BY id").fetchall()
        starts = [int(first) for (first,) in firsts] or [0]
        return [f'"{{0}}" >= {start} AND "{{0}}" < {end}' for start, end in zip(starts, [*starts[1:], 2**62], strict=True)]

    def _see(self, group: Group, only: str = "", fresh: bool = False) -> None:
        """Make the tables that the group reads; of the records' own tables a copy of the rows with `only` true of their column.

        With `fresh`, those are the rows that were just read, where a file holds them.
        """
        self.con.execute("DROP SCHEMA IF EXISTS raw CASCADE; DROP SCHEMA IF EXISTS fact CASCADE")
        self.con.execute("CREATE SCHEMA raw; CREATE SCHEMA fact; SET search_path = 'raw,fact'")
        for name in group.tables:
            if fresh and name in group.units and name in self.changed.fresh:
                self.con.execute(f"CREATE TABLE raw.{name} AS FROM {files(self.folder, [self.changed.fresh[name]])}")
            elif name in RAW:
                test = only.format(group.units[name]) if only and name in group.units else ""
                self.con.execute(f"CREATE {'TABLE' if test and name == group.records else 'VIEW'} raw.{name} AS {self._rows(name, test)}")
            else:
                self.con.execute(f"CREATE VIEW fact.{name} AS {reading(self.new[name], self.folder, 'id')}")

    def _rows(self, name: str, only: str) -> str:
        """SQL for a raw table; one that no room delivers is empty."""
        if name in self.raw:
            return reading(self.raw[name], self.folder, SOURCES[name].unit, only)
        empty = ", ".join(f'CAST(NULL AS {SQL_TYPES[kind]}) AS "{column}"' for column, kind in RAW[name].items())
        return f"SELECT {empty} WHERE false"

    def _make(self, group: Group, name: str) -> Iterator[tuple[str, str, int]]:
        """Run the group's statements; yields fact, file and rows of each that is kept."""
        for fact in group.made:
            if fact.step:
                self.con.execute(f"CREATE TABLE fact.{fact.name} AS {fact.sql()}")
                continue
            file = f"{fact.name}-{name}.parquet"
            rows = write(self.con, fact.sql(), self.folder / file)
            self.con.execute(f"CREATE VIEW fact.{fact.name} AS FROM {files(self.folder, [file])}")
            yield fact.name, file, rows


def set_variable(con: Any, name: str, value: str | int | dt.date) -> None:
    """Set a DuckDB variable; only values of our own making come here."""
    text = (
        f"DATE '{value}'"
        if isinstance(value, dt.date)
        else f"{value}::BIGINT"
        if isinstance(value, int)
        else "'" + value.replace("'", "''") + "'"
    )
    con.execute(f"SET VARIABLE {name} = {text}")
