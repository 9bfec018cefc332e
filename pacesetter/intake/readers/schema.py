"""The guessed type of each column, with what was certain and what was assumed."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any, cast

from pacesetter.core.text import fold
from pacesetter.intake.readers import dates, numbers
from pacesetter.intake.readers.dates import Order
from pacesetter.intake.readers.numbers import Style
from pacesetter.intake.readers.tables import Table

SAMPLE_BATCHES = 10
TYPICAL = 0.9
BOOLEANS = {
    **dict.fromkeys(("true", "yes", "y", "si", "vero", "verdadero", "1", "x"), True),
    **dict.fromkeys(("false", "no", "n", "falso", "0"), False),
}
ORDERS: tuple[Order, ...] = ("ymd", "dmy", "mdy")


@dataclass
class Column:
    """`decimal` and `order` say how to read the values; `certain` whether the file leaves no doubt.

    `shares` says which part of the values looks like numbers and like dates.
    """

    name: str
    type: str = "text"
    decimal: Style | None = None
    order: Order | None = None
    certain: bool = True
    filled: int = 0
    distinct: int = 0
    samples: list[str] = field(default_factory=list)
    shares: dict[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def guess(table: Table) -> list[Column]:
    """One column per name, judged from the first twenty thousand rows."""
    counts = _count(table)
    columns = [_column(name, values) for name, values in zip(table.layout.names, counts, strict=True)]
    _share_orders(columns)
    return columns


def _count(table: Table) -> list[Counter[str]]:
    counts: list[Counter[str]] = [Counter() for _ in table.layout.names]
    for batch in islice(table.batches(), SAMPLE_BATCHES):
        for counter, values in zip(counts, zip(*batch.rows, strict=True), strict=False):
            counter.update(values)
    for counter in counts:
        counter.pop("", None)
    return counts


def _column(name: str, values: Counter[str]) -> Column:
    column = Column(name, filled=values.total(), distinct=len(values), samples=list(islice(values, 3)))
    if values:
        column.shares = {"number": _share(values, numbers.styles), "date": _share(values, dates.shaped)}
        _number(column, values)
        _date(column, values)
        _boolean(column, values)
    return column


def _share(values: Counter[str], test: Any) -> float:
    return round(sum(count for value, count in values.items() if test(value)) / values.total(), 3)


def _number(column: Column, values: Counter[str]) -> None:
    """Which sign marks decimals, by the values that allow one reading only."""
    if not column.shares["number"]:
        return
    votes: Counter[Style] = Counter()
    for value, count in values.items():
        fits = numbers.styles(value)
        if len(fits) == 1:
            votes.update({next(iter(fits)): count})
    column.decimal = votes.most_common(1)[0][0] if votes else "."
    if column.shares["number"] >= TYPICAL:
        marked = any(sign in value for value in values for sign in ".,")
        column.certain = not marked or len(votes) == 1
        column.type = "decimal" if marked else "boolean" if set(values) <= {"0", "1"} else "integer"


def _date(column: Column, values: Counter[str]) -> None:
    """In which order day, month and year stand, by the order that most values allow."""
    if not column.shares["date"]:
        return
    votes = {order: sum(count for value, count in values.items() if order in dates.orders(value)) for order in ORDERS}
    best = max(ORDERS, key=lambda order: votes[order])
    column.order = best
    if column.shares["date"] >= TYPICAL:
        # Day-first and month-first may both fit (03/04/2017): then the first of them is an assumption.
        column.certain = column.order == "ymd" or votes["dmy"] != votes["mdy"]
        column.type = "datetime" if any(map(dates.has_time, values)) else "date"


def _boolean(column: Column, values: Counter[str]) -> None:
    if column.type == "text" and {fold(value) for value in values} <= BOOLEANS.keys():
        column.type = "boolean"


def _share_orders(columns: list[Column]) -> None:
    """A file writes all its dates alike: a column that leaves no doubt settles the others."""
    known = {cast(Order, column.order) for column in columns if column.order in ("dmy", "mdy") and column.certain}
    if len(known) == 1:
        for column in columns:
            if column.order and not column.certain:
                column.order, column.certain = next(iter(known)), True
