"""The shape of a rule that warns: what it reads of a run, what it raises, and what it is measured on."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pacesetter.base import settings
from pacesetter.core.forecasting.histories import Histories
from pacesetter.core.forecasting.outlook import Outlook
from pacesetter.core.periods import Grain, Period, containing
from pacesetter.planning.models import EarlyWarning, ForecastRow, ForecastRun

if TYPE_CHECKING:
    from pacesetter.planning.runs import Ground

DAY = dt.timedelta(days=1)
Cases = Mapping[str, tuple[bool, dt.date]]  # by subject: whether it came, and since when that was clear


@dataclass(frozen=True)
class Seen:
    """What a run knew and said."""

    run: ForecastRun
    ground: "Ground"
    known: Histories
    found: Outlook
    rows: list[ForecastRow]

    @cached_property
    def quarter(self) -> Period:
        return period_of(self.run.as_of + DAY, "quarter")

    @property
    def backcast(self) -> bool:
        """Whether a past day was asked afterwards."""
        return self.run.made_at.date() > self.run.as_of + 2 * DAY

    @cached_property
    def currency(self) -> str:
        return str(settings.get("company.currency"))

    def warning(self, kind: str, subject: str, period: Period, stake: float, facts: dict[str, Any], **whose: int | None) -> EarlyWarning:
        """A warning of this run, not stored yet."""
        return EarlyWarning(
            run=self.run, kind=kind, subject=subject, since=period.since, until=period.until, raised_on=self.run.as_of,
            currency=self.currency, stake=round(stake), facts=facts, backcast=self.backcast,
            **whose,
        )  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """One kind: `raised` by a run, and the `cases` of a period that is over, those warned of with the day on which they were first."""

    kind: str
    grain: Grain
    raised: Callable[[Seen], Iterator[EarlyWarning]]
    cases: Callable[["Ground", Period, Mapping[str, dt.date]], Cases]
    after: dt.timedelta = dt.timedelta(0)  # the time after the end of a period until all of that is known


def period_of(day: dt.date, grain: Grain) -> Period:
    return containing(day, grain, int(settings.get("company.fiscal_start")))
