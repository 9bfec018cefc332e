"""Warnings about what comes in and about the model itself: a drop in lead flow, and a model that has drifted."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pacesetter.base import warehouse
from pacesetter.base.teams import members_on
from pacesetter.core.forecasting import drifts
from pacesetter.core.forecasting.features import AT, MAIN, Reader, norms
from pacesetter.core.forecasting.histories import Array
from pacesetter.core.periods import Period
from pacesetter.planning import histories
from pacesetter.planning.models import DEALS, EarlyWarning, ForecastRow, ForecastRun
from pacesetter.planning.warning_shape import DAY, Cases, Seen, period_of

if TYPE_CHECKING:
    from pacesetter.planning.runs import Ground

RARE = 0.01  # of a drop, or of bands missed, by accident
MATERIAL = 0.85  # of what is usual; a smaller drop is not worth a warning however sure it is
AFTER, BEFORE, LESS = 8, 26, 0.9  # weeks after a drop in which fewer deals begin than this share of what was usual in so many weeks
MONTHS, LEAST = 12, 6  # past months whose errors are looked at, at most and at least
SIGNAL, UNLIKE, CALIBRATED = 4.0, 0.2, (0.8, 1.2)
MOVING = ("weekday", "owner_rate")  # features that move by themselves: days of the week, and rates that sharpen as deals close
LEADS = "SELECT received_on AS day, source, count(*) AS n FROM leads GROUP BY ALL"
NEW_DEALS = """SELECT day, source, count(*) AS n FROM (
    SELECT id, any_value(created_on) AS day, any_value(source) AS source FROM deal_versions WHERE type IS DISTINCT FROM 'renewal' GROUP BY id) GROUP BY ALL"""


# Leads ----------------------------------------------------------------------------------------------
def dropping(seen: Seen) -> Iterator[EarlyWarning]:
    """Fewer leads in four weeks than chance explains: of all sources, and of each."""
    month = period_of(seen.run.as_of + DAY, "month")
    for subject, days in _counts()[0].items():
        found = drifts.flow(_weekly(days, seen.run.as_of))
        if found and found.chance < RARE and found.count < MATERIAL * found.usual:
            facts = {"count": round(found.count), "usual": round(found.usual, 1), "chance": round(found.chance, 6)}
            yield seen.warning("leads", subject, month, 0, facts)


def dropped(ground: "Ground", period: Period, raised: Mapping[str, dt.date]) -> Cases:
    """Sources (and all together) with leads enough: came is that fewer deals began in the eight weeks after than was usual before."""
    leads, deals = _counts()
    found = {}
    for subject, days in leads.items():
        day = raised.get(subject, period.last)
        usual, later = _weekly(deals.get(subject, {}), day)[-BEFORE:], day + dt.timedelta(weeks=AFTER)
        if len(usual) == BEFORE and drifts.flow(_weekly(days, day)):
            begun = _weekly(deals.get(subject, {}), later)[-AFTER:].sum()
            found[subject] = (bool(begun < LESS * AFTER * usual.mean()), later)
    return found


def _weekly(days: Mapping[dt.date, int], last: dt.date) -> Array:
    """Counts of the weeks that end with the day `last`, the oldest first, from the first day that is known."""
    if not days or last < (first := min(days)):
        return np.zeros(0)
    weeks = ((last - first).days + 1) // 7
    counts = np.zeros(weeks)
    for day, n in days.items():
        back = (last - day).days // 7
        if day <= last and back < weeks:
            counts[weeks - 1 - back] += n
    return counts


def _counts() -> tuple[dict[str, Counter[dt.date]], dict[str, Counter[dt.date]]]:
    """Leads and deals by the day on which they came, for all sources together ("company") and for each."""
    version = warehouse.current() or warehouse.refresh()
    if version.token not in _READ:
        _READ.clear()
        _READ[version.token] = tuple(_by_subject(warehouse.query(version, sql, histories.variables())) for sql in (LEADS, NEW_DEALS))
    return _READ[version.token]


_READ: dict[str, Any] = {}


def _by_subject(rows: list[dict[str, Any]]) -> dict[str, Counter[dt.date]]:
    found: dict[str, Counter[dt.date]] = {"company": Counter()}
    for row in rows:
        for subject in ("company", *((f"source:{row['source']}",) if row["source"] else ())):
            found.setdefault(subject, Counter())[row["day"]] += row["n"]
    return found


# The model ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Month:
    """What was said of a month on the last day before it, and what came."""

    said: int
    low: int
    high: int
    actual: int

    @property
    def held(self) -> bool:
        return self.low <= self.actual <= self.high


def drifting(seen: Seen) -> Iterator[EarlyWarning]:
    """Errors that lie on one side, bands that do not hold, chances that do not come true, deals unlike those learned from."""
    now = period_of(seen.run.as_of + DAY, "month")
    if seen.backcast:
        return
    for subject, months in _months(seen, now).items():
        signs = _signs(months) + (_of_deals(seen) if subject == "company" else [])
        if signs:
            team = int(subject[5:]) if subject.startswith("team:") else None
            yield seen.warning("model", subject, now, 0, {"signs": signs, "months": len(months)}, team_id=team)


def _signs(months: list[Month]) -> list[dict[str, Any]]:
    if len(months) < LEAST:
        return []
    errors = [one.said - one.actual for one in months]
    signal, missed = drifts.tracking_signal(errors), sum(not one.held for one in months)
    by_chance, accident = drifts.one_sided(errors), drifts.breach(missed, len(months), 0.2)
    found = (
        [{"code": "one_sided", "value": round(signal, 2), "usual": SIGNAL, "over": sum(errors) > 0, "chance": round(by_chance, 6)}]
        if signal > SIGNAL and by_chance < RARE
        else []
    )
    return found + ([{"code": "missed", "value": missed, "usual": len(months), "chance": round(accident, 6)}] if accident < RARE else [])


def _of_deals(seen: Seen) -> list[dict[str, Any]]:
    """Calibration on past days, and how unlike the open deals are to those of half a year ago."""
    bins = seen.found.fitted.choice.bins
    slope = drifts.slope([(said, came, rows) for said, came, rows in bins])
    low, high = CALIBRATED
    found = [] if np.isnan(slope) or low <= slope <= high else [{"code": "uncalibrated", "value": round(slope, 2), "usual": 1}]
    t = histories.end_of(seen.run.as_of)
    reader = Reader(seen.known, norms(seen.known))
    then, now = (reader.at(seen.known.open_at(day), day) for day in (t - 7 * BEFORE, t))
    unlike = {name: drifts.stability(then[:, AT[name]], now[:, AT[name]]) for name in MAIN if name not in MOVING}
    worst = max(unlike, key=lambda name: unlike[name])
    return found + (
        [{"code": "unlike", "value": round(unlike[worst], 3), "usual": UNLIKE, "feature": worst}] if unlike[worst] > UNLIKE else []
    )


def _months(seen: Seen, now: Period) -> dict[str, list[Month]]:
    """Months that are over by subject: the company, and teams."""
    found: dict[str, list[Month]] = {}
    for back in range(1, MONTHS + 1):
        for subject, month in _month(seen.ground, now.shifted(-back)).items():
            found.setdefault(subject, []).append(month)
    return found


def _month(ground: "Ground", month: Period) -> dict[str, Month]:
    """What the last run before a month said of it, and what came."""
    run = ForecastRun.objects.filter(as_of__lt=month.since, as_of__gte=month.since - 10 * DAY).order_by("-as_of", "-pk").first()
    if run is None:
        return {}
    rows = ForecastRow.objects.filter(run=run, since=month.since, until=month.until, method=DEALS, user=None)
    inside, booked = ground.booked.inside(month), ground.booked
    below = members_on(month.last)
    found = {}
    for row in rows:
        mine = inside & np.isin(booked.team, list(below[row.team_id][0])) if row.team_id else inside
        subject = f"team:{row.team_id}" if row.team_id else "company"
        found[subject] = Month(row.mean, row.p10, row.p90, int(booked.amount[mine].sum()))
    return found


def drifted(ground: "Ground", period: Period, raised: Mapping[str, dt.date]) -> Cases:
    """Months in which the model spoke by itself, not asked afterwards: came is a month outside the band that was said before it."""
    runs = ForecastRun.objects.filter(as_of__gte=period.since - DAY, as_of__lt=period.last)
    if not any(run.made_at.date() <= run.as_of + 2 * DAY for run in runs.only("as_of", "made_at")):
        return {}
    return {subject: (not month.held, period.last) for subject, month in _month(ground, period).items()}
