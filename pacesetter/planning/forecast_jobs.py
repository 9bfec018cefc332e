"""When forecasts are made: every night, and in the first nights for the weeks before them, so that their errors are known."""

import datetime as dt
import time
from typing import Any

from pacesetter.base import clock, jobs, settings, warehouse
from pacesetter.base.actor import Actor
from pacesetter.base.worker import chore
from pacesetter.core.errors import Refused
from pacesetter.core.labels import mark
from pacesetter.core.periods import containing
from pacesetter.planning import forecasts
from pacesetter.planning.models import ForecastRun

LOOK_SECONDS = 60.0
WEEKS = 104  # past weeks that are asked …
BUDGET_SECONDS = 600.0  # … in the first nights, ten minutes each, the newest first
_next_look = 0.0

settings.define(
    "forecast.nightly",
    True,
    mark("Forecast every night"),
    mark("The models are asked when a day is over, and in the first nights for past weeks, so that their errors are known."),
)


@jobs.job("forecast", mark("Forecast the company"))
def _forecast(running: jobs.Running, as_of: str) -> dict[str, Any]:
    """Ask once; where too little is known that is the answer, and no failure."""
    from pacesetter.planning import reviews, runs, warning_keeping

    ground = runs.Ground.now()
    try:
        run = runs.make(dt.date.fromisoformat(as_of), by=running.by, ground=ground)
    except Refused as refusal:
        if refusal.code != "too_few_closed":
            raise
        return {"as_of": as_of, "refused": refusal.code, **{key: str(value) for key, value in refusal.params.items()}}
    warning_keeping.catch_up(ground)
    return {"as_of": as_of, "run": run.pk, "reviews": reviews.catch_up(ground)}


@jobs.job("forecast.past", mark("Ask forecasts of past weeks"))
def _past(running: jobs.Running, weeks: int = WEEKS) -> dict[str, Any]:
    """Ask as of the Sundays of past weeks, quarter by quarter, the newest first; days that have an answer are left out."""
    from pacesetter.planning import reviews, runs, warning_keeping

    days = _missing(weeks)
    if not days:
        return {"runs": 0, "reviews": 0}
    began, ground, made = time.monotonic(), runs.Ground.now(), 0
    for number, day in enumerate(days):
        running.step(number, len(days))
        if time.monotonic() - began > BUDGET_SECONDS:
            break
        if running.by.via != "cli" and jobs.others_wait(running.job):
            jobs.start("forecast.past", by=running.by, weeks=weeks)  # behind those
            break
        try:
            runs.make(day, by=running.by, ground=ground)
            made += 1
        except Refused:  # too little was known then
            continue
    warning_keeping.catch_up(ground)
    return {"runs": made, "reviews": reviews.catch_up(ground)}


def _missing(weeks: int) -> list[dt.date]:
    """The Sundays of past weeks as of which nobody has asked yet, in the order in which they are."""
    today, known = clock.today(), set(ForecastRun.objects.values_list("as_of", flat=True))
    last = today - dt.timedelta(days=today.weekday() + 1)
    return _by_quarter([day for number in range(weeks) if (day := last - dt.timedelta(days=7 * number)) not in known])


def _by_quarter(days: list[dt.date]) -> list[dt.date]:
    """The newest quarter first, and the days of each in their order: a warning counts from the first day on which it is raised."""
    start = int(settings.get("company.fiscal_start"))
    return sorted(days, key=lambda day: (-containing(day + dt.timedelta(days=1), "quarter", start).since.toordinal(), day))


@chore
def nightly() -> None:
    """The worker's chore: ask when a day is over and its changes are in the extracts."""
    global _next_look
    if time.monotonic() < _next_look:
        return
    _next_look = time.monotonic() + LOOK_SECONDS
    as_of = clock.today() - dt.timedelta(days=1)
    newest = forecasts.newest()
    if not settings.get("forecast.nightly") or warehouse.current() is None or (newest and newest.as_of >= as_of):
        return
    system = Actor.system("job")
    jobs.once("forecast", by=system, tick=f"forecast {as_of}", as_of=as_of.isoformat())
    jobs.once("forecast.past", by=system, tick=f"forecast.past {as_of}")  # as many nights as it takes
