"""The only clock. Instants are UTC; business days are dates in the company's zone."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from zoneinfo import ZoneInfo

_set: ContextVar[dt.datetime | None] = ContextVar("clock", default=None)


def now() -> dt.datetime:
    """This instant, aware, in UTC."""
    return _set.get() or dt.datetime.now(dt.UTC)


def zone() -> ZoneInfo:
    """The company's time zone."""
    from pacesetter.base import settings

    return ZoneInfo(settings.get("company.time_zone"))


def today() -> dt.date:
    """Today in the company's zone."""
    return day_of(now())


def day_of(instant: dt.datetime) -> dt.date:
    """The company's date of an instant."""
    return instant.astimezone(zone()).date()


def noon(day: dt.date, at: ZoneInfo | None = None) -> dt.datetime:
    """Midday of a company's date: the instant given to facts that are known by day only. Many rows pass the zone along."""
    return _noon(day, at or zone())


@lru_cache(maxsize=50_000)
def _noon(day: dt.date, at: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), at).astimezone(dt.UTC)


@contextmanager
def set_to(instant: dt.datetime) -> Iterator[None]:
    """Stop the clock at `instant`: for tests and the demo company."""
    token = _set.set(instant.astimezone(dt.UTC))
    try:
        yield
    finally:
        _set.reset(token)
