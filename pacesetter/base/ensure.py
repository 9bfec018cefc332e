"""What must exist after every migrate: triggers that keep history append-only, start data, idempotent."""

from collections.abc import Callable

from django.db import connection, transaction

from pacesetter.base import rates, roles

STEPS: list[Callable[[], None]] = [roles.ensure, rates.ensure]
APPEND_ONLY = ["base_historyentry", "crm_dealchange", "crm_leadchange", "planning_forecastcall"]


def step(run: Callable[[], None]) -> Callable[[], None]:
    """Rooms register the start data they cannot live without."""
    STEPS.append(run)
    return run


@transaction.atomic
def ensure() -> None:
    """Make triggers and start data; safe to run at every start."""
    protect()
    for run in STEPS:
        run()


def protect() -> None:
    """Refuse deletes on append-only tables in the database itself. SQLite drops triggers when it rebuilds a table."""
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table in existing.intersection(APPEND_ONLY):
            for statement in _TRIGGERS[connection.vendor]:
                cursor.execute(statement.format(table=table))


def unprotect() -> None:
    """Lift the protection: tests flush tables, and an import's revert removes what it brought."""
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table in existing.intersection(APPEND_ONLY):
            where = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_keeps{where}")


_TRIGGERS = {
    "sqlite": [
        "CREATE TRIGGER IF NOT EXISTS {table}_keeps BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, 'history is append-only'); END"
    ],
    "postgresql": [
        """CREATE OR REPLACE FUNCTION pacesetter_keeps() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'history is append-only'; END $$""",
        """CREATE OR REPLACE TRIGGER {table}_keeps BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION pacesetter_keeps()""",
    ],
}
