"""The few DuckDB functions that metrics use through Ibis, and the variables that keep dates out of the SQL text."""

from functools import cache
from types import SimpleNamespace
from typing import Any

# Set on the connection before a metric's SQL runs.
DATES = ("since", "until", "as_of", "mark")
NUMBERS = ("instant", "promise", "company_exponent")
TEXTS = ("company_currency",)


@cache
def functions() -> Any:
    """Ibis signatures of DuckDB's functions and of our macros; made once, when Ibis is first needed."""
    import ibis
    import ibis.expr.datatypes as dt

    builtin = ibis.udf.scalar.builtin

    @builtin(name="getvariable", signature=((dt.string,), dt.date))
    def day(key): ...  # type: ignore[no-untyped-def]

    @builtin(name="getvariable", signature=((dt.string,), dt.int64))
    def number(key): ...  # type: ignore[no-untyped-def]

    @builtin(name="getvariable", signature=((dt.string,), dt.string))
    def text(key): ...  # type: ignore[no-untyped-def]

    @builtin(name="long", signature=((dt.int64,), dt.int64))
    def long(n): ...  # type: ignore[no-untyped-def]

    @builtin(name="half_even", signature=((dt.int64, dt.int64), dt.int64))
    def half_even(n, d): ...  # type: ignore[no-untyped-def]

    @builtin(name="stretch", signature=((dt.int64, dt.int64, dt.int64, dt.int64), dt.int64))
    def stretch(n, lower, upper, whole): ...  # type: ignore[no-untyped-def]

    @builtin(name="worth", signature=((dt.int64, dt.int64, dt.string, dt.int64), dt.int64))
    def worth(n, scaled, currency, to_exponent): ...  # type: ignore[no-untyped-def]

    @builtin(name="days_later", signature=((dt.date, dt.int64), dt.date))
    def days_later(day, n): ...  # type: ignore[no-untyped-def]

    @builtin(name="months_later", signature=((dt.date, dt.int64), dt.date))
    def months_later(day, n): ...  # type: ignore[no-untyped-def]

    @ibis.udf.agg.builtin(name="histogram", signature=((dt.string,), dt.Map(dt.string, dt.int64)))
    def histogram(key): ...  # type: ignore[no-untyped-def]

    return SimpleNamespace(**{name: made for name, made in locals().items() if name not in ("ibis", "dt", "builtin")})


def variable(name: str) -> Any:
    """The Ibis expression that reads a variable of the connection."""
    kind = "day" if name in DATES else "number" if name in NUMBERS else "text"
    return getattr(functions(), kind)(name)


def share_of(amount: Any, percent: Any) -> Any:
    """`percent` hundredths of an amount, half-even."""
    return functions().half_even(amount * percent, 100)


def days_later(day: Any, n: int) -> Any:
    """A day so many days later; Ibis takes date + interval for a date, DuckDB makes an instant of it."""
    return functions().days_later(day, n)


def months_later(day: Any, n: int) -> Any:
    """A day so many months later."""
    return functions().months_later(day, n)


def part_of(amount: Any, lower: Any, upper: Any, whole: Any) -> Any:
    """The stretch from `lower` to `upper` of an amount laid out over `whole`; neighbouring stretches add up exactly."""
    return functions().stretch(amount, lower, upper, whole)
