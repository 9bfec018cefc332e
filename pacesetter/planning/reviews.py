"""Why closed quarters came in above or below what the model had said in their third week: worked out once, then kept."""

from django.db import IntegrityError, transaction

from pacesetter.base import settings
from pacesetter.core.forecasting import deals
from pacesetter.core.forecasting.histories import day_number
from pacesetter.core.forecasting.misses import Miss, miss
from pacesetter.core.periods import Period
from pacesetter.planning import accuracy, histories
from pacesetter.planning.accuracy import WEEK
from pacesetter.planning.models import ForecastReview
from pacesetter.planning.runs import Ground


def catch_up(ground: Ground) -> int:
    """Review the closed quarters that have none; how many."""
    there = set(ForecastReview.objects.values_list("since", "until"))
    return sum(_review(period, ground) for period in accuracy.closed() if (period.since, period.until) not in there)


def _review(period: Period, ground: Ground) -> bool:
    row = accuracy.standing_then(period, WEEK)
    if row is None:
        return False
    t, end = histories.end_of(row.run.as_of), day_number(period.until)
    actual = sum(ground.booked.by_owner(period).values())
    came = round(deals.won_between(ground.deals, t, end))
    parts = _whole(miss(ground.deals, t, end), came - row.open - row.new)
    try:
        with transaction.atomic():
            ForecastReview.objects.create(
                run=row.run, since=period.since, until=period.until, week=WEEK, currency=settings.get("company.currency"),
                said=row.mean, actual=actual, corrected=actual - row.won - came, **parts,
            )  # fmt: skip
    except IntegrityError:  # another worker was quicker
        return False
    return True


def _whole(found: Miss, total: int) -> dict[str, int]:
    """The parts in minor units; what rounding leaves goes to the largest, so that they add up to the total."""
    parts = {"timing": found.timing, "win_rate": found.win_rate, "deal_size": found.amount, "new": found.new}
    whole = {name: round(value) for name, value in parts.items()}
    whole[max(whole, key=lambda name: abs(whole[name]))] += total - sum(whole.values())
    return whole
