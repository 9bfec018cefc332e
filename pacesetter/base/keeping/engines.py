"""How each database is copied as of one instant without making anybody wait, and put back into an empty place."""

import sqlite3
import tempfile
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import IO, Any, Protocol

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from pacesetter.core.errors import Refused

BLOCK = 1 << 20
Step = Callable[[int, int], None]
Part = Callable[[str], AbstractContextManager[Any]]
DONE = "django_migrations"


class Engine(Protocol):
    """One kind of database."""

    def dump(self, part: Part, step: Step) -> dict[str, int]:
        """Write the database into parts; returns the rows of every table."""

    def is_empty(self) -> bool:
        """Whether a backup may be restored here."""

    def load(self, part: Callable[[str], IO[bytes]], step: Step) -> None:
        """Make the database from its parts."""


class SQLite:
    """The file is copied by SQLite's own backup: one read transaction, beside which others write on."""

    name = "pacesetter.sqlite3"

    def __init__(self) -> None:
        self.file = Path(connection.settings_dict["NAME"])

    def dump(self, part: Part, step: Step) -> dict[str, int]:
        with tempfile.TemporaryDirectory(dir=settings.PACESETTER_DATA, prefix="backup-") as folder:
            copy = Path(folder) / self.name
            rows = self._copy(copy)
            done, total = 0, copy.stat().st_size
            with part(self.name) as out, copy.open("rb") as source:
                while block := source.read(BLOCK):
                    out.write(block)
                    step(done := done + len(block), total)
        return rows

    def _copy(self, copy: Path) -> dict[str, int]:
        with closing(sqlite3.connect(self.file)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target, pages=-1)
            target.execute("PRAGMA journal_mode=DELETE")
            (state,) = target.execute("PRAGMA quick_check(1)").fetchone()
            if state != "ok":
                raise Refused("backup_unreadable", file=self.file, part=state)
            names = [name for (name,) in target.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
            return {name: target.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in sorted(names)}

    def is_empty(self) -> bool:
        """Neither the file nor a journal that a lost file left behind: SQLite would play it into the restored one."""
        return not any(self.file.with_name(self.file.name + end).exists() for end in ("", "-wal", "-journal"))

    def load(self, part: Callable[[str], IO[bytes]], step: Step) -> None:
        draft = self.file.with_suffix(".part")
        with part(self.name) as source, draft.open("wb") as out:
            while block := source.read(BLOCK):
                out.write(block)
        draft.replace(self.file)


class PostgreSQL:
    """Every table is copied as text inside one repeatable-read snapshot; what the code makes (tables, triggers) is made by migrating."""

    def dump(self, part: Part, step: Step) -> dict[str, int]:
        rows: dict[str, int] = {}
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            tables = _tables()
            for at, (table, columns) in enumerate(tables.items()):
                with part(f"tables/{table}") as out:
                    out.write((",".join(columns) + "\n").encode())
                    with cursor.copy(f"COPY {_quoted([table])} ({_quoted(columns)}) TO STDOUT") as rows_of:
                        for block in rows_of:
                            out.write(bytes(block))
                rows[table] = cursor.rowcount
                step(at + 1, len(tables))
        return rows

    def is_empty(self) -> bool:
        return "base_user" not in connection.introspection.table_names()

    def load(self, part: Callable[[str], IO[bytes]], step: Step) -> None:
        """Migrate to where the backup stood, fill the tables, and leave the rest of the way to `prepare`."""
        with transaction.atomic(), connection.cursor() as cursor:
            MigrationRecorder(connection).ensure_schema()
            self._fill(cursor, DONE, part)
            wanted = list(MigrationRecorder.Migration.objects.values_list("app", "name"))
            cursor.execute(f"DELETE FROM {DONE}")
            executor = MigrationExecutor(connection)
            executor.migrate([node for node in wanted if node in executor.loader.graph.nodes])
            tables = [table for table in _tables() if table != DONE]
            cursor.execute(f"SET CONSTRAINTS ALL DEFERRED; TRUNCATE {_quoted(tables)}")
            for at, table in enumerate(tables):
                self._fill(cursor, table, part)
                step(at + 1, len(tables))
            for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
                cursor.execute(statement)

    def _fill(self, cursor: Any, table: str, part: Callable[[str], IO[bytes]]) -> None:
        with part(f"tables/{table}") as source:
            columns = source.readline().decode().strip().split(",")
            with cursor.copy(f"COPY {_quoted([table])} ({_quoted(columns)}) FROM STDIN") as into:
                while block := source.read(BLOCK):
                    into.write(block)


def _tables() -> dict[str, list[str]]:
    """Every table of ours and Django's with its columns."""
    with connection.cursor() as cursor:
        names = sorted(connection.introspection.table_names(cursor))
        return {name: [column.name for column in connection.introspection.get_table_description(cursor, name)] for name in names}


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(connection.ops.quote_name(name) for name in names)


ENGINES: dict[str, Callable[[], Engine]] = {"sqlite": SQLite, "postgresql": PostgreSQL}
