"""Which periods a run is asked about, and by which of the models."""

import datetime as dt
from dataclasses import dataclass

from pacesetter.base import settings
from pacesetter.core.periods import Grain, Period, containing, span

WINDOWS = (14, 28)  # days after the day of asking that are forecast too: soon over, and soon scored
NEAR, FAR = 2, 4  # quarters for which open deals speak alone, and at all
MONTHS, QUARTERS = 24, 8  # for which series speak: quarters are sums of their months
MONTHLY = 7  # past weeks are asked on one day each: far periods, which change by the month, on the one in so many first days of a month
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Reach:
    """The periods ahead of the end of a day.

    `board` (this and the next quarter and month) is told by person too, `windows` for the company alone. `months` are the others of the
    two quarters, `far` the quarters after those with their months, in which deals and series both speak.
    """

    board: list[Period]
    windows: list[Period]
    months: list[Period]
    far: list[Period]


def reach(as_of: dt.date) -> Reach:
    """What is asked at the end of a day."""
    quarters = ahead(as_of, "quarter", FAR)
    near, far = quarters[:NEAR], quarters[NEAR:]
    board = [*near, *ahead(as_of, "month", 2)]
    months = [month for quarter in near for month in quarter.parts("month") if month.until > as_of + DAY and month not in board]
    windows = [span(as_of + DAY, as_of + dt.timedelta(days=days + 1)) for days in WINDOWS]
    known = {(one.since, one.until) for one in (*board, *months)}
    return Reach(
        board,
        [one for one in windows if (one.since, one.until) not in known],
        months,
        [*far, *(month for quarter in far for month in quarter.parts("month"))],
    )


def ahead(as_of: dt.date, grain: Grain, count: int) -> list[Period]:
    """So many periods from the one of the day after."""
    first = containing(as_of + DAY, grain, int(settings.get("company.fiscal_start")))
    return [first.shifted(n) for n in range(count)]
