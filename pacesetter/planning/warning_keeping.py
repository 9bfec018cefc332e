"""Warnings are stored when a run raises them first, and reviewed once when the days that they speak of are over."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Min

from pacesetter.base import clock
from pacesetter.core.forecasting.warnings import Record
from pacesetter.core.periods import Period
from pacesetter.planning.models import EarlyWarning, ForecastRun, StandingWarning, WarningOutcome, WarningReview
from pacesetter.planning.warning_rules import RULES
from pacesetter.planning.warning_shape import Cases, Rule, Seen, period_of

if TYPE_CHECKING:
    from pacesetter.planning.runs import Ground

CHUNK = 300  # rows written in one short transaction
BACK = {"quarter": 8, "month": 24}  # periods that are reviewed when there is no review of them yet
WEEK = dt.timedelta(days=8)  # a run as late as this before the end of a period tells that the others were asked too


def keep(seen: Seen) -> None:
    """Store what a run warns of and no run of the same period did before it, and, of the newest run, what stands now."""
    found = [warning for rule in RULES.values() for warning in rule.raised(seen)]
    known = {_key(one) for one in EarlyWarning.objects.filter(raised_on__lte=seen.run.as_of, until__gt=seen.run.as_of)}
    fresh = [one for one in found if _key(one) not in known]
    for start in range(0, len(fresh), CHUNK):
        EarlyWarning.objects.bulk_create(fresh[start : start + CHUNK], ignore_conflicts=True)
    if not ForecastRun.objects.filter(as_of__gt=seen.run.as_of).exists():
        _stand(seen, found)


def _key(one: EarlyWarning) -> tuple[str, dt.date, str]:
    return one.kind, one.since, one.subject


def _stand(seen: Seen, found: Sequence[EarlyWarning]) -> None:
    """Replace what stood by what this run warns of."""
    of_now = EarlyWarning.objects.filter(raised_on__lte=seen.run.as_of, until__gt=seen.run.as_of).order_by("-raised_on", "-pk")
    first = {_key(one): one.pk for one in of_now.only("kind", "since", "subject")}
    rows = [StandingWarning(warning_id=first[_key(one)], run=seen.run, stake=one.stake, facts=one.facts) for one in found]
    for start in range(0, len(rows), CHUNK):
        StandingWarning.objects.bulk_create(
            rows[start : start + CHUNK], update_conflicts=True, unique_fields=["warning"], update_fields=["run", "stake", "facts"]
        )
    while gone := list(StandingWarning.objects.exclude(run=seen.run).values_list("pk", flat=True)[:CHUNK]):
        with transaction.atomic():
            StandingWarning.objects.filter(pk__in=gone).delete()


def catch_up(ground: "Ground") -> int:
    """Review the periods that are over and have no review, and say what became of their warnings; how many reviews."""
    there = set(WarningReview.objects.values_list("kind", "since"))
    return sum(
        _review(rule, period, ground) for rule in RULES.values() for period in _closed(rule) if (rule.kind, period.since) not in there
    )


def _closed(rule: Rule) -> list[Period]:
    now = period_of(clock.today() - rule.after, rule.grain)
    return [now.shifted(-back) for back in range(1, BACK[rule.grain] + 1)]


def _review(rule: Rule, period: Period, ground: "Ground") -> bool:
    if not ForecastRun.objects.filter(as_of__gte=period.until - WEEK, as_of__lt=period.until).exists():
        return False
    first = EarlyWarning.objects.filter(kind=rule.kind, since=period.since).values("subject").annotate(day=Min("raised_on"))
    raised = {row["subject"]: row["day"] for row in first}
    cases = rule.cases(ground, period, raised)
    told = Record.of((subject in raised, came) for subject, (came, _clear) in cases.items())
    _settle(rule, period, raised, cases)
    try:
        with transaction.atomic():
            WarningReview.objects.create(
                kind=rule.kind, since=period.since, until=period.until,
                cases=told.cases, came=told.came, raised=told.raised, right=told.right,
            )  # fmt: skip
    except IntegrityError:  # another worker was quicker
        return False
    return True


def _settle(rule: Rule, period: Period, raised: dict[str, dt.date], cases: Cases) -> None:
    """What became of each warning, counted from the first day on which it was raised."""
    open_ = EarlyWarning.objects.filter(kind=rule.kind, since=period.since, outcome=None)
    rows = [
        WarningOutcome(warning=one, came=cases[one.subject][0], known_on=cases[one.subject][1], days=(cases[one.subject][1] - one.raised_on).days)
        for one in open_
        if one.subject in cases and raised[one.subject] == one.raised_on
    ]  # fmt: skip
    for start in range(0, len(rows), CHUNK):
        WarningOutcome.objects.bulk_create(rows[start : start + CHUNK], ignore_conflicts=True)
