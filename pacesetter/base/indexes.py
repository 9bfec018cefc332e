"""Secondary indexes, and foreign keys with them: taken off tables that a flood of rows fills, and put back after.

Building an index over all rows at once costs a fraction of keeping it up row by row. Who is killed in between leaves tables
without them: the load that goes on puts them back, and so does every start of the program (`ensure`).
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from pacesetter.base import foreign_keys, words
from pacesetter.base.ensure import step
from pacesetter.base.worker import chore

SAMPLED = 100_000  # rows of an index that SQLite looks at now and then: what many more share looks as if so many shared it
ROOMY = {"cache_size": -200_000, "temp_store": 1, "threads": 2}
PAUSE = 0.02  # between two indexes, for writers
AGAIN_SECONDS = 6 * 3600
_next = time.monotonic() + 60  # a worker that just started has other things to do
# What a load looks records up by, unless it knows that there is nothing to be found.
LOOKED_UP = frozenset({"name_key", "email", "happened_at"})


@contextmanager
def off(models: Sequence[Any], *, keep: frozenset[str] = LOOKED_UP) -> Iterator[None]:
    """Tables without their secondary indexes for what happens inside, but for those over columns in `keep`."""
    drop(models, keep=keep)
    try:
        yield
    finally:
        if models:
            with roomy():
                ensure()
            analyze(models)
            foreign_keys.demand(models)


def drop(models: Sequence[Any], *, keep: frozenset[str] = frozenset()) -> None:
    """Take secondary indexes off tables; `ensure` puts them back."""
    with transaction.atomic(), connection.cursor() as cursor:
        for model in models:
            for name in _statements(model).keys() - _over(model, keep):
                cursor.execute(f'DROP INDEX IF EXISTS "{name}"')
        words.drop(models)
        foreign_keys.drop(models)


@step
def ensure() -> None:
    """Build the indexes that are missing, each in a transaction of its own."""
    there, tables = _names(), set(connection.introspection.table_names())
    for model in apps.get_models():
        if model._meta.managed and model._meta.db_table in tables:
            for name, statement in _statements(model).items():
                if name not in there:
                    with transaction.atomic(), connection.cursor() as cursor:
                        cursor.execute(statement)
    words.ensure()
    foreign_keys.ensure()


def analyze(models: Sequence[Any]) -> None:
    """Tell the planner how many rows there are and how many share a value: without that it takes the wrong index."""
    with _sampling() as cursor:
        for model in models:
            cursor.execute(f'ANALYZE "{model._meta.db_table}"')


@chore
def analyze_now_and_then() -> None:
    """SQLite does not do it by itself, as PostgreSQL does. It locks out writers, so it looks at one index at a time, and not at all of it."""
    global _next
    if connection.vendor == "sqlite" and time.monotonic() >= _next:
        _next = time.monotonic() + AGAIN_SECONDS
        with _sampling() as cursor:
            for name in sorted(_names()):
                cursor.execute(f'ANALYZE "{name}"')
                time.sleep(PAUSE)


@contextmanager
def roomy() -> Iterator[None]:
    """Room for SQLite to sort in; it sorts runs into a file a quarter quicker than one long list in memory."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:  # inside somebody's transaction it cannot be had
        yield
        return
    with connection.cursor() as cursor:
        kept = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ROOMY}
        for name, value in ROOMY.items():
            cursor.execute(f"PRAGMA {name} = {value}")
        try:
            yield
        finally:
            for name, value in kept.items():
                cursor.execute(f"PRAGMA {name} = {value}")


@contextmanager
def _sampling() -> Iterator[Any]:
    """A cursor under which ANALYZE looks at some rows only; PostgreSQL always does."""
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if sqlite:
            cursor.execute(f"PRAGMA analysis_limit = {SAMPLED}")
        yield cursor
        if sqlite:
            cursor.execute("PRAGMA analysis_limit = 0")


def _statements(model: Any) -> dict[str, str]:
    """How to build each secondary index of a model; those of unique constraints are not among them."""
    made = connection.schema_editor()._model_indexes_sql(model)  # type: ignore[attr-defined]
    return {str(one.parts["name"]).strip('"'): str(one) for one in made if one}


def _over(model: Any, columns: frozenset[str]) -> set[str]:
    return {one.name for one in model._meta.indexes if columns & set(one.fields)}


def _names() -> set[str]:
    query = (
        "SELECT indexname FROM pg_indexes" if connection.vendor == "postgresql" else "SELECT name FROM sqlite_master WHERE type = 'index'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name for (name,) in cursor.fetchall()}
