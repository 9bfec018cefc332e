"""Periods: names, fiscal years, leap days, and the fair comparison."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacesetter.core import periods
from pacesetter.core.errors import Invalid

D = dt.date
TODAY = D(2026, 11, 21)
days = st.dates(D(1990, 1, 1), D(2090, 12, 31))
grains = st.sampled_from(["month", "quarter", "year"])
fiscal_starts = st.integers(1, 12)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2017", D(2017, 1, 1), D(2018, 1, 1)),
        ("2017-Q1", D(2017, 1, 1), D(2017, 4, 1)),
        ("2017-q4", D(2017, 10, 1), D(2018, 1, 1)),
        ("2016-02", D(2016, 2, 1), D(2016, 3, 1)),
        ("this_quarter", D(2026, 10, 1), D(2027, 1, 1)),
        ("last_quarter", D(2026, 7, 1), D(2026, 10, 1)),
        ("next_quarter", D(2027, 1, 1), D(2027, 4, 1)),
        ("last_year", D(2025, 1, 1), D(2026, 1, 1)),
        ("this_month", D(2026, 11, 1), D(2026, 12, 1)),
        ("2026-01-05..2026-02-10", D(2026, 1, 5), D(2026, 2, 11)),
    ],
)
def test_calendar_names(text: str, since: D, until: D) -> None:
    period = periods.parse(text, TODAY)
    assert (period.since, period.until) == (since, until)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2017", D(2016, 4, 1), D(2017, 4, 1)),
        ("2017-Q1", D(2016, 4, 1), D(2016, 7, 1)),
        ("2017-Q4", D(2017, 1, 1), D(2017, 4, 1)),
        ("2017-03", D(2017, 3, 1), D(2017, 4, 1)),
        ("this_year", D(2026, 4, 1), D(2027, 4, 1)),
    ],
)
def test_fiscal_year_from_april_is_named_after_its_end(text: str, since: D, until: D) -> None:
    period = periods.parse(text, TODAY, fiscal_start=4)
    assert (period.since, period.until) == (since, until)


@pytest.mark.parametrize(
    "text", ["", "2017-Q5", "2017-13", "yesterday", "0001", "9999-Q4", "2026-02-30..2026-03-01", "2026-02-03..2026-02-01"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        periods.parse(text, TODAY)


@given(days, grains, fiscal_starts)
def test_a_label_reads_back(day: D, grain: periods.Grain, start: int) -> None:
    period = periods.containing(day, grain, start)
    assert day in period
    assert periods.parse(period.label, TODAY, start) == period


@given(days, grains, fiscal_starts)
def test_previous_touches_and_comes_back(day: D, grain: periods.Grain, start: int) -> None:
    period = periods.containing(day, grain, start)
    assert period.previous().until == period.since
    assert period.previous().shifted(1) == period


@given(days, fiscal_starts)
def test_quarters_tile_the_fiscal_year(day: D, start: int) -> None:
    year = periods.containing(day, "year", start)
    quarters = list(year.parts("quarter"))
    assert len(quarters) == 4 and quarters[0].since == year.since and quarters[-1].until == year.until


def test_same_day_of_the_previous_quarter() -> None:
    quarter = periods.parse("this_quarter", TODAY)
    assert (quarter.day_number(TODAY), quarter.days) == (52, 92)
    assert quarter.same_day_previous(TODAY) == D(2026, 8, 21)


def test_a_longer_month_compares_with_the_whole_shorter_one() -> None:
    march = periods.parse("2024-03", TODAY)
    assert march.same_day_previous(D(2024, 3, 31)) == D(2024, 2, 29)
    assert march.same_day_previous(TODAY) == D(2024, 2, 29), "a period that is over compares with the whole one before"
    assert march.same_day_previous(D(2024, 2, 1)) == D(2024, 2, 1), "a period to come compares with the first day"


def test_everything_has_no_previous() -> None:
    assert periods.ALL.previous() is periods.ALL
    assert periods.ALL.same_day_previous(TODAY) == TODAY
    assert periods.ALL.last == D.max


@given(days, st.integers(1, 400))
def test_any_span_moves_by_its_own_length(day: D, length: int) -> None:
    period = periods.span(day, day + dt.timedelta(days=length))
    assert period.previous().until == period.since and period.previous().days == length
    assert periods.parse(period.label, TODAY) == period
