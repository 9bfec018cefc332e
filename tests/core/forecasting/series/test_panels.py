"""Reading series: what a file says is what is forecast from, and what it does not say has one answer."""

import datetime as dt
import random

import numpy as np
import pyarrow as pa
import pytest

from pacesetter.core.errors import Refused
from pacesetter.core.forecasting.series import outliers, panels
from tests.core.forecasting.series.invented import month, seasonal, seasonal_table, table, week


def test_order_does_not_matter():
    rows = seasonal()
    mixed = random.Random(7).sample(rows, len(rows))
    some, others = (panels.read(table(one, "region", "team"), "M", hierarchy=["region"]) for one in (rows, mixed))
    assert list(some.ids) == list(others.ids) and np.array_equal(some.y, others.y) and np.array_equal(some.groups[0], others.groups[0])
    assert some.words == others.words == (["North", "South"],)


def test_a_period_without_a_row_is_zero_and_an_empty_value_lies_between_its_neighbours():
    found = panels.read(
        table([("A", month(0), 10), ("A", month(1), None), ("A", month(2), 30), ("A", month(4), 1), ("B", month(3), 5)]), "M"
    )
    assert found.y == pytest.approx(np.array([[10, 20, 30, 0, 1], [np.nan, np.nan, np.nan, 5, 0]]), nan_ok=True)
    assert (found.filled, found.guessed) == (2, 1)
    assert list(found.known) == [5, 2]


def test_what_is_nowhere_known_stays_so():
    found = panels.read(table([("A", month(0), None), ("A", month(1), ""), ("B", month(1), 5)]), "M")
    assert np.isnan(found.y[0]).all()


def test_two_rows_for_one_period_are_refused_or_added_up():
    rows = [("A", dt.date(2026, 1, 5), 1), ("A", dt.date(2026, 1, 20), 2), ("A", dt.date(2026, 2, 1), 4)]
    with pytest.raises(Refused, match="A has two rows for 2026-01-01"):
        panels.read(table(rows), "M")
    assert list(panels.read(table(rows), "M", add_up=True).y[0]) == [3, 4]


def test_added_up_periods_count_when_they_are_over():
    rows = [("A", dt.date(2026, 1, 5), 1), ("A", dt.date(2026, 2, 1), 4), ("A", dt.date(2026, 3, 1), 4)]
    assert panels.read(table(rows), "M", add_up=True, as_of=dt.date(2026, 2, 27)).periods == 1
    assert panels.read(table(rows), "M", add_up=True, as_of=dt.date(2026, 2, 28)).periods == 2
    assert panels.read(table(rows), "M", as_of=dt.date(2026, 2, 27)).periods == 2


@pytest.mark.parametrize(
    ("freq", "dates", "following"),
    [
        ("D", ["2026-02-27", "2026-02-28"], "2026-03-01"),
        ("W", ["2026-01-02", "2026-01-09"], "2026-01-16"),
        ("M", ["2025-12-01", "2026-01-01"], "2026-02-01"),
        ("M", ["2025-12-31", "2026-01-31"], "2026-02-28"),
        ("Q", ["2025-10-01", "2026-01-01"], "2026-04-01"),
        ("Q", ["2025-12-31", "2026-03-31"], "2026-06-30"),
        ("D", ["2026-02-27T10:00:00Z", "2026-02-28"], "2026-03-01"),
    ],
)
def test_periods_are_named_as_the_file_names_them(freq, dates, following):
    found = panels.read(table([("A", date, 1) for date in dates]), freq)
    assert found.periods == 2
    assert str(found.dates_ahead(1)[0]) == following


def test_weeks_that_begin_on_different_days_begin_on_mondays():
    found = panels.read(table([("A", dt.date(2026, 1, 6), 1), ("A", dt.date(2026, 1, 15), 1)]), "W")
    assert str(found.dates_ahead(1)[0]) == "2026-01-19"


def test_a_series_belongs_where_its_row_says_and_before_the_first_where_that_one_does():
    rows = [("A", month(0), 1, "North"), ("A", month(1), 1, "South"), ("B", month(1), 1, "South")]
    found = panels.read(table(rows, "region"), "M", hierarchy=["region"])
    assert [[found.words[0][code] for code in row] for row in found.groups[0]] == [["North", "South"], ["South", "South"]]


@pytest.mark.parametrize(
    ("rows", "freq", "told"),
    [
        ([("A", "soon", 1)], "M", "ds soon"),
        ([("A", month(0), "12 EUR")], "M", "y 12 EUR"),
        ([("A", month(0), 1)], "H", "H is no frequency"),
        ([], "M", "no row"),
    ],
)
def test_what_cannot_be_read_is_named(rows, freq, told):
    with pytest.raises(Refused, match=told):
        panels.read(table(rows), freq)


def test_columns_that_are_missing_are_named():
    with pytest.raises(Refused, match="y, region is missing"):
        panels.read(pa.table({"unique_id": ["A"], "ds": ["2026-01-01"]}), "M", hierarchy=["region"])


def test_typed_columns_are_read_as_texts_are():
    texts = seasonal_table(2, 24)
    typed = pa.table({"unique_id": texts["unique_id"], "ds": texts["ds"].cast(pa.date32()), "y": texts["y"].cast(pa.float64())})
    assert np.array_equal(panels.read(texts, "M").y, panels.read(typed, "M").y)


def test_one_value_unlike_all_others_is_calmed_and_nothing_else():
    y = panels.read(seasonal_table(3, 48), "M").y
    wild = y.copy()
    wild[1, 40] *= 50
    calm = outliers.calmed(wild, 12)
    assert calm[1, 40] < 3 * y[1, 40]
    calm[1, 40] = wild[1, 40]
    assert np.array_equal(calm, wild)


def test_what_comes_every_year_is_no_outlier_nor_is_a_new_level_nor_a_first_peak():
    flat = 100 + np.random.default_rng(7).normal(0, 3, 48)
    yearly, risen, first = flat.copy(), flat.copy(), flat[:14].copy()
    yearly[[10, 22, 34, 46]] *= 5
    risen[40:] *= 5
    first[6] *= 5
    for y in (yearly, risen, first):
        assert np.array_equal(outliers.calmed(y[None], 12), y[None])


def test_weekly_names():
    assert panels.read(table([("A", week(n), n) for n in range(3)]), "W").calendar.season == 52
