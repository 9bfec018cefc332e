"""When in a quarter deals are won: learned where it is there, left alone where it is not, and never from later days."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from pacesetter.core.forecasting import deals, seasons
from pacesetter.core.forecasting.histories import day_number, of, read
from pacesetter.core.forecasting.seasons import EVEN, PLACES
from tests.core.forecasting.invented import START, company, day, moment, table

DAYS = 730


def hockey(seed: int = 3):
    """Two years in which every second win waits for the last days of its quarter."""
    dice = np.random.default_rng(seed)
    rows = []
    for row in company(deals=1500, days=DAYS, seed=seed):
        name, at, field, value = row
        if (field, value) == ("outcome", "won") and dice.random() < 0.5:
            at = max(at, moment(_end_of_quarter(at) - dice.uniform(0, 7)))
        rows.append((name, at, field, value))
    return read(table(rows))


def _end_of_quarter(at: str) -> float:
    when = dt.date.fromisoformat(at[:10])
    month = 3 * ((when.month - 1) // 3) + 4
    return float((dt.date(when.year + month // 13, (month - 1) % 12 + 1, 1) - START).days)


def number(year: int, month: int, of_month: int) -> float:
    return day_number(dt.date(year, month, of_month))


def test_places_are_those_of_any_quarter():
    days = [number(2026, 3, 31), number(2026, 6, 24), number(2026, 12, 31), number(2027, 9, 24)]
    last, *same = seasons.places(np.asarray(days)).tolist()
    assert set(same) == {last}
    assert len(set(seasons.places(np.arange(number(2026, 2, 1), number(2026, 5, 1))).tolist())) == PLACES


def test_the_end_of_quarters_is_learned():
    season = seasons.learn(hockey(), day_number(day(DAYS)))
    last = int(seasons.places(np.asarray([number(2026, 3, 31)]))[0])
    assert season.pace[last] > 2 * np.delete(season.pace, last).max()
    assert season.days(number(2026, 3, 24), 7.0) > 7 > season.days(number(2026, 4, 1), 7.0)
    assert season.days(number(2026, 1, 1), 365.0) == pytest.approx(365, rel=0.08)
    assert season.longest(7) == pytest.approx(7 * season.pace[last], rel=0.01)


@pytest.mark.parametrize(("told", "until"), [(company(deals=1500, days=DAYS), DAYS), (None, 300)])
def test_an_even_pace_or_less_than_a_year_is_left_alone(told, until):
    histories = read(table(told)) if told else hockey()
    assert seasons.learn(histories, day_number(day(until))) is EVEN


def test_days_of_the_even_pace_are_days():
    assert EVEN.days(20_000.3, 12.5) == pytest.approx(12.5) and EVEN.longest(91.0) == 91.0
    assert EVEN.days(20_000.0, np.asarray([0.0, 1.0, 30.25])).tolist() == pytest.approx([0, 1, 30.25])


def test_deals_are_won_sooner_before_the_end_of_a_quarter_and_later_after_it():
    histories = hockey()
    for asked, more in ((dt.date(2026, 9, 23), True), (dt.date(2026, 10, 1), False)):
        t = day_number(asked)
        known = histories.as_of(t)
        fitted = deals.fit(known, t, 7.0, deals.TABLE)
        chances = fitted.open_deals(known, t)
        even = fitted.hazards.within(fitted.hazards.rows_at(known, chances.deals, t), 7.0)[0]
        assert ((chances.win + chances.lose) <= 1 + 1e-9).all()
        pace, new = chances.win.sum() / even.sum(), fitted.new_deals(t)[0] / replace(fitted.arrivals, season=EVEN).expected(t, 7.0)[0]
        assert (pace > 1.2 and new > 1.2) if more else (pace < 0.95 and new < 0.95)


def test_later_days_change_nothing():
    histories, t = hockey(), day_number(day(600))
    assert (seasons.learn(histories, t).pace == seasons.learn(histories.as_of(t), t).pace).all()


def test_no_win_yet_is_an_even_pace():
    lost = of(np.asarray(["a"], dtype=object), np.asarray([0.0]), {}, {})
    assert seasons.learn(lost, 2_000.0) is EVEN
