"""History is append-only in the database itself: triggers on both engines refuse to change, replace, remove or empty it.

Two things pass. Blanking: an entry whose record has a later `history.blanked` entry may have values of `changes` replaced by
[null, null], and nothing else. Redrawing: typed history of records that an import brought may be deleted inside `redrawing(model)`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

ENTRIES = "base_historyentry"
REDRAWN = ("crm_dealchange", "crm_leadchange")
FORECASTS = ("planning_forecastcall", "planning_forecastrun", "planning_forecastrow", "planning_earlywarning", "planning_warningoutcome")
APPEND_ONLY = [ENTRIES, *REDRAWN, *FORECASTS]
SAYS = "history is append-only"


def protect() -> None:
    """Make every guard that is missing or differs from what it should be."""
    with transaction.atomic(), connection.cursor() as cursor:
        there, tables = _there(cursor), set(connection.introspection.table_names(cursor))
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        for name, (table, statement) in guards().items():
            if table in tables and there.get(name) != statement:
                cursor.execute(_dropping(name, table))
                cursor.execute(statement)


def unprotect() -> None:
    """Take every guard away, which a company that is nobody's may do: tests and an unfinished demo are emptied."""
    with transaction.atomic(), connection.cursor() as cursor:
        for name in _there(cursor):
            cursor.execute(_dropping(name, guards()[name][0]))


@contextmanager
def redrawing(model: Any) -> Iterator[None]:
    """Inside a transaction, rows of one typed history may be deleted: what an import concluded or was told is taken back."""
    table = model._meta.db_table
    if table not in REDRAWN:
        raise ValueError(f"{table} is never redrawn")
    with transaction.atomic(), connection.cursor() as cursor:
        _allow(cursor, table, True)
        yield
        _allow(cursor, table, False)


def missing() -> list[str]:
    """The guarded tables whose guards are not all there."""
    with connection.cursor() as cursor:
        there = _there(cursor)
    return sorted({table for name, (table, statement) in guards().items() if there.get(name) != statement})


def guards() -> dict[str, tuple[str, str]]:
    """Every guard of this kind of database by name, with its table and the statement that makes it."""
    made = _sqlite if connection.vendor == "sqlite" else _postgres
    return {name: (table, statement) for table in APPEND_ONLY for name, statement in made(table).items()}


def _there(cursor: Any) -> dict[str, str]:
    """The guards that exist; PostgreSQL does not keep the words of a statement, and its function is made anew each time."""
    if connection.vendor == "sqlite":
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        return {name: text for name, text in cursor.fetchall() if name in guards()}
    cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
    return {name: guards()[name][1] for (name,) in cursor.fetchall() if name in guards()}


def _dropping(name: str, table: str) -> str:
    return f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if connection.vendor == "postgresql" else "")


def _allow(cursor: Any, table: str, yes: bool) -> None:
    """Both ways end with the transaction, also when it is rolled back; on PostgreSQL nobody waits for them."""
    if connection.vendor == "postgresql":
        cursor.execute("SELECT set_config('pacesetter.redrawing', %s, true)", [table if yes else ""])
    elif yes:
        cursor.execute(_dropping(f"{table}_keeps", table))
    else:
        cursor.execute(guards()[f"{table}_keeps"][1])


# SQLite ---------------------------------------------------------------------------------------------
# REPLACE deletes without asking the trigger for deletes, hence the one for inserts. JSON texts are compared value by value.
_BLANKED = f"""EXISTS (SELECT 1 FROM {ENTRIES} b
 WHERE b.noun = OLD.noun AND b.object_id = OLD.object_id AND b.kind = 'history.blanked' AND b.id > OLD.id)
 AND OLD.kind <> 'history.blanked'"""
_SAME = ("id", "noun", "object_id", "kind", "at", "user_id", "via", "caused_by", "batch", "data")
_SQLITE_BLANKS = f"""{_BLANKED} AND {" AND ".join(f"NEW.{name} IS OLD.{name}" for name in _SAME)}
 AND (SELECT count(*) FROM json_each(NEW.changes)) = (SELECT count(*) FROM json_each(OLD.changes))
 AND NOT EXISTS (SELECT 1 FROM json_each(NEW.changes) n WHERE n.value IS NOT '[null,null]'
 AND NOT EXISTS (SELECT 1 FROM json_each(OLD.changes) o WHERE o.key = n.key AND o.value IS n.value))
 AND NOT EXISTS (SELECT 1 FROM json_each(NEW.changes) n WHERE n.key NOT IN (SELECT key FROM json_each(OLD.changes)))"""


def _sqlite(table: str) -> dict[str, str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
    changed = f" WHEN NOT ({_SQLITE_BLANKS})" if table == ENTRIES else ""
    there = f" WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"
    return {
        f"{table}_keeps": f"CREATE TRIGGER {table}_keeps BEFORE DELETE ON {table} {refuse}",
        f"{table}_stays": f"CREATE TRIGGER {table}_stays BEFORE UPDATE ON {table}{changed} {refuse}",
        f"{table}_grows": f"CREATE TRIGGER {table}_grows BEFORE INSERT ON {table}{there} {refuse}",
    }


# PostgreSQL -----------------------------------------------------------------------------------------
_POSTGRES_BLANKS = f"""{_BLANKED} AND to_jsonb(NEW) - 'changes' = to_jsonb(OLD) - 'changes'
 AND (SELECT array_agg(key ORDER BY key) FROM jsonb_each(NEW.changes) k) = (SELECT array_agg(key ORDER BY key) FROM jsonb_each(OLD.changes) k)
 AND NOT EXISTS (SELECT 1 FROM jsonb_each(NEW.changes) n WHERE n.value <> '[null, null]' AND n.value <> OLD.changes -> n.key)"""
_FUNCTION = f"""CREATE OR REPLACE FUNCTION pacesetter_keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
 IF TG_OP = 'DELETE' AND TG_TABLE_NAME IN ({", ".join(f"'{table}'" for table in REDRAWN)})
 AND current_setting('pacesetter.redrawing', true) = TG_TABLE_NAME THEN RETURN OLD; END IF;
 IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = '{ENTRIES}' THEN IF {_POSTGRES_BLANKS} THEN RETURN NEW; END IF; END IF;
 RAISE EXCEPTION '{SAYS}'; END $$"""


def _postgres(table: str) -> dict[str, str]:
    does = "EXECUTE FUNCTION pacesetter_keeps()"
    return {
        f"{table}_keeps": f"CREATE TRIGGER {table}_keeps BEFORE DELETE ON {table} FOR EACH ROW {does}",
        f"{table}_stays": f"CREATE TRIGGER {table}_stays BEFORE UPDATE ON {table} FOR EACH ROW {does}",
        f"{table}_stands": f"CREATE TRIGGER {table}_stands BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {does}",
    }
