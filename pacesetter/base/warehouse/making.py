"""DuckDB in memory: a connection with our functions, and one that makes the tables of a group of facts."""

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pacesetter.base.warehouse.parts import Table, files, reading, write
from pacesetter.base.warehouse.sources import SOURCES
from pacesetter.core.metrics.facts import MACROS, Group
from pacesetter.core.metrics.tables import RAW, SQL_TYPES

MEMORY = 1_000  # megabytes that DuckDB may hold; beyond, it spills to disk


def connection(folder: Path, threads: int = 2, memory: int = MEMORY) -> Any:
    """An in-memory DuckDB with our functions; what does not fit into memory goes to the folder."""
    import duckdb

    con = duckdb.connect(config={"threads": threads, "memory_limit": f"{memory}MB", "temp_directory": str(folder / "spill")})
    for macro in MACROS:
        con.execute(macro)
    return con


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


@lru_cache(1)
def own_maker(folder: Path) -> "Maker":
    """The one that this process keeps between refreshes, of which there is one at a time: making one takes a tenth of a small refresh."""
    return Maker(folder)


class Maker:
    """A connection on which a group's statements run. They see what they read in the schemas `raw` and `fact`, made for each group."""

    def __init__(self, folder: Path, threads: int = 1, memory: int = MEMORY) -> None:
        self.con, self.folder, self.variables = connection(folder, threads, memory), folder, dict[str, Any]()

    def set(self, variables: Mapping[str, Any]) -> "Maker":
        """Set what the SQL of facts asks for."""
        self.variables = dict(variables)
        for key, value in variables.items():
            set_variable(self.con, key, value)
        return self

    def another(self, threads: int, shares: int) -> "Maker":
        """A maker of its own database, with its share of the memory."""
        return Maker(self.folder, threads, MEMORY // shares).set(self.variables)

    def clear(self) -> None:
        """Forget what was seen and made."""
        self.con.execute("DROP SCHEMA IF EXISTS raw CASCADE; DROP SCHEMA IF EXISTS fact CASCADE")

    def close(self) -> None:
        self.con.close()

    def see(
        self, group: Group, raw: Mapping[str, Table], facts: Mapping[str, Table], only: str = "", fresh: Mapping[str, str] | None = None
    ) -> None:
        """Show the tables that the group reads; of the records' own tables the rows with `only` true of their column.

        With `fresh`, those are the rows that were just read, where a file holds them. The records themselves are copied, being read often.
        """
        self.clear()
        self.con.execute("CREATE SCHEMA raw; CREATE SCHEMA fact; SET search_path = 'raw,fact'")
        for name in group.tables:
            kind = "TABLE" if only and name == group.records else "VIEW"
            if fresh and name in group.units and name in fresh:
                self.con.execute(f"CREATE {kind} raw.{name} AS FROM {files(self.folder, [fresh[name]])}")
            elif name in RAW:
                test = only.format(group.units[name]) if name in group.units else ""
                self.con.execute(f"CREATE {kind} raw.{name} AS {self._rows(raw, name, test)}")
            else:
                self.show(name, facts[name])

    def show(self, fact: str, table: Table) -> None:
        """Show a fact."""
        self.con.execute(f"CREATE VIEW fact.{fact} AS {reading(table, self.folder, 'id')}")

    def _rows(self, raw: Mapping[str, Table], name: str, only: str) -> str:
        """SQL for a raw table; one that no room delivers is empty."""
        if name in raw:
            return reading(raw[name], self.folder, SOURCES[name].unit, only)
        empty = ", ".join(f'CAST(NULL AS {SQL_TYPES[kind]}) AS "{column}"' for column, kind in RAW[name].items())
        return f"SELECT {empty} WHERE false"

    def make(self, group: Group, name: str) -> dict[str, tuple[str, int]]:
        """Run the group's statements; for each fact that is kept its file and the number of its rows."""
        made: dict[str, tuple[str, int]] = {}
        for fact in group.made:
            if fact.step:
                self.con.execute(f"CREATE TABLE fact.{fact.name} AS {fact.sql()}")
                continue
            file = f"{fact.name}-{name}.parquet"
            made[fact.name] = file, write(self.con, fact.sql(), self.folder / file)
            self.con.execute(f"CREATE VIEW fact.{fact.name} AS FROM {files(self.folder, [file])}")
        return made
