"""Numbers and dates as people write them."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from pacesetter.core.errors import Invalid
from pacesetter.intake.readers import dates, numbers


@pytest.mark.parametrize(
    ("text", "style", "number"),
    [
        ("1054", ".", "1054"),
        ("1,234.50", ".", "1234.50"),
        ("1.234,50", ",", "1234.50"),
        ("$ 1,000", ".", "1000"),
        ("(12.5)", ".", "-12.5"),
        ("-3", ".", "-3"),
        ("1 234,5", ",", "1234.5"),
        ("1'234.50", ".", "1234.50"),
        ("EUR 20", ".", "20"),
        ("12 %", ".", "12"),
        ("1e3", ".", "1000"),
    ],
)
def test_number(text, style, number):
    assert numbers.parse(text, style) == Decimal(number)


@pytest.mark.parametrize(
    ("text", "style", "code"),
    [("4,82l", ".", "letter_in_number"), ("n/a", ".", "not_a_number"), ("1.234,50", ".", "decimal_style"), ("1,2,3", ".", "not_a_number")],
)
def test_no_number(text, style, code):
    with pytest.raises(Invalid) as refusal:
        numbers.parse(text, style)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("2017-03-01", "ymd", dt.date(2017, 3, 1)),
        ("01/03/2017", "dmy", dt.date(2017, 3, 1)),
        ("03/01/2017", "mdy", dt.date(2017, 3, 1)),
        ("1.3.17", "dmy", dt.date(2017, 3, 1)),
        ("1 Mar 2017", "dmy", dt.date(2017, 3, 1)),
        ("March 1, 2017", "mdy", dt.date(2017, 3, 1)),
        ("1 de marzo de 2017", "dmy", dt.date(2017, 3, 1)),
        ("2017-03-01T23:30:00.000+0000", "ymd", dt.date(2017, 3, 1)),
        ("02/29/24 08:55 PM", "mdy", dt.date(2024, 2, 29)),
    ],
)
def test_day(text, order, day):
    assert dates.parse_day(text, order) == day


@pytest.mark.parametrize(
    ("text", "order", "code"),
    [
        ("2017-02-29", "ymd", "impossible_date"),
        ("31/12/2017", "mdy", "date_order"),
        ("0217-01-01", "ymd", "impossible_date"),
        ("soon", "ymd", "not_a_date"),
    ],
)
def test_no_day(text, order, code):
    with pytest.raises(Invalid) as refusal:
        dates.parse_day(text, order)
    assert refusal.value.code == code


def test_instants_without_a_zone_take_the_imports():
    rome = ZoneInfo("Europe/Rome")
    assert dates.parse_instant("01/07/2026 09:00", "dmy", rome) == dt.datetime(2026, 7, 1, 7, tzinfo=dt.UTC)
    assert dates.parse_instant("2026-07-01T09:00:00Z", "ymd", rome) == dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC)
    assert dates.parse_instant("02/23/26 08:55 PM", "mdy") == dt.datetime(2026, 2, 23, 20, 55, tzinfo=dt.UTC)
