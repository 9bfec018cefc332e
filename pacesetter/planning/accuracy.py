"""How right forecasts were: what models and people had said by the end of a week of a period, against what was booked in it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from pacesetter.base import clock, settings, warehouse
from pacesetter.base.models import Reporting, User
from pacesetter.base.scope import scope_of
from pacesetter.core.metrics import forecasts
from pacesetter.core.periods import Grain, Period, containing
from pacesetter.planning.models import DEALS, ForecastCall, ForecastReview, ForecastRow, ForecastRun

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

WEEK = 3  # by the end of which a forecast counts: as METRICS defines forecast accuracy
WEEKS = {"quarter": 13, "month": 4}
DAY = dt.timedelta(days=1)
RECENT = dt.timedelta(days=forecasts.RECENT)  # a run older than that does not stand any more
MODEL, CALL, ADJUSTED = "model", "call", "adjusted"  # the last is what somebody said in a person's place


@dataclass(frozen=True)
class Score:
    """One forecast of a closed period: whose (None is the company), by the end of which week, in minor units of the company's currency.

    `low` and `high` bound the band of 80 %; a call has none.
    """

    period: Period
    week: int
    user_id: int | None
    method: str
    said: int
    actual: int
    low: int | None = None
    high: int | None = None


class Scored(Protocol):
    """What was said, what came, and the band, where there is one."""

    @property
    def said(self) -> int: ...
    @property
    def actual(self) -> int: ...
    @property
    def low(self) -> int | None: ...
    @property
    def high(self) -> int | None: ...


@dataclass(frozen=True)
class Error:
    """Several scores together, numerators and denominators first: Σ|said - actual|, Σ(said - actual), Σ actual, and bands that held."""

    n: int
    missed: int
    moved: int
    actual: int
    held: int
    banded: int

    @classmethod
    def of(cls, scores: Iterable[Scored]) -> "Error":
        """Periods in which nothing came are left out, as the metric does."""
        rows = [one for one in scores if one.actual > 0]
        banded = [one for one in rows if one.low is not None and one.high is not None]
        return cls(
            len(rows),
            sum(abs(one.said - one.actual) for one in rows),
            sum(one.said - one.actual for one in rows),
            sum(one.actual for one in rows),
            sum((one.low or 0) <= one.actual <= (one.high or 0) for one in banded),
            len(banded),
        )

    @property
    def wape(self) -> float | None:
        return self.missed / self.actual if self.actual else None

    @property
    def bias(self) -> float | None:
        return self.moved / self.actual if self.actual else None

    @property
    def coverage(self) -> float | None:
        return self.held / self.banded if self.banded else None


def closed(grain: Grain = "quarter", count: int = 8) -> list[Period]:
    """The last periods that are over, the newest first."""
    now = containing(clock.today(), grain, int(settings.get("company.fiscal_start")))
    return [now.shifted(-back) for back in range(1, count + 1)]


def scores(periods: Sequence[Period], weeks: Iterable[int], *, by: "Actor") -> list[Score]:
    """What had been said of these periods by the end of these weeks by everybody in one's scope, and by the company where one sees it."""
    weeks = sorted(weeks)
    actual = {(period, who): amount for period in periods for who, amount in _booked(period).items()}
    found = [*_models(periods, weeks, by), *_calls(periods, weeks, by)]
    return [Score(period, week, who, method, said, actual.get((period, who), 0), *band) for period, week, who, method, said, *band in found]


def _booked(period: Period) -> dict[int | None, int]:
    """What was booked in the period by person; None is the company."""
    from pacesetter.planning import histories

    found = histories.booked(warehouse.current() or warehouse.refresh()).by_owner(period)
    return {pk: amount for pk, amount in found.items() if pk} | {None: sum(found.values())}


