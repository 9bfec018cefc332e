"""Word indexes: which rows have a word that begins with some letters, without reading the rows.

On SQLite an FTS5 table beside each searched table, which triggers keep in step; on PostgreSQL a GIN index over the words, which
needs no extension. Words are what stands between spaces. An index only *proposes* rows; the condition of the search decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from django.db import DatabaseError, connection, transaction

from pacesetter.base.memory import once

LETTERS = 6  # of a word that the index is asked for: the condition looks at the rest
# A word is whatever stands between two separators (category Z); the default would split at hyphens and dots too.
_OPTIONS = """detail=none, columnsize=0, prefix='1 2 3 4 5 6', tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'\""""


@dataclass(frozen=True)
class Words:
    """The searched text columns of one table."""

    table: str
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.table}_words"

    def proposing(self, word: str) -> tuple[str, list[Any]]:
        """A query for the ids of rows with a word like this one, and its parameters."""
        start = "".join(takewhile(lambda one: one.isascii() or one.isalnum(), word[:LETTERS]))
        if not start:
            return f'SELECT id FROM "{self.table}"', []
        if connection.vendor == "postgresql":
            quoted = "'" + start.replace("\\", "\\\\").replace("'", "''") + "':*"
            return f'SELECT id FROM "{self.table}" WHERE {self._vector} @@ %s::tsquery', [quoted]
        quoted = '"' + start.replace('"', '""') + '"*'
        return f'SELECT rowid FROM "{self.name}" WHERE "{self.name}" MATCH %s', [quoted]

    def is_there(self) -> bool:
        """Whether it can be asked; PostgreSQL answers without it too."""
        return connection.vendor == "postgresql" or self.name in once("words", _names)

    @property
    def _vector(self) -> str:
        text = " || ' ' || ".join(f'lower("{column}")' for column in self.columns)
        return f"array_to_tsvector(array_remove(string_to_array({text}, ' '), ''))"

    def made(self) -> list[str]:
        """The statements that make the index over rows that are there."""
        if connection.vendor == "postgresql":
            return [f'CREATE INDEX "{self.name}" ON "{self.table}" USING gin (({self._vector}))']
        columns = ", ".join(self.columns)
        return [
            *self.unmade(),
            f"CREATE VIRTUAL TABLE \"{self.name}\" USING fts5({columns}, content='{self.table}', content_rowid='id', {_OPTIONS})",
            f'INSERT INTO "{self.name}" ("{self.name}") VALUES (\'rebuild\')',
            *self._triggers(),
        ]

    def unmade(self) -> list[str]:
        """The statements that take it away; on SQLite the triggers go first, for they write into it."""
        if connection.vendor == "postgresql":
            return [f'DROP INDEX IF EXISTS "{self.name}"']
        return [*(f'DROP TRIGGER IF EXISTS "{name}"' for name in self.triggers), f'DROP TABLE IF EXISTS "{self.name}"']

    @property
    def triggers(self) -> tuple[str, ...]:
        return tuple(f"{self.name}_{when}" for when in ("added", "changed", "removed"))

    def _triggers(self) -> list[str]:
        added, changed, removed = self.triggers
        columns = ", ".join(self.columns)
        old, new = (", ".join(f"{row}.{column}" for column in self.columns) for row in ("OLD", "NEW"))
        forget = f'INSERT INTO "{self.name}" ("{self.name}", rowid, {columns}) VALUES (\'delete\', OLD.id, {old});'
        learn = f'INSERT INTO "{self.name}" (rowid, {columns}) VALUES (NEW.id, {new});'
        differs = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in self.columns)
        return [
            f'CREATE TRIGGER "{added}" AFTER INSERT ON "{self.table}" BEGIN {learn} END',
            f'CREATE TRIGGER "{changed}" AFTER UPDATE OF {columns} ON "{self.table}" WHEN {differs} BEGIN {forget} {learn} END',
            f'CREATE TRIGGER "{removed}" AFTER DELETE ON "{self.table}" BEGIN {forget} END',
        ]


WORDS: dict[str, Words] = {}


def keep(model: Any, *columns: str) -> None:
    """Have the words of these text columns indexed."""
    WORDS[model._meta.db_table] = Words(model._meta.db_table, columns)


def of(model: Any, columns: Sequence[str]) -> Words | None:
    """The index over a table's columns; None where some of them are not in it, or a flood has taken it off."""
    found = WORDS.get(model._meta.db_table)
    return found if found and set(columns) <= set(found.columns) and found.is_there() else None


def drop(models: Sequence[Any]) -> None:
    """Take the word indexes off tables that a flood of rows is about to fill."""
    run([statement for model in models if (one := WORDS.get(model._meta.db_table)) for statement in one.unmade()])


def ensure() -> None:
    """Make what is missing, whole: where a trigger was gone, rows came and went unseen."""
    tables = set(connection.introspection.table_names())
    for one in missing():
        if one.table in tables:
            run(one.made())


def missing() -> list[Words]:
    """Indexes that are not there, or not kept in step."""
    there = _names()
    postgres = connection.vendor == "postgresql"
    return [one for one in WORDS.values() if not {one.name, *(() if postgres else one.triggers)} <= there]


def out_of_step() -> list[Words]:
    """Indexes that say something else than their table (SQLite; PostgreSQL keeps its own)."""
    if connection.vendor == "postgresql":
        return []
    return [one for one in WORDS.values() if one not in missing() and not _agrees(one)]


def _agrees(one: Words) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'INSERT INTO "{one.name}" ("{one.name}", rank) VALUES (\'integrity-check\', 1)')
    except DatabaseError:
        return False
    return True


def rebuild(some: Sequence[Words]) -> None:
    """Make some indexes anew."""
    for one in some:
        run([*one.unmade(), *one.made()])


def run(statements: Sequence[str]) -> None:
    """All or none of them."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _names() -> set[str]:
    query = "SELECT indexname FROM pg_indexes" if connection.vendor == "postgresql" else "SELECT name FROM sqlite_master"
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name for (name,) in cursor.fetchall()}
