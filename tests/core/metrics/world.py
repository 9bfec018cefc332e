"""A company on an inline table: raw rows in, facts built by the real SQL, questions answered by the real plans."""

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa

from pacesetter.core import conditions, metrics
from pacesetter.core.metrics import Ask, Cell, Moment
from pacesetter.core.metrics.facts import MACROS, groups, views
from pacesetter.core.metrics.tables import FACTS, RAW
from pacesetter.core.periods import ALL, Period

Rows = Iterable[Mapping[str, Any]]
ARROW = {
    "int64": pa.int64(),
    "string": pa.string(),
    "date": pa.date32(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us"),
    "array<string>": pa.list_(pa.string()),
}
TODAY = dt.date(2026, 11, 21)


def create(con: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str], rows: Rows) -> None:
    schema = pa.schema([(column, ARROW[kind]) for column, kind in columns.items()])
    given = [{column: _plain(row.get(column), columns[column]) for column in columns} for row in rows]
    con.register("given", pa.Table.from_pylist(given, schema))
    con.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
    con.unregister("given")


def _plain(value: Any, kind: str) -> Any:
    return dt.date.fromisoformat(value) if kind == "date" and isinstance(value, str) else value


class World:
    """Raw tables and the facts made from them."""

    def __init__(self, today: dt.date = TODAY, currency: str = "USD", zone: str = "UTC", **raw: Rows) -> None:
        self.today, self.currency = today, currency
        self.con = duckdb.connect(config={"threads": 1})
        self.con.execute("CREATE SCHEMA raw; CREATE SCHEMA fact; SET search_path = 'raw,fact'")
        self.set(zone=zone, company_currency=currency, company_exponent=2, today=today)
        for macro in MACROS:
            self.con.execute(macro)
        for name, columns in RAW.items():
            create(self.con, f"raw.{name}", columns, [{"id": pk, **row} for pk, row in enumerate(raw.get(name, ()), 1)])
        for one in (*(fact for group in groups() for fact in group.made), *views()):
            self.con.execute(f"CREATE TABLE fact.{one.name} AS {one.sql()}")
        self.con.execute("SET search_path = 'fact'")

    def set(self, **variables: Any) -> None:
        for name, value in variables.items():
            self.con.execute(f"SET VARIABLE {name} = {_literal(value)}")

    def keep(self, statement: str) -> None:
        """Change a fact table in place: to make the worlds that contracts compare."""
        self.con.execute(statement)

    def answer(self, sql: str) -> tuple[Any, ...]:
        """The one row of an oracle: SQL written by hand over the raw tables."""
        (row,) = self.con.execute(sql).fetchall()
        return tuple(row)

    def scope(self, **owners: Iterable[int]) -> None:
        self.con.execute("CREATE OR REPLACE TABLE fact.scope (noun VARCHAR, scope_owner BIGINT)")
        for noun, ids in owners.items():
            self.con.executemany("INSERT INTO fact.scope VALUES (?, ?)", [[noun, pk] for pk in ids] or [[noun, -1]])

    def ask(
        self,
        metric: str,
        by: tuple[str, ...] = (),
        where: conditions.Tree | None = None,
        scoped: bool = False,
        fiscal_start: int = 1,
        **variants: str,
    ) -> Ask:
        return Ask.of(metric, variants, by, where, scoped, fiscal_start)

    def at(self, period: Period, as_of: dt.date | None, promise: int = 3600) -> Moment:
        day = as_of or self.today
        end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), dt.UTC)
        self.set(
            since=period.since,
            until=period.until,
            as_of=day,
            mark=period.same_day(period, day),
            instant=int(end.timestamp()),
            promise=promise,
        )
        return Moment(period.since, period.until, day, self.currency)

    def cells(self, metric: str, period: Period = ALL, as_of: dt.date | None = None, **asked: Any) -> list[Cell]:
        moment, ask = self.at(period, as_of), self.ask(metric, **asked)
        plan = _plan(ask)
        return metrics.cells(ask, plan, self.rows(plan.sql), moment)

    def cell(self, metric: str, period: Period = ALL, as_of: dt.date | None = None, **asked: Any) -> Cell:
        (one,) = self.cells(metric, period, as_of, **asked)
        return one

    def records(self, metric: str, period: Period = ALL, as_of: dt.date | None = None, **asked: Any) -> list[dict[str, Any]]:
        self.at(period, as_of)
        return self.rows(_records_sql(self.ask(metric, **asked)))

    def rows(self, sql: str) -> list[dict[str, Any]]:
        found = self.con.execute(sql)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def cut(self, day: dt.date) -> None:
        """Make the facts end on a day, as if nothing later had been written."""
        for name, columns in FACTS.items():
            for statement in _cuts(name, columns, day):
                self.con.execute(statement)


@cache
def _plan(ask: Ask) -> metrics.Plan:
    """Several worlds are asked the same; building SQL takes longer than running it."""
    return metrics.plan(ask)


@cache
def _records_sql(ask: Ask) -> str:
    return metrics.records_sql(ask)


DATED = {
    "deal_versions": "since",
    "deal_stages": "entered_on",
    "bookings": "on",
    "booking_credits": "on",
    "forecasts": "submitted_on",
    "model_forecasts": "known_on",
    "person_weeks": "week",
    "leads": "received_on",
}


def _cuts(name: str, columns: Mapping[str, str], day: dt.date) -> Iterable[str]:
    if name in DATED:
        yield f"DELETE FROM {name} WHERE \"{DATED[name]}\" > DATE '{day}'"
    if name == "deal_versions":
        yield f"UPDATE {name} SET until = DATE '9999-12-31' WHERE until > DATE '{day}'"
    for column in ("archived_on", "passed_on", "closed_on", "won_on"):
        if column in columns and not (name == "deal_versions" and column == "closed_on"):
            yield f"UPDATE {name} SET {column} = NULL WHERE {column} > DATE '{day}'"
    if name == "leads":
        end = int(dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), dt.UTC).timestamp())
        for column in ("assigned", "answered", "two_way"):
            yield f"UPDATE leads SET {column} = NULL, {column}_at = NULL WHERE {column}_at > {end}"


def _literal(value: Any) -> str:
    return f"DATE '{value}'" if isinstance(value, dt.date) else f"'{value}'" if isinstance(value, str) else f"{value}::BIGINT"
