"""Building facts from raw files: DuckDB in memory, SQL from `core.metrics.facts`, one Parquet file per fact."""

import datetime as dt
from pathlib import Path
from typing import Any

from pacesetter.base.warehouse.manifest import Table
from pacesetter.base.warehouse.sources import SOURCES
from pacesetter.core import money
from pacesetter.core.metrics.facts import MACROS, facts
from pacesetter.core.metrics.tables import RAW, SQL_TYPES


def build(raw: dict[str, Table], folder: Path, into: Path, *, zone: str, currency: str, today: dt.date) -> None:
    """Write every fact into the folder `into`."""
    con = _connection(raw, folder)
    variables: dict[str, str | int | dt.date] = {
        "zone": zone,
        "company_currency": currency,
        "company_exponent": money.exponent(currency),
        "today": today,
    }
    for name, value in variables.items():
        set_variable(con, name, value)
    into.mkdir(parents=True)
    for fact in facts():
        con.execute(f"CREATE TABLE fact.{fact.name} AS {fact.sql()}")
        if not fact.step:
            con.execute(f"COPY fact.{fact.name} TO '{_quoted(into / fact.name)}.parquet' (FORMAT parquet, COMPRESSION zstd)")
    con.close()


def _connection(raw: dict[str, Table], folder: Path) -> Any:
    import duckdb

    con = duckdb.connect(config={"threads": 2})
    con.execute("CREATE SCHEMA raw; CREATE SCHEMA fact; SET search_path = 'raw,fact'")
    for macro in MACROS:
        con.execute(macro)
    for name, columns in RAW.items():
        con.execute(f"CREATE TABLE raw.{name} AS {_reading(name, raw[name], folder) if name in raw else _nothing(columns)}")
    return con


def _nothing(columns: dict[str, str]) -> str:
    """A table that no room delivers is empty."""
    return "SELECT " + ", ".join(f'CAST(NULL AS {SQL_TYPES[kind]}) AS "{name}"' for name, kind in columns.items()) + " WHERE false"


def _reading(name: str, table: Table, folder: Path) -> str:
    """Base and deltas as one table: of each id the newest part counts, also where it says that the rows are gone."""
    parts = [(table.base, None), *table.deltas]
    unit, selects = SOURCES[name].unit, []
    for index, (rows, _) in enumerate(parts):
        later = [f"'{_quoted(folder / ids)}'" for _, ids in parts[index + 1 :] if ids]
        gone = f' WHERE "{unit}" NOT IN (SELECT unit FROM read_parquet([{", ".join(later)}]))' if later else ""
        selects.append(f"SELECT * FROM read_parquet('{_quoted(folder / rows)}'){gone}")
    return " UNION ALL ".join(selects)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


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
