"""Market series come from files like everything else, and are reverted like everything else."""

import datetime as dt

import pytest

from pacesetter.planning import market
from pacesetter.planning.models import MarketSeries, MarketValue
from tests.intake.test_check import refused
from tests.intake.test_load import counts

D = dt.date
TEXT = "Series,Month,Value,Unit,Path\nPurchasing managers,2026-09,51.2,index,\nPurchasing managers,2026-10,49.8,index,\nPurchasing managers,2027-01,53,index,base\n"


def test_values_of_months_and_of_what_is_expected(bring, load, revert, cast):
    batch = load(bring(TEXT, "market.csv"))
    told = [(one.month, one.path, one.value, one.known_on) for one in MarketValue.objects.all()]
    today = told[-1][3]
    assert told[:2] == [(D(2026, 9, 1), "", 51.2, D(2026, 9, 30)), (D(2026, 10, 1), "", 49.8, D(2026, 10, 31))]
    assert told[2] == (D(2027, 1, 1), "base", 53.0, market.clock.today()) and today > D(2026, 10, 31)
    assert counts(bring(TEXT, "market.csv")) == (0, 0, 3, 0)
    newer = load(bring(TEXT.replace("49.8", "50.1"), "market.csv"))
    assert counts(newer) == (0, 1, 2, 0)
    revert(newer)
    assert MarketValue.objects.get(month=D(2026, 10, 1)).value == 49.8
    revert(batch)
    assert not MarketValue.objects.exists() and not MarketSeries.objects.exists()


def test_the_last_day_of_a_month_names_it_and_a_day_of_publication_is_kept(bring, load, cast):
    load(bring("Series,ds,Value,Known on\nSteel,2026-09-30,700,2026-10-14\nSteel,2026-10-31,720,2026-11-13\n", "market.csv"))
    assert list(MarketValue.objects.values_list("month", "known_on")) == [
        (D(2026, 9, 1), D(2026, 10, 14)),
        (D(2026, 10, 1), D(2026, 11, 13)),
    ]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("Steel,2026-Q1,1,,", "not_a_month"),
        ("Steel,2026-03-15,1,,", "not_a_month"),
        ("Steel,someday,1,,", "not_a_month"),
        ("Steel,2026-03,much,,", "not_a_number"),
        ("Steel,2026-03,1,,best", "not_a_path"),
    ],
)
def test_what_is_no_month_no_number_or_no_path_is_refused(bring, cast, row, code):
    assert refused(bring(f"{TEXT}{row}\n", "market.csv")) == [(5, code)]


def test_two_rows_of_a_month_are_told(bring, cast):
    batch = bring(f"{TEXT}Purchasing managers,2026-10,47,index,\n", "market.csv")
    assert counts(batch)[0] < 4
