"""Calendars of series: which period a day belongs to, and by which day a period is named."""

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
SEASONS = {"D": 7, "W": 52, "M": 12, "Q": 4}  # periods after which the same time of the year (of the week, for days) comes again


@dataclass(frozen=True)
class Calendar:
    """Periods of a frequency, numbered from 1970: `weekday` is the day (0 = Thursday, as 1970 began) that weeks begin with,
    `named_by_last` says that a month or a quarter is named by its last day."""

    freq: str
    weekday: int = 0
    named_by_last: bool = False

    @classmethod
    def of(cls, freq: str, days: Array) -> "Calendar":
        """The calendar that dates were written by: weeks begin on the weekday that all share, else on Mondays."""
        weekdays = np.unique(days % 7)
        plain = cls(freq, int(weekdays[0]) if len(weekdays) == 1 else 4)
        last = freq in "MQ" and bool((plain.first_days(plain.numbers(days) + 1) - 1 == days).all())
        return cls(freq, plain.weekday, last)

    @property
    def season(self) -> int:
        return SEASONS[self.freq]

    def numbers(self, days: Array) -> Array:
        """The periods that days (since 1970) belong to."""
        if self.freq == "D":
            return days
        if self.freq == "W":
            return (days - self.weekday) // 7
        months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        return months if self.freq == "M" else months // 3

    def first_days(self, numbers: Array) -> Array:
        """The first day of each period, since 1970."""
        if self.freq == "D":
            return numbers
        if self.freq == "W":
            return numbers * 7 + self.weekday
        months = numbers if self.freq == "M" else numbers * 3
        return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)

    def dates(self, numbers: Array) -> Array:
        """The dates that name the periods, as datetime64[D]."""
        days = self.first_days(numbers + 1) - 1 if self.named_by_last else self.first_days(numbers)
        return days.astype("datetime64[D]")
