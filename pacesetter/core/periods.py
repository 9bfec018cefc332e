"""Periods: half-open spans of days, with fiscal years, names, and the fair comparison with the one before."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pacesetter.core.errors import Invalid

Grain = Literal["all", "year", "quarter", "month", "days"]
FIRST, LAST = dt.date.min, dt.date.max
MONTHS: dict[Grain, int] = {"year": 12, "quarter": 3, "month": 1}
DAY = dt.timedelta(days=1)
_NAMED = re.compile(r"(?P<year>\d{4})(?:-Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?", re.IGNORECASE)
_MOVING = re.compile(r"(?P<which>this|last|next)_(?P<grain>year|quarter|month)")
_SPAN = re.compile(r"(?P<since>\d{4}-\d\d-\d\d)\.\.(?P<until>\d{4}-\d\d-\d\d)")


@dataclass(frozen=True)
class Period:
    """The days `since` ≤ day < `until`; `label` is the text that `parse` would understand."""

    since: dt.date
    until: dt.date
    label: str
    grain: Grain = "days"
    fiscal_start: int = 1

    def __contains__(self, day: dt.date) -> bool:
        return self.since <= day < self.until

    @property
    def days(self) -> int:
        return (self.until - self.since).days

    @property
    def last(self) -> dt.date:
        """The last day inside."""
        return self.until - DAY if self.until < LAST else LAST

    def day_number(self, today: dt.date) -> int:
        """Today is day N of `days`: 0 before the period, all of them after it."""
        return min(max((today - self.since).days + 1, 0), self.days)

    def previous(self) -> "Period":
        """The period of the same kind just before; "all" has none but itself."""
        return self.shifted(-1)

    def shifted(self, by: int) -> "Period":
        """The period of the same kind `by` places later."""
        if self.grain == "all" or by == 0:
            return self
        if self.grain == "days":
            step = dt.timedelta(days=self.days * by)
            return span(self.since + step, self.until + step)
        return containing(add_months(self.since, MONTHS[self.grain] * by), self.grain, self.fiscal_start)

    def same_day_previous(self, today: dt.date) -> dt.date:
        """The day of the previous period that lies as many days after its start, at most its last."""
        before = self.previous()
        return before.since + DAY * (min(max(self.day_number(today), 1), before.days) - 1)

    def same_day(self, other: "Period", today: dt.date) -> dt.date:
        """The day of `other` that lies as many days after its start as today lies after ours."""
        return other.since + DAY * (min(max(self.day_number(today), 1), other.days) - 1)

    def parts(self, grain: Grain) -> Iterator["Period"]:
        """The months, quarters or years that touch this period, in order."""
        part = containing(self.since, grain, self.fiscal_start)
        while part.since < self.until:
            yield part
            part = part.shifted(1)


ALL = Period(FIRST, LAST, "all", "all")


def add_months(day: dt.date, months: int) -> dt.date:
    """The first of the month that lies `months` after the day's month."""
    index = day.year * 12 + day.month - 1 + months
    return dt.date(index // 12, index % 12 + 1, 1)


def span(since: dt.date, until: dt.date) -> Period:
    """Any half-open run of days."""
    if until <= since:
        raise Invalid("bad_interval", since=since, until=until)
    return Period(since, until, f"{since}..{until - DAY}")


def containing(day: dt.date, grain: Grain, fiscal_start: int = 1) -> Period:
    """The month, fiscal quarter or fiscal year that holds `day`."""
    length = MONTHS[grain]
    back = (day.month - fiscal_start) % length if grain != "month" else 0
    since = add_months(day, -back)
    return Period(since, add_months(since, length), _label(since, grain, fiscal_start), grain, fiscal_start)


def fiscal_year(day: dt.date, fiscal_start: int = 1) -> int:
    """The number of the fiscal year: the calendar year in which it ends."""
    return day.year + (fiscal_start > 1 and day.month >= fiscal_start)


def parse(text: str, today: dt.date, fiscal_start: int = 1) -> Period:
    """`all`, `2017`, `2017-Q1`, `2017-03`, `this_quarter`, `last_month`, `next_year` or `2017-01-05..2017-02-10`."""
    word = text.strip()
    if word.lower() == "all":
        return ALL
    if found := _MOVING.fullmatch(word.lower()):
        return _moving(found["which"], found["grain"], today, fiscal_start)
    if found := _NAMED.fullmatch(word):
        return _named(found, text, fiscal_start)
    if found := _SPAN.fullmatch(word):
        return _typed_span(found["since"], found["until"], text)
    raise Invalid("bad_period", text=text)


def _moving(which: str, grain: str, today: dt.date, fiscal_start: int) -> Period:
    step = {"last": -1, "this": 0, "next": 1}[which]
    return containing(today, grain, fiscal_start).shifted(step)  # type: ignore[arg-type]


def _named(found: re.Match[str], text: str, fiscal_start: int) -> Period:
    year = int(found["year"])
    if not 2 <= year < 9998:
        raise Invalid("bad_period", text=text)
    if found["month"]:
        return containing(dt.date(year, int(found["month"]), 1), "month", fiscal_start)
    start = dt.date(year - (fiscal_start > 1), fiscal_start, 1)
    if not found["quarter"]:
        return containing(start, "year", fiscal_start)
    return containing(add_months(start, 3 * (int(found["quarter"]) - 1)), "quarter", fiscal_start)


def _typed_span(since: str, last: str, text: str) -> Period:
    try:
        return span(dt.date.fromisoformat(since), dt.date.fromisoformat(last) + DAY)
    except (ValueError, OverflowError):
        raise Invalid("bad_period", text=text) from None


def _label(since: dt.date, grain: Grain, fiscal_start: int) -> str:
    if grain == "month":
        return f"{since:%Y-%m}"
    year = f"{fiscal_year(since, fiscal_start):04d}"
    return year if grain == "year" else f"{year}-Q{(since.month - fiscal_start) % 12 // 3 + 1}"
