"""The parts of a miss add up to it, and a cause that was put in is found."""

import numpy as np
import pytest

from pacesetter.core.forecasting import deals, histories, misses
from tests.core.forecasting.invented import company, day, moment, table

T, UNTIL = histories.day_number(day(240)) + 1, histories.day_number(day(268)) + 1


def split(rows):
    known = histories.read(table(rows))
    fitted = deals.fit(known, T, 2 * (UNTIL - T))
    said = fitted.open_deals(known.as_of(T), T, UNTIL - T).mean + fitted.new_deals(T, UNTIL - T)[1]
    return misses.miss(known, T, UNTIL), deals.won_between(known, T, UNTIL) - said


def later(rows, change):
    """The rows after the day of asking, changed."""
    return [row if row[1] < moment(241) else change(row) for row in rows]


def largest(found):
    return max(("timing", "win_rate", "amount", "new"), key=lambda part: abs(getattr(found, part)))


@pytest.mark.parametrize("seed", range(4))
def test_parts_add_up(seed):
    found, whole = split(company(seed=seed))
    assert found.whole == pytest.approx(whole, rel=1e-9, abs=1e-6)


def test_deals_that_are_all_lost_miss_by_win_rate():
    rows = company()
    before = {row[0] for row in rows if row[1] < moment(241)}
    found, _ = split(later(rows, lambda row: (*row[:3], "lost") if row[2] == "outcome" and row[0] in before else row))
    assert found.win_rate < 0 and largest(found) == "win_rate"


def test_larger_deals_miss_by_amount():
    rows = company()
    more = [(name, moment(241.1), "amount", "90000") for name in dict.fromkeys(row[0] for row in rows if row[1] < moment(241))]
    found, _ = split(rows + more)
    assert found.amount > 0 and largest(found) == "amount"


def test_deals_that_come_a_month_late_miss_by_timing():
    rows = company()
    before = {row[0] for row in rows if row[1] < moment(241)}
    known = histories.read(table(rows))
    ended = dict(zip(known.ids, known.ended - histories.day_number(day(0)), strict=True))

    def slipped(row):
        on_time = row[2] == "outcome" and row[0] in before and ended[row[0]] < 269
        return (row[0], moment(float(ended[row[0]]) + 28), *row[2:]) if on_time else row

    found, whole = split(later(rows, slipped))
    assert whole < 0 and found.timing < 0 and largest(found) == "timing"


def test_no_new_deals_at_all_miss_by_new_business():
    rows = company()
    before = {row[0] for row in rows if row[1] < moment(241)}
    found, _ = split([row for row in rows if row[0] in before])
    assert found.new < 0 and np.isfinite(found.whole)
