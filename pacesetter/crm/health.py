"""How well an open deal stands, in three words, with the reasons that say so."""

import datetime as dt
from typing import Any, Literal

from pacesetter.core.labels import mark

State = Literal["good", "watch", "risk"]
IDLE_DAYS = 21
REASONS = {
    "overdue": mark("The close date has passed"),
    "rotting": mark("Longer in this stage than deals should be"),
    "idle": mark("Nobody was in touch for three weeks"),
    "no_next_step": mark("No next step"),
    "slipped": mark("The close date moved twice or more"),
    "in_touch": mark("In touch during the last week"),
    "next_step": mark("A next step is agreed"),
}
HEAVY = {"overdue", "rotting"}


def of(deal: Any, now: dt.datetime, today: dt.date) -> tuple[State, list[str], list[str]]:
    """The state, what speaks for the deal and what speaks against it."""
    idle = (now - (deal.last_activity_at or deal.created_at)).days
    limit = deal.stage.rotting_days
    checks = {
        "overdue": bool(deal.close_date and deal.close_date < today),
        "rotting": bool(limit and (now - deal.stage_since).days > limit),
        "idle": idle > IDLE_DAYS,
        "no_next_step": not deal.next_step,
        "slipped": deal.slips >= 2,
    }
    against = [key for key, failed in checks.items() if failed]
    good = [key for key, holds in {"in_touch": idle <= 7, "next_step": bool(deal.next_step)}.items() if holds]
    return _state(against), good, against


def _state(against: list[str]) -> State:
    if len(against) >= 2 and HEAVY & set(against):
        return "risk"
    return "watch" if against else "good"
