"""SQL that turns raw tables into facts, run by the warehouse at refresh: dates, not states, so that any past day can be asked.

Statements read the RAW tables and earlier facts by name, and the variables `zone`, `company_currency` and `today`. Facts that are
made together form a group; of a group whose rows belong to records, only the rows of changed records are made anew.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from pacesetter.core.metrics.tables import FACTS, SQL_TYPES
from pacesetter.core.money import unusual_exponents
from pacesetter.core.registry import Registry


@dataclass(frozen=True)
class Fact:
    """A table to build; a `step` is only read by later facts and is not kept, a `view` is worked out by readers."""

    name: str
    body: Callable[[], str]
    step: bool = False
    view: bool = False

    def sql(self) -> str:
        """The statement, its columns cast to the declared types so that an empty company has typed tables too."""
        if self.step:
            return self.body()
        columns = ", ".join(f'CAST("{name}" AS {SQL_TYPES[kind]}) AS "{name}"' for name, kind in FACTS[self.name].items())
        return f"SELECT {columns} FROM ({self.body()})"


@dataclass(frozen=True)
class Group:
    """Facts that are made together, in this order.

    A change in one of the tables it `reads` (raw ones, and facts of earlier groups) makes the group anew. With `units` its rows
    belong to records of `noun`, and only those of changed records are made anew: `units` maps raw tables to the column that holds the
    record's id, the first one being the records themselves. A `daily` group is made anew every day, an `outgrown` one when that SQL says
    so, which reads the raw tables in `beside` and the facts named in `before` as they were.
    """

    name: str
    facts: tuple[str, ...]
    reads: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    daily: bool = False
    outgrown: str = ""
    before: tuple[str, ...] = ()
    noun: str = ""

    @property
    def tables(self) -> tuple[str, ...]:
        """Everything its statements read."""
        return (*self.units, *self.beside, *self.reads)

    @property
    def records(self) -> str:
        """The raw table of the records that its rows belong to."""
        return next(iter(self.units))

    @property
    def made(self) -> Iterator[Fact]:
        yield from (_FACTS[name] for name in self.facts)

    @property
    def kept(self) -> list[str]:
        """The facts that readers see."""
        return [fact.name for fact in self.made if not fact.step]


_FACTS: Registry[Fact] = Registry("fact")


def fact(name: str, *, step: bool = False, view: bool = False) -> Callable[[Callable[[], str]], Callable[[], str]]:
    """Register the SQL of one fact; facts are built in the order of their registration."""

    def add(body: Callable[[], str]) -> Callable[[], str]:
        _FACTS.add(name, Fact(name, body, step, view))
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
    "CREATE OR REPLACE TEMP MACRO long(n) AS CAST(n AS BIGINT)",
    """CREATE OR REPLACE TEMP MACRO ten_to(e) AS CAST(pow(10, e) AS HUGEINT)""",
    f"""CREATE OR REPLACE TEMP MACRO exponent_of(currency) AS CASE currency {_EXPONENTS} ELSE 2 END""",
    """CREATE OR REPLACE TEMP MACRO worth(n, scaled, currency, to_exponent) AS
        half_even(CAST(n AS HUGEINT) * scaled * ten_to(to_exponent), ten_to(10 + exponent_of(currency)))""",
    "CREATE OR REPLACE TEMP MACRO company_time(instant) AS timezone(getvariable('zone'), timezone('UTC', CAST(instant AS TIMESTAMP)))",
    "CREATE OR REPLACE TEMP MACRO company_day(instant) AS CAST(company_time(instant) AS DATE)",
    """CREATE OR REPLACE TEMP MACRO days_later(day, n) AS CAST(day AS DATE) + CAST(n AS INTEGER)""",
    """CREATE OR REPLACE TEMP MACRO months_later(day, n) AS CAST(CAST(day AS DATE) + to_months(CAST(n AS INTEGER)) AS DATE)""",
    """CREATE OR REPLACE TEMP MACRO seconds(instant) AS CAST(epoch(CAST(instant AS TIMESTAMP)) AS BIGINT)""",
)


def groups() -> list[Group]:
    """Every group, each after those it reads."""
    from pacesetter.core.metrics.facts import bookings, deals, leads, money, people, quotas, stages, versions

    of_deals = (*deals.FACTS, *versions.STEPS, *stages.FACTS, *versions.FACTS, *bookings.FACTS)
    return [*money.GROUPS, *people.GROUPS, quotas.GROUP, deals.group(of_deals), *leads.GROUPS]


def views() -> list[Fact]:
    """What readers work out of the facts that are kept."""
    groups()
    return [known for known in _FACTS.values() if known.view]
