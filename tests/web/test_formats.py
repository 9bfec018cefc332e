"""Numbers, money and dates in three languages."""

import datetime as dt

import pytest
from django.utils import translation

from pacesetter.core import money
from pacesetter.web import formats


@pytest.mark.parametrize(
    ("language", "plain", "short", "share"),
    [
        ("en", "$46,000", "$4.41M", "28.2%"),
        ("es", "46.000\xa0$", "4,41\xa0M\xa0$", "28,2\xa0%"),
        ("it", "46.000\xa0$", "4,41\xa0Mln\xa0$", "28,2%"),
    ],
)
def test_money_and_shares(db, language, plain, short, share):
    with translation.override(language):
        assert formats.money(4_600_000, "USD") == plain
        assert formats.money(441_000_000, "USD", compact=True) == short
        assert formats.percent(0.2818) == share


@pytest.mark.parametrize(("language", "short"), [("en", "$275K"), ("es", "275\xa0mil\xa0$"), ("it", "275.000\xa0$")])
def test_a_language_without_a_short_thousand_writes_it_out(db, language, short):
    with translation.override(language):
        assert formats.money(27_500_000, "USD", compact=True) == short


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Friday 20 November"), ("es", "Viernes, 20 de noviembre"), ("it", "Venerdì 20 novembre")]
)
def test_a_long_day_begins_with_a_capital(language, said):
    with translation.override(language):
        assert formats.long_day(dt.date(2026, 11, 20)) == said


def test_the_minus_is_a_minus(db):
    assert formats.number(-3) == "−3"
    assert formats.money(-500, "USD") == "−$5"


@pytest.mark.parametrize("language", ["es", "it"])
@pytest.mark.parametrize(
    ("currency", "sign"),
    [("GBP", "£"), ("JPY", "¥"), ("EUR", "€"), ("USD", "$"), ("AUD", "A$"), ("CNY", "CN¥"), ("INR", "₹"), ("CHF", "CHF")],
)
def test_a_currency_has_one_sign_in_every_language(db, language, currency, sign):
    with translation.override(language):
        whole = 1_200 * 10 ** money.exponent(currency)
        assert formats.money(whole, currency) == f"1.200\xa0{sign}" or formats.money(whole, currency) == f"1200\xa0{sign}"
        assert formats.money(whole * 5_000, currency, compact=True).endswith(f"\xa0{sign}")


@pytest.mark.parametrize(("language", "name"), [("en", "Germany"), ("es", "Alemania"), ("it", "Germania")])
def test_a_country_is_called_by_its_name(language, name):
    with translation.override(language):
        assert formats.country("DE") == name
        assert ("DE", name) in formats.countries()
        assert len(formats.countries()) > 240
    assert formats.country("X9") == "X9"


def test_yen_have_no_decimals(db):
    assert formats.money(1200, "JPY") == "¥1,200"


@pytest.mark.parametrize(("minutes", "said"), [(37, "37 m"), (78, "1 h 18 m"), (60 * 50, "2 d 2 h"), (60 * 24 * 12 + 90, "12 d")])
def test_durations(db, minutes, said):
    assert formats.duration(minutes) == said


def test_a_day_of_this_year_has_no_year(db):
    assert formats.day(dt.date(2026, 11, 20)) == "20 Nov"
    assert formats.day(dt.date(2025, 1, 2)) == "2 Jan 2025"
