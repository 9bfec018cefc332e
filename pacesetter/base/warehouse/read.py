"""Readers: one in-memory DuckDB per thread over the current version's files."""

import datetime as dt
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pacesetter.base.warehouse.making import connection, set_variable
from pacesetter.base.warehouse.manifest import Manifest, folder
from pacesetter.base.warehouse.parts import reading
from pacesetter.core.metrics.facts import views

_local = threading.local()


def query(
    manifest: Manifest,
    sql: str,
    variables: Mapping[str, str | int | dt.date],
    scope: Iterable[tuple[str, int]] | None = None,
    parameters: Sequence[Any] = (),
) -> list[dict[str, Any]]:
    """Run a metric's SQL on one version; `scope` holds the (noun, owner) pairs that the reader may see."""
    con = _asking(manifest, variables)
    if scope is not None:
        _set_scope(con, scope)
    found = con.execute(sql, list(parameters))
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def arrow(manifest: Manifest, sql: str, variables: Mapping[str, str | int | dt.date]) -> Any:
    """The same as an Arrow table, for sums over everything that no person asked for."""
    return _asking(manifest, variables).execute(sql).to_arrow_table()


def _asking(manifest: Manifest, variables: Mapping[str, str | int | dt.date]) -> Any:
    con = _connection(manifest)
    for name, value in variables.items():
        set_variable(con, name, value)
    return con


def _connection(manifest: Manifest) -> Any:
    if getattr(_local, "token", None) != manifest.token:
        _local.con, _local.token = _open(manifest), manifest.token
    return _local.con


def _open(manifest: Manifest) -> Any:
    con = connection(folder())
    for name, table in manifest.facts.items():
        con.execute(f"CREATE VIEW {name} AS {reading(table, folder(), 'id')}")
    for fact in views():
        con.execute(f"CREATE VIEW {fact.name} AS {fact.sql()}")
    return con


def _set_scope(con: Any, scope: Iterable[tuple[str, int]]) -> None:
    import pyarrow as pa

    pairs = sorted(scope)
    table = pa.table(
        {"noun": pa.array([noun for noun, _ in pairs], pa.string()), "scope_owner": pa.array([owner for _, owner in pairs], pa.int64())}
    )
    con.register("scope_rows", table)
    con.execute("CREATE OR REPLACE TEMP TABLE scope AS SELECT * FROM scope_rows")
    con.unregister("scope_rows")
