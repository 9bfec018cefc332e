"""Questions to rows that no version holds: read column by column when they are asked, once a night, and forgotten."""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pacesetter.base.warehouse import extract
from pacesetter.base.warehouse.making import connection, set_variable
from pacesetter.base.warehouse.parts import files
from pacesetter.base.warehouse.sources import Source
from pacesetter.core.metrics.tables import Columns


def straight(rows: Callable[[], Any], kinds: Columns, sql: str, variables: Mapping[str, str]) -> Any:
    """The answer of `sql` as an Arrow table, asked of the table `found`: the QuerySet's columns that `kinds` names."""
    with TemporaryDirectory(prefix="pacesetter-") as scratch:
        extract.write_whole({"found": (Source("found", rows, None, "id", {}, None, kinds), Path(scratch, "found.parquet"))})
        with connection(Path(scratch)) as con:
            for name, value in variables.items():
                set_variable(con, name, value)
            con.execute(f"CREATE VIEW found AS FROM {files(Path(scratch), ['found.parquet'])}")
            return con.execute(sql).to_arrow_table()
