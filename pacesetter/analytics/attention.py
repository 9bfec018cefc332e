"""What needs somebody: findings that metrics count, worst first. Keys, not words; doors say them."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from pacesetter.core.metrics import Cell


@dataclass(frozen=True)
class Finding:
    """One thing to look at: how many records, how much money, and the cell and rows behind it."""

    key: str
    cell: Cell
    count: int = 0
    amount: Decimal | None = None
    only: str = ""


Measure = Callable[..., Cell]


def slipped(measure: Measure) -> Finding | None:
    """Deals that were due in the period when it began, and moved out."""
    cell, counted = measure("slip_rate", compare=False), measure("slip_rate", compare=False, variants={"weigh": "count"})
    return Finding("slipped", cell, int(counted.num or 0), Decimal(cell.num or 0), "num") if counted.num else None


def overdue(cell: Cell) -> Finding | None:
    """Open deals whose close date has passed; `cell` is the open pipeline of the past."""
    count = cell.left_out.get("overdue", 0)
    return Finding("overdue", cell, count, Decimal(cell.beside["overdue"] or 0), "overdue") if count else None


def unanswered(measure: Measure) -> Finding | None:
    """Requests older than the promise that nobody has answered."""
    cell = measure("lead_response", compare=False)
    count = round((cell.beside["never"] or 0) * cell.n)
    return Finding("unanswered", cell, count, None, "never") if count else None


def coverage(measure: Measure, needed: Decimal | None) -> Finding | None:
    """Less open pipeline than the rest of the quota usually takes."""
    cell = measure("coverage", compare=False)
    if cell.value is None or needed is None or cell.value >= needed:
        return None
    return Finding("coverage", cell, 0, needed * Decimal(cell.den or 0) - Decimal(cell.num or 0))