def _models(periods: Sequence[Period], weeks: Sequence[int], by: "Actor") -> Iterable[tuple[Any, ...]]:
    runs = list(ForecastRun.objects.order_by("as_of", "pk").values_list("as_of", "key"))
    standing = {(period, week): key for period in periods for week in weeks if (key := _run_at(runs, *_standing(period, week)))}
    keep = scope_of(by, ForecastRow.NOUN).owners
    rows = ForecastRow.objects.filter(run_id__in=set(standing.values()), team=None, method=DEALS)
    if keep is not None:
        rows = rows.filter(user__in=keep)
    table = {(row.run_id, row.since, row.until): [] for row in rows}  # type: ignore[var-annotated]
    for row in rows:
        table[row.run_id, row.since, row.until].append(row)
    for (period, week), key in standing.items():
        for row in table.get((key, period.since, period.until), ()):
            yield period, week, row.user_id, MODEL, row.mean, row.p10, row.p90


def standing_then(period: Period, week: int) -> ForecastRow | None:
    """The company's forecast that stood at the end of a week of the period."""
    first, end = _standing(period, week)
    run = ForecastRun.objects.filter(as_of__lt=end, as_of__gte=first).order_by("-as_of", "-pk").first()
    rows = ForecastRow.objects.filter(run=run, since=period.since, until=period.until, method=DEALS, user=None, team=None)
    return rows.select_related("run").first() if run else None


def _run_at(runs: Sequence[tuple[dt.date, Any]], first: dt.date, end: dt.date) -> Any:
    """The key of the newest run as of one of these days."""
    before = [(as_of, key) for as_of, key in runs if first <= as_of < end]
    return before[-1][1] if before else None


def _standing(period: Period, week: int) -> tuple[dt.date, dt.date]:
    """The days as of which a run stands at the end of a week: recent ones, without the period's last, after which the next one is asked."""
    end = _end(period, week)
    return end - RECENT, min(end, period.until - DAY)


def _end(period: Period, week: int) -> dt.date:
    """The first day after a week of a period."""
    return min(period.since + dt.timedelta(days=7 * week), period.until)


def _calls(periods: Sequence[Period], weeks: Sequence[int], by: "Actor") -> Iterable[tuple[Any, ...]]:
    zone, leaders = ZoneInfo(settings.get("company.time_zone")), Leaders()
    rows = ForecastCall.objects.filter(category="commit", currency=settings.get("company.currency"), since__in=[p.since for p in periods])
    keep = scope_of(by, ForecastCall.NOUN).owners
    rows = rows.filter(user__in=keep) if keep is not None else rows
    told = [(row.submitted_at.astimezone(zone).date(), row) for row in rows.order_by("submitted_at", "pk")]
    for period in periods:
        mine = [(day, row) for day, row in told if (row.since, row.until) == (period.since, period.until)]
        for week in weeks:
            last = {(row.user_id, ADJUSTED if row.adjusts else CALL): (day, row.amount) for day, row in mine if day < _end(period, week)}
            yield from ((period, week, who, how, amount) for (who, how), (day, amount) in last.items() if not leaders.led(who, day))


class Leaders:
    """Who led others when: their calls are not about their own deals."""

    def __init__(self) -> None:
        self.lines = list(Reporting.objects.values_list("manager_id", "since", "until"))

    def led(self, user_id: int | None, day: dt.date) -> bool:
        return any(pk == user_id and since <= day < until for pk, since, until in self.lines)


def value_added(scores: Iterable[Score], said: str = CALL, beside: str = MODEL) -> tuple[int, int]:
    """Where both stand: by how much one missed less than the other, Σ|beside - actual| - Σ|said - actual|, of Σ actual."""
    pairs: dict[tuple[Period, int, int | None], dict[str, Score]] = {}
    for one in scores:
        pairs.setdefault((one.period, one.week, one.user_id), {})[one.method] = one
    both = [pair for pair in pairs.values() if said in pair and beside in pair and pair[said].actual > 0]
    missed = {method: sum(abs(pair[method].said - pair[method].actual) for pair in both) for method in (said, beside)}
    return missed[beside] - missed[said], sum(pair[said].actual for pair in both)


def reviews(week: int) -> dict[tuple[dt.date, dt.date], ForecastReview]:
    """Why the model missed closed periods, by their days, against what it had said at the end of that week."""
    return {(one.since, one.until): one for one in ForecastReview.objects.filter(week=week)}


def people(scores: Iterable[Score]) -> dict[int, User]:
    """The persons that were scored."""
    return User.objects.in_bulk({one.user_id for one in scores if one.user_id is not None})
