"""Weekly rounds of forecast calls: each closes at one moment of the week, in the company's zone, and a later call counts for the next."""

import datetime as dt
from dataclasses import dataclass

from pacesetter.base import clock, settings
from pacesetter.core.labels import mark

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEK = dt.timedelta(days=7)
settings.define(
    "forecast.call_day",
    "monday",
    mark("Day of the forecast call"),
    mark("Calls of the week are due on this day; a later one counts for the next week."),
    WEEKDAYS,
)
settings.define(
    "forecast.call_time",
    "12:00",
    mark("Time until which a call counts for the week"),
    mark("In the company's time zone, such as 12:00."),
    check=dt.time.fromisoformat,
)


@dataclass(frozen=True)
class Round:
    """The call of one week: its day, and the moments since and until which submissions count for it."""

    day: dt.date
    since: dt.datetime
    until: dt.datetime

    def is_open(self, at: dt.datetime) -> bool:
        return at <= self.until

    @property
    def next_day(self) -> dt.date:
        """The day of the round that a call after this one counts for."""
        return self.day + WEEK

    @property
    def day_before(self) -> dt.date:
        """The day of the round before."""
        return self.day - WEEK


def on(day: dt.date) -> Round:
    """The round that people talk about on a day: the last one whose day has come."""
    known = settings.many("forecast.call_day", "forecast.call_time")
    due = day - dt.timedelta(days=(day.weekday() - WEEKDAYS.index(known["forecast.call_day"])) % 7)
    time, zone = dt.time.fromisoformat(known["forecast.call_time"]), clock.zone()
    before, until = (dt.datetime.combine(one, time, zone) for one in (due - WEEK, due))
    return Round(due, before, until)


def now() -> Round:
    """Today's round."""
    return on(clock.today())
