"""Cells: what a number is once it has been computed, with everything a reader needs to trust it."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pacesetter.core import money
from pacesetter.core.metrics.ask import Ask, Plan
from pacesetter.core.metrics.shape import METRICS, Metric

Number = int | float | Decimal


@dataclass(slots=True)
class Cell:
    """One number. Shares are fractions, money is in major units of `currency`; `value` is null where nothing can be said.

    `says` is a word instead of, or beside, the value: nothing_here, met, too_early, provisional, waiting …
    """

    metric: str
    unit: str
    variants: dict[str, str] = field(default_factory=dict)
    key: dict[str, Any] = field(default_factory=dict)
    value: Number | None = None
    num: Number | None = None
    den: Number | None = None
    n: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    beside: dict[str, Number | None] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)  # of num and den, and of each figure beside
    says: str | None = None
    currency: str | None = None
    as_of: dt.date | None = None  # the day asked for
    made_at: dt.datetime | None = None  # the instant of the extracts
    since: dt.date | None = None
    until: dt.date | None = None
    previous: "Cell | None" = None
    target: Decimal | None = None

    @property
    def out(self) -> int:
        """How many rows were left out."""
        return sum(self.left_out.values())

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of a share of counts (Wilson's): what chance alone would allow."""
        if self.unit != "share" or self.units.get("den") != "count" or not self.den or self.num is None:
            return None
        return wilson(float(self.num), float(self.den))

    @property
    def change(self) -> Number | None:
        """Value minus the comparison's value, in the unit of the value."""
        if self.previous is None or self.value is None or self.previous.value is None:
            return None
        return self.value - self.previous.value  # type: ignore[operator]


def wilson(num: float, den: float, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's score interval of `num` out of `den`; it stays inside 0 … 1 and works for small numbers."""
    share, square = num / den, z * z
    middle = (share + square / (2 * den)) / (1 + square / den)
    reach = z / (1 + square / den) * math.sqrt(share * (1 - share) / den + square / (4 * den * den))
    return max(middle - reach, 0.0), min(middle + reach, 1.0)


@dataclass(frozen=True)
class Moment:
    """What the variables said when the cells were read."""

    since: dt.date
    until: dt.date
    as_of: dt.date
    currency: str
    made_at: dt.datetime | None = None


def cells(ask: Ask, plan: Plan, rows: Sequence[Mapping[str, Any]], moment: Moment) -> list[Cell]:
    """The rows that `plan.sql` returned, as finished cells; what they all have in common is one object."""
    shape = METRICS[ask.metric]
    shared: dict[str, Any] = {
        "variants": dict(ask.variants),
        "units": _units(shape, plan),
        "as_of": moment.as_of,
        "made_at": moment.made_at,
    }
    shared |= {"since": moment.since, "until": moment.until}
    keys = [(name, f"by_{name}") for name in ask.by]
    found = [_cell(shape, plan, row, keys, shared) for row in rows]
    if "money" in (shape.unit, *shared["units"].values()):
        for cell in found:
            _in_major_units(cell, moment.currency)
    return found


def _cell(shape: Metric, plan: Plan, row: Mapping[str, Any], keys: Sequence[tuple[str, str]], shared: Mapping[str, Any]) -> Cell:
    key = {name: row[column] for name, column in keys}
    cell = Cell(shape.key, shape.unit, key=key, num=row["num"], den=row["den"], n=row["n"], **shared)
    if left_out := row["left_out"]:
        cell.left_out = dict(sorted(left_out.items()))
    if shape.beside:
        cell.beside = {name: _finite(row[f"beside_{name}"]) for name in shape.beside}
    _value(shape, plan, cell, row.get("value"))
    return cell


def _units(shape: Metric, plan: Plan) -> dict[str, str]:
    inner = plan.unit or ("count" if shape.unit == "share" else shape.unit)
    figures = {name: figure.unit or shape.unit for name, figure in shape.beside.items()}
    return figures | {"num": inner, "den": "count" if shape.aggregate.key == "mean" else inner}


def _value(shape: Metric, plan: Plan, cell: Cell, figure: float | None) -> None:
    """The value and its word; nothing to divide by is said in words, never 0 %, infinity or not-a-number."""
    if plan.aggregate.figure:
        cell.value, cell.num, cell.den = _finite(figure), None, None
        cell.says = "waiting" if figure is not None and cell.value is None else None
    elif plan.aggregate.divides:
        cell.num = (cell.num or 0) if cell.den else cell.num  # a quota without bookings is 0 %, not nothing
        cell.value = cell.num / cell.den if cell.den else None  # type: ignore[operator]
    else:
        cell.num = cell.value = cell.num or 0
    if cell.n == 0 and not cell.value and not cell.den and cell.says is None:
        cell.says = "nothing_here"
    cell.value = shape.finish(cell) if shape.finish else cell.value
    cell.says = (shape.says(cell) if shape.says else None) or cell.says


def _finite(number: Any) -> Any:
    return None if isinstance(number, float) and not math.isfinite(number) else number


def _in_major_units(cell: Cell, currency: str) -> None:
    """Minor units were for adding; people and programs read major ones."""
    cell.currency, is_sum = currency, cell.value is cell.num
    for name in ("num", "den"):
        if cell.units[name] == "money":
            setattr(cell, name, _major(getattr(cell, name), currency))
    if cell.beside:
        cell.beside = {name: _major(amount, currency) if cell.units[name] == "money" else amount for name, amount in cell.beside.items()}
    if cell.unit == "money":
        cell.value = cell.num if is_sum and cell.units["num"] == "money" else _major(cell.value, currency)


def _major(minor: Any, currency: str) -> Decimal | None:
    return None if minor is None else money.to_major(round(minor), currency)
