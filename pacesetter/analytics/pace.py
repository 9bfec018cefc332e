"""How a period usually fills: bookings day by day, and the share of the whole that is usually there by each day."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from pacesetter.analytics.reader import DAY, Reader
from pacesetter.core.periods import Period, span

PERIODS = 8


@dataclass(frozen=True)
class Pace:
    """Running sums of a period and of the one before, by day from the first; `shape` is the usual share by the end of each day."""

    now: list[Decimal]
    before: list[Decimal]
    shape: list[float] | None

    def due(self, plan: Decimal, day: int) -> Decimal | None:
        """How much of the plan is usually there by the end of a day, counted from 1."""
        if self.shape is None or not 0 < day <= len(self.shape):
            return None
        return plan * Decimal(str(self.shape[day - 1]))


def of(reader: Reader, period: Period, where: str = "") -> Pace:
    """The pace of bookings; nothing usual is said before one earlier period has ended with bookings."""
    earlier = [period.shifted(-step) for step in range(1, PERIODS + 1)] if period.grain != "all" else []
    whole = span(min([period.since, *(one.since for one in earlier)]), period.until)
    gained = reader.by_day(reader.ask("bookings", (), where, None), whole)
    ended = [one for one in earlier if one.until <= reader.today]
    before = running(gained, earlier[0]) if earlier else []
    return Pace(running(gained, period), before, _usual([running(gained, one) for one in ended], period.days))


def running(gained: Mapping[dt.date, Decimal], period: Period) -> list[Decimal]:
    """The running sum at the end of each day of a period."""
    sums, total = [], Decimal(0)
    for n in range(period.days):
        total += gained.get(period.since + DAY * n, Decimal(0))
        sums.append(total)
    return sums


def _usual(periods: list[list[Decimal]], days: int) -> list[float] | None:
    """The share there by each of `days`, periods of other lengths stretched, larger ones weighing more."""
    whole = sum((one[-1] for one in periods), Decimal(0))
    if whole <= 0:
        return None
    return [float(sum(one[max(round((n + 1) / days * len(one)), 1) - 1] for one in periods) / whole) for n in range(days)]
