"""What is warned of: for each kind, what a run would warn of with what it knew, and what came of everything that could be warned of.

A rule that is new goes into RULES; storing, measuring, pages and commands follow by themselves.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from pacesetter.base import settings
from pacesetter.base.teams import members_on
from pacesetter.core.forecasting import slips
from pacesetter.core.forecasting.histories import day_number, day_of
from pacesetter.core.forecasting.warnings import chance_to_reach
from pacesetter.core.periods import Period
from pacesetter.planning import histories, plans
from pacesetter.planning.models import DEALS, EarlyWarning, ForecastRow, ForecastRun
from pacesetter.planning.warning_flows import AFTER, drifted, drifting, dropped, dropping
from pacesetter.planning.warning_shape import DAY, Cases, Rule, Seen

if TYPE_CHECKING:
    from pacesetter.planning.runs import Ground

MOST_DEALS = 1_000  # of one run, those with the most at stake: who is warned of more is warned of nothing


# A plan that is not reached: of the company and of teams ("quarter"), of people ("rep") -------------
def _plans(kind: str) -> Callable[[Seen], Iterator[EarlyWarning]]:
    def raised(seen: Seen) -> Iterator[EarlyWarning]:
        planned, limit = plans.of(seen.quarter), settings.get("forecast.warn_plan_below") / 100
        for row in seen.rows:
            subject = _subject(row.user_id, row.team_id)
            plan = planned.get(subject, 0)
            if not plan or _kind(subject) != kind or (row.since, row.until, row.method) != (seen.quarter.since, seen.quarter.until, DEALS):
                continue
            chance = chance_to_reach(plan, row.p10, row.p50, row.p90)
            if chance < limit:
                facts = {name: getattr(row, name) for name in ("mean", "p10", "p50", "p90", "won", "open", "new")}
                facts |= {"plan": plan, "chance": round(chance, 4)}
                yield seen.warning(kind, subject, seen.quarter, plan - row.mean, facts, user_id=row.user_id, team_id=row.team_id)

    return raised


def _planned(kind: str) -> Callable[["Ground", Period, Mapping[str, dt.date]], Cases]:
    def cases(ground: "Ground", period: Period, raised: Mapping[str, dt.date]) -> Cases:
        """Of those who had a plan, who was forecast at all: came is a plan that was not reached, which the last day tells."""
        booked, planned = _booked(ground, period), plans.of(period)
        runs = ForecastRun.objects.filter(as_of__gte=period.since - DAY, as_of__lt=period.last)
        rows = ForecastRow.objects.filter(run_id__in=runs.values("key"), since=period.since, until=period.until, method=DEALS)
        subjects = {_subject(*pair) for pair in rows.values_list("user_id", "team_id").distinct()}
        return {
            subject: (booked.get(subject, 0) < planned[subject], period.last)
            for subject in subjects
            if planned.get(subject) and _kind(subject) == kind
        }

    return cases


def _subject(user: int | None, team: int | None) -> str:
    return f"user:{user}" if user else f"team:{team}" if team else "company"


def _kind(subject: str) -> str:
    return "rep" if subject.startswith("user:") else "quarter"


def _booked(ground: "Ground", period: Period) -> dict[str, int]:
    """What was booked by person, by team (in which they were on the day) and by the company."""
    inside, booked = ground.booked.inside(period), ground.booked
    found = {"company": int(booked.amount[inside].sum())}
    found |= {f"user:{pk}": amount for pk, amount in booked.by_owner(period).items() if pk}
    for team, (teams, _people) in members_on(period.last).items():
        found[f"team:{team}"] = int(booked.amount[inside & np.isin(booked.team, list(teams))].sum())
    return found


# Deals that do not come in the quarter in which they are dated --------------------------------------
def _slipping(seen: Seen) -> Iterator[EarlyWarning]:
    t, limit = histories.end_of(seen.run.as_of), settings.get("forecast.warn_deal_below") / 100
    for one in slips.slipping(seen.known, seen.found.fitted, t, day_number(seen.quarter.until), limit)[:MOST_DEALS]:
        deal = int(seen.known.ids[one.deal])
        facts = {
            "chance": round(one.chance, 4),
            "amount": round(one.amount),
            "due": day_of(one.due).isoformat(),
            "signs": [{"code": sign.code, "value": round(sign.value, 4), "usual": round(sign.usual, 4)} for sign in one.signs],
        }
        yield seen.warning("deal", f"deal:{deal}", seen.quarter, one.at_stake, facts, deal_id=deal)


def _slipped(ground: "Ground", period: Period, raised: Mapping[str, dt.date]) -> Cases:
    """Deals that were open and dated in the period at the end of one of its weeks, or warned of: came is one that was not won in it."""
    known, until = ground.deals, day_number(period.until)
    place = {str(pk): at for at, pk in enumerate(known.ids)}
    first = {place[pk]: histories.end_of(day) for subject, day in raised.items() if (pk := subject.partition(":")[2]) in place}
    weeks = np.arange(day_number(period.since), until, 7.0)
    deals = np.unique(np.concatenate([np.asarray(list(first), dtype=np.int64), *(slips.due_at(known, t, until) for t in weeks)]))
    since = np.asarray([first.get(at, day_number(period.since)) for at in deals.tolist()])
    came, clear = slips.slipped(known, deals, since, until)
    return {
        f"deal:{known.ids[at]}": (bool(yes), min(day_of(moment), period.last)) for at, yes, moment in zip(deals, came, clear, strict=True)
    }


RULES = {
    rule.kind: rule
    for rule in (
        Rule("quarter", "quarter", _plans("quarter"), _planned("quarter")),
        Rule("rep", "quarter", _plans("rep"), _planned("rep")),
        Rule("deal", "quarter", _slipping, _slipped),
        Rule("leads", "month", dropping, dropped, dt.timedelta(weeks=AFTER)),
        Rule("model", "month", drifting, drifted),
    )
}
