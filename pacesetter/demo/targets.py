"""What the demo company wants to reach: a plan per quarter, and aims for the trade's five numbers."""

import datetime as dt
from decimal import Decimal

from pacesetter.analytics import targets
from pacesetter.core import periods
from pacesetter.demo.people import Crew
from pacesetter.demo.plan import Plan

PLANS = {-1: 8_600_000, 0: 10_800_000}  # by year, counted from this one
QUARTERS = (Decimal("0.24"), Decimal("0.25"), Decimal("0.23"), Decimal("0.28"))
AIMS = {
    "win_rate": "0.28",
    "sales_cycle": "45",
    "lead_response": "45",
    "tool_usage": "0.80",
    "forecast_accuracy": "0.85",
    "slip_rate": "0.15",
}
OWNERS = {"bookings": "Chiara Romano", "lead_response": "Chiara Romano"}


def set_all(plan: Plan, crew: Crew, copies: int = 1) -> None:
    """Bookings by quarter, of a company that is several times the small one; rates and lengths hold for all the years of the story."""
    for step, amount in PLANS.items():
        year = periods.containing(dt.date(plan.today.year + step, 1, 1), "year")
        for share, quarter in zip(QUARTERS, year.parts("quarter"), strict=True):
            _set(crew, "bookings", quarter.since, quarter.until, str(amount * copies * share))
        _set(crew, "bookings", year.since, year.until, str(amount * copies))
    for metric, value in AIMS.items():
        _set(crew, metric, dt.date(plan.since.year, 1, 1), dt.date(plan.today.year + 1, 1, 1), value)


def _set(crew: Crew, metric: str, since: dt.date, until: dt.date, value: str) -> None:
    owner = crew.people[OWNERS.get(metric, "Yuki Sato")]
    targets.set_target(metric, since=since, until=until, value=value, by=crew.by, owner=owner)
