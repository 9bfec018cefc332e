"""Foreign keys of PostgreSQL: taken off tables that a flood of rows fills, and put back after.

Asked at each row's commit they cost a third of a flood; asked once over all rows hardly anything. A key comes back first for new rows,
then for those that are there. SQLite looks a reference up for next to nothing, so there they stay.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection, transaction

# Table, column, name, whether no row breaks it, and the table that it points at.
_THERE = """SELECT c.relname, a.attname, k.conname, k.convalidated, k.confrelid::regclass::text FROM pg_constraint k
 JOIN pg_class c ON c.oid = k.conrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
 WHERE k.contype = 'f' AND pg_table_is_visible(c.oid)"""
Key = tuple[str, str, str, bool, str]


def drop(models: Sequence[Any]) -> None:
    """Take the keys off tables; `ensure` puts them back."""
    tables = {model._meta.db_table for model in models}
    for table, _, name, *_ in _there():
        if table in tables:
            _execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')


def ensure() -> None:
    """Put back what is missing. Rows that break a key keep it from being valid, which the doctor says."""
    for statement in missing():
        _execute(f"{statement} NOT VALID")
    for table, _, name, *_ in _invalid():
        try:
            with transaction.atomic():
                _execute(f'ALTER TABLE "{table}" VALIDATE CONSTRAINT "{name}"')
        except IntegrityError:
            continue


def broken() -> Iterator[tuple[str, list[str]]]:
    """Tables with the ids of rows that point at none."""
    for table, column, _, _, parent in _invalid():
        with connection.cursor() as cursor:
            cursor.execute(f"""SELECT id FROM "{table}" t WHERE "{column}" IS NOT NULL
 AND NOT EXISTS (SELECT 1 FROM {parent} p WHERE p.id = t."{column}") ORDER BY id""")
            yield table, [str(pk) for (pk,) in cursor.fetchall()]


def demand(models: Sequence[Any]) -> None:
    """Refuse tables in which a row points at none."""
    tables = {model._meta.db_table for model in models}
    if names := [name for table, _, name, *_ in _invalid() if table in tables]:
        raise IntegrityError(f"rows point at records that are not there: {', '.join(names)}")


def missing() -> list[str]:
    """Statements that make the keys which the models ask for and the tables have not."""
    if connection.vendor != "postgresql":
        return []
    there, tables = {(table, column) for table, column, *_ in _there()}, set(connection.introspection.table_names())
    managed = [model for model in apps.get_models() if model._meta.managed and model._meta.db_table in tables]
    return [statement for model in managed for column, statement in _asked(model) if (model._meta.db_table, column) not in there]


def _asked(model: Any) -> Iterator[tuple[str, str]]:
    """Columns with the statements of their keys."""
    make: Any = connection.schema_editor()
    for field in model._meta.local_concrete_fields:
        if field.remote_field and field.db_constraint:
            yield field.column, str(make._create_fk_sql(model, field, "_fk_%(to_table)s_%(to_column)s"))


def _invalid() -> list[Key]:
    return [key for key in _there() if not key[3]]


def _there() -> list[Key]:
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(_THERE)
        return list(cursor.fetchall())


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
