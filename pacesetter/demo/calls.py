"""Weekly forecast calls of the demo company: everybody errs in their own way, and less as the quarter ends.

Managers add up what their sellers say and lean a little; now and then they adjust a seller's call, rightly half of the time.
"""

import datetime as dt
import random
from typing import Any

from pacesetter.base import clock
from pacesetter.base.actor import Actor
from pacesetter.core import periods
from pacesetter.core.money import to_minor
from pacesetter.demo import cast
from pacesetter.demo.people import Crew
from pacesetter.demo.plan import Plan
from pacesetter.planning import calls

COMPANY_SPREAD = 0.14
REP_SPREAD = 0.16
LEAN = 0.04  # how far a manager's call lies from what the sellers say
ADJUSTED = 0.1  # of the sellers' calls
REASONS = (
    ("timing", "Procurement takes a week longer"),
    ("caution", "Same number three weeks in a row"),
    ("deal", "Signature promised on the phone"),
    ("new_business", "A pilot that is no deal yet"),
)


def submit_all(plan: Plan, crew: Crew, rng: random.Random) -> None:
    """Every Monday of every quarter: each seller's call, and the company's."""
    quarter = periods.containing(plan.since, "quarter")
    while quarter.since <= plan.today:
        biases = {seat.name: seat.bias + rng.gauss(0, REP_SPREAD) for seat in cast.SEATS} | {"": rng.gauss(0.03, COMPANY_SPREAD)}
        for week in range(13):
            monday = quarter.since + dt.timedelta(7 * week + (7 - quarter.since.weekday()) % 7)
            if plan.since <= monday <= plan.today and monday < quarter.until:
                _week(plan, crew, quarter, monday, week, biases)
        quarter = quarter.shifted(1)


def _week(plan: Plan, crew: Crew, quarter: periods.Period, monday: dt.date, week: int, biases: dict[str, float]) -> None:
    fade = 1 - week / 14
    actual, won = _actuals(plan, quarter, quarter.until), _actuals(plan, quarter, monday)
    said: dict[str, float] = {}
    with clock.set_to(dt.datetime.combine(monday, dt.time(9), dt.UTC)):
        for name, booked in actual.items():
            user = crew.people.get(name)
            if user is not None and (user.is_active or booked):
                said[name] = max(booked * (1 + biases[name] * fade), won[name])
                _submit(quarter, said[name], Actor.of(user, via="demo"))
        _led(crew, quarter, random.Random(monday.isoformat()), said, actual)
        total = sum(actual.values()) * (1 + biases[""] * fade)
        _submit(quarter, max(total, sum(won.values())), crew.by, company=True)


def _led(crew: Crew, quarter: periods.Period, dice: random.Random, said: dict[str, float], actual: dict[str, float]) -> None:
    """What managers say of their teams, and of single sellers whose calls they do not believe."""
    for team, name in cast.MANAGERS.items():
        by = Actor.of(crew.people[name], via="demo")
        mine = {seat.name: said[seat.name] for seat in cast.SEATS if seat.team == team and seat.name in said}
        _submit(quarter, sum(mine.values()) * (1 + dice.gauss(0, LEAN)), by)
        for seller, amount in mine.items():
            if dice.random() < ADJUSTED and by.owners.issuperset({crew.people[seller].pk}):
                nearer = (actual[seller] - amount) * 0.6
                reason, note = dice.choice(REASONS)
                step = nearer if dice.random() < 0.5 else -nearer
                _submit(quarter, amount + step, by, user=crew.people[seller], reason=reason, note=note)


def _submit(quarter: periods.Period, amount: float, by: Actor, **more: Any) -> None:
    calls.submit(period=quarter, amount=to_minor(str(max(0, round(amount, -3))).split(".")[0], "USD"), by=by, **more)


def _actuals(plan: Plan, quarter: periods.Period, until: dt.date) -> dict[str, float]:
    """What each seller books in the quarter before `until`, those still to come included: the plan knows."""
    found = {seat.name: 0.0 for seat in cast.SEATS if seat.since is None or periods.add_months(plan.today, -seat.since) < quarter.until}
    for deal in plan.deals:
        if deal.outcome == "won" and deal.type != "renewal" and deal.ends in quarter and deal.ends < until and deal.seat.name in found:
            found[deal.seat.name] += deal.value
    return found
