"""A table in files: a base, then deltas that replace the rows of some records. Deltas are folded when there are many of them."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

DELTAS = 8  # then they are folded into one
SHARE = 4  # … and into the base, when they replace more than a quarter of its rows


@dataclass(frozen=True)
class Table:
    """The base's files, then deltas as (rows, ids that they replace); file names are relative to the folder of the extracts."""

    base: tuple[str, ...]
    deltas: tuple[tuple[str, str], ...] = ()
    rows: int = 0
    replaced: int = 0

    @property
    def files(self) -> list[str]:
        return [*self.base, *(name for delta in self.deltas for name in delta)]

    def is_worn(self, ids: int) -> bool:
        """Whether so many more replaced records make reading or writing everything anew the shorter way."""
        return SHARE * (self.replaced + ids) > self.rows

    def plus(self, rows: str, ids: str, count: int) -> "Table":
        """The table after one more delta."""
        return replace(self, deltas=(*self.deltas, (rows, ids)), replaced=self.replaced + count)


def reading(table: Table, folder: Path, unit: str, only: str = "") -> str:
    """SQL for all rows, or those with `only` true: of each record the newest part counts, also where it says that the rows are gone."""
    parts, selects = [(table.base, ""), *(((rows,), ids) for rows, ids in table.deltas)], []
    for index, (rows, _) in enumerate(parts):
        tests = [only] if only else []
        if later := [ids for _, ids in parts[index + 1 :]]:
            tests.append(f'"{unit}" NOT IN (SELECT unit FROM {files(folder, later)})')
        selects.append(f"SELECT * FROM {files(folder, rows)}" + (f" WHERE {' AND '.join(tests)}" if tests else ""))
    return " UNION ALL ".join(selects)


def units_of(table: Table, folder: Path, unit: str, ids: "array[int]") -> list[int]:
    """The records to which the rows with these ids belong or once belonged."""
    import duckdb
    import pyarrow as pa

    wanted = pa.table({"id": pa.array(ids, pa.int64())})
    everything = files(folder, [*table.base, *(rows for rows, _ in table.deltas)])
    with duckdb.connect(config={"threads": 2}) as con:
        con.register("wanted", wanted)
        return [found for (found,) in con.execute(f'SELECT DISTINCT "{unit}" FROM {everything} WHERE id IN (FROM wanted)').fetchall()]


def fold(con: Any, table: Table, folder: Path, unit: str, name: str) -> Table:
    """The same rows in fewer files, once there are many deltas."""
    if len(table.deltas) < DELTAS:
        return table
    if table.is_worn(0):
        rows = write(con, reading(table, folder, unit), folder / f"{name}-base.parquet")
        return Table((f"{name}-base.parquet",), rows=rows)
    (first, *_), ids = table.deltas, [ids for _, ids in table.deltas]
    changed = replace(table, base=(first[0],), deltas=table.deltas[1:])
    write(con, reading(changed, folder, unit), folder / f"{name}-fold.parquet")
    count = write(con, f"SELECT DISTINCT unit FROM {files(folder, ids)}", folder / f"{name}-fold-ids.parquet")
    return replace(table, deltas=((f"{name}-fold.parquet", f"{name}-fold-ids.parquet"),), replaced=count)


def write(con: Any, sql: str, file: Path) -> int:
    """Write the rows of a query into a file; returns how many."""
    found = con.execute(f"COPY ({sql}) TO '{_quoted(file)}' (FORMAT parquet, COMPRESSION zstd)").fetchone()
    return int(found[0])


def files(folder: Path, names: Iterable[str]) -> str:
    """The DuckDB expression that reads some files."""
    return "read_parquet([" + ", ".join(f"'{_quoted(folder / name)}'" for name in names) + "])"


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
