"""SQL that turns raw tables into facts, run by the warehouse at refresh: dates, not states, so that any past day can be asked.

Statements read the RAW tables and earlier facts by name, and the variables `zone`, `company_currency` and `today`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pacesetter.core.metrics.tables import FACTS, SQL_TYPES
from pacesetter.core.money import unusual_exponents
from pacesetter.core.registry import Registry


@dataclass(frozen=True)
class Fact:
    """A table to build; a `step` is only read by later facts and is not kept."""

    name: str
    body: Callable[[], str]
    step: bool = False

    def sql(self) -> str:
        """The statement, its columns cast to the declared types so that an empty company has typed tables too."""
        if self.step:
            return self.body()
        columns = ", ".join(f'CAST("{name}" AS {SQL_TYPES[kind]}) AS "{name}"' for name, kind in FACTS[self.name].items())
        return f"SELECT {columns} FROM ({self.body()})"


_FACTS: Registry[Fact] = Registry("fact")


def fact(name: str, *, step: bool = False) -> Callable[[Callable[[], str]], Callable[[], str]]:
    """Register the SQL of one fact; facts are built in the order of their registration."""

    def add(body: Callable[[], str]) -> Callable[[], str]:
        _FACTS.add(name, Fact(name, body, step))
        return body

    return add


_EXPONENTS = " ".join(f"WHEN '{currency}' THEN {decimals}" for currency, decimals in unusual_exponents().items())
# Functions that DuckDB lacks: exact half-even quotient, a part of a whole that adds up, the company's date of an instant.
MACROS = (
    """CREATE OR REPLACE TEMP MACRO half_even(n, d) AS CAST(sign(n) * (
        abs(CAST(n AS HUGEINT)) // CAST(d AS HUGEINT) + CASE
            WHEN 2 * (abs(CAST(n AS HUGEINT)) % CAST(d AS HUGEINT)) > d THEN 1
            WHEN 2 * (abs(CAST(n AS HUGEINT)) % CAST(d AS HUGEINT)) = d THEN (abs(CAST(n AS HUGEINT)) // CAST(d AS HUGEINT)) % 2
            ELSE 0 END) AS BIGINT)""",
    """CREATE OR REPLACE TEMP MACRO stretch(n, lower, upper, whole) AS
        half_even(CAST(n AS HUGEINT) * upper, whole) - half_even(CAST(n AS HUGEINT) * lower, whole)""",
    """CREATE OR REPLACE TEMP MACRO ten_to(e) AS CAST(pow(10, e) AS HUGEINT)""",
    f"""CREATE OR REPLACE TEMP MACRO exponent_of(currency) AS CASE currency {_EXPONENTS} ELSE 2 END""",
    """CREATE OR REPLACE TEMP MACRO worth(n, scaled, currency, to_exponent) AS
        half_even(CAST(n AS HUGEINT) * scaled * ten_to(to_exponent), ten_to(10 + exponent_of(currency)))""",
    """CREATE OR REPLACE TEMP MACRO company_day(instant) AS
        CAST(timezone(getvariable('zone'), timezone('UTC', CAST(instant AS TIMESTAMP))) AS DATE)""",
    """CREATE OR REPLACE TEMP MACRO days_later(day, n) AS CAST(day AS DATE) + CAST(n AS INTEGER)""",
    """CREATE OR REPLACE TEMP MACRO months_later(day, n) AS CAST(CAST(day AS DATE) + to_months(CAST(n AS INTEGER)) AS DATE)""",
    """CREATE OR REPLACE TEMP MACRO seconds(instant) AS CAST(epoch(CAST(instant AS TIMESTAMP)) AS BIGINT)""",
)


def facts() -> Iterator[Fact]:
    """Every fact, each after those it reads."""
    from pacesetter.core.metrics.facts import bookings, deals, leads, money, people, quotas, stages, versions

    for module in (money, people, deals, stages, versions, bookings, leads, quotas):
        yield from (_FACTS[name] for name in module.NAMES)
