"""The aggregates that come last, and the figures that stand beside a value."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Expr = Any


@dataclass(frozen=True)
class Aggregate:
    """How counted rows become a value: `figure` in SQL, or the quotient of the sums of num and den."""

    key: str
    figure: Callable[[Expr], Expr] | None = None
    divides: bool = False


@dataclass(frozen=True)
class Figure:
    """A number beside the value; `unit` is how to print it, the metric's own by default."""

    of: Callable[[Expr], Expr]
    unit: str | None = None


def _quantile(column: str, share: float) -> Callable[[Expr], Expr]:
    return lambda t: t[column].cast("float64").quantile(share)


ratio = Aggregate("ratio", divides=True)
mean = Aggregate("mean", divides=True)
total = Aggregate("total")
median_of_rows = Aggregate("median", figure=_quantile("num", 0.5))
p90_of_rows = Aggregate("p90", figure=_quantile("num", 0.9))

AGGREGATES = {one.key: one for one in (ratio, mean, total, median_of_rows, p90_of_rows)}


def median(column: str = "num") -> Figure:
    return Figure(_quantile(column, 0.5))


def p80(column: str = "num") -> Figure:
    return Figure(_quantile(column, 0.8))


def share(column: str) -> Figure:
    """The share of counted rows for which a flag holds."""
    return Figure(lambda t: t[column].cast("float64").mean(), "share")


def sum_of(column: str) -> Figure:
    return Figure(lambda t: t[column].sum(), "money")


def quotient(top: str, bottom: str, unit: str = "share") -> Figure:
    """The quotient of two sums; null, not infinity, over zero."""
    return Figure(lambda t: t[top].sum().cast("float64") / t[bottom].sum().nullif(0), unit)
