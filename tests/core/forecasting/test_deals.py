"""Forecasts of deals: chances that come true, sums that add up, nothing from the future, and refusals where little is known."""

import dataclasses
import datetime as dt

import numpy as np
import pytest

from pacesetter.core.errors import Refused
from pacesetter.core.forecasting import deals, histories, ladder
from tests.core.forecasting.invented import company, day, moment, table

AS_OF, UNTIL = day(240), day(268)


def forecast(rows, as_of=AS_OF, until=UNTIL, **more):
    return deals.forecast(histories.read(table(rows)), as_of=as_of, until=until, **more)


def test_parts_add_up_and_chances_are_chances():
    found = forecast(company())
    assert found.total.mean == pytest.approx(found.open.mean + found.new.mean)
    assert found.open.mean == pytest.approx(found.expected.sum())
    assert ((found.p_win >= 0) & (found.p_lost >= 0) & (found.p_win + found.p_lost <= 1 + 1e-9)).all()
    for spread in (found.total, found.open, found.new):
        assert spread.p10 <= spread.p50 <= spread.p90
    assert found.new.mean > 0 and found.measured >= 3


@pytest.mark.parametrize("rung", ["base", "stage_age", "logistic", "boosting"])
def test_without_an_open_deal_only_new_business_is_said(rung):
    t = histories.day_number(day(500))
    known = histories.read(table(company())).as_of(t)
    fitted = deals.fit(known, t, 28, ladder.Choice(rung, "better"))
    chances = fitted.open_deals(known, t)
    assert len(chances.deals) == len(chances.win) == 0 and chances.mean == 0 and fitted.reasons(known, t) == []


def test_chances_come_true(monkeypatch):
    """Of many deals as many are won within the horizon as was said, stage by stage."""
    monkeypatch.setattr(ladder, "MANY", 10_000)  # trees are tried elsewhere, on fewer deals
    rows = company(6000, 300)
    known = histories.read(table(rows))
    found = forecast(rows)
    place = {name: at for at, name in enumerate(known.ids)}
    t = histories.day_number(AS_OF) + 1
    ends = np.array([place[name] for name in found.ids])
    won = known.won[ends] & (known.ended[ends] <= t + 28)
    assert len(won) > 150
    assert found.p_win.sum() == pytest.approx(won.sum(), rel=0.15)
    stage = known.known("stage", ends, t)[0]
    for one in np.unique(stage):
        assert found.p_win[stage == one].mean() == pytest.approx(won[stage == one].mean(), abs=0.1)


def test_the_future_changes_nothing():
    """Every event after the day is thrown about; chances, amounts and draws stay the same to the last bit."""
    rows, t = company(), moment(241)
    dice = np.random.default_rng(3)
    later = [row for row in rows if row[1] >= t]
    assert len(later) > 100
    thrown = [
        (name, moment(241 + float(dice.uniform(0, 60))), field, {"stage": "Elsewhere", "amount": "999", "outcome": "won"}[field])
        for name, _, field, _ in dice.permutation(np.array(later, dtype=object)).tolist()
        if dice.random() < 0.7
    ]
    before, after = forecast(rows), forecast([row for row in rows if row[1] < t] + thrown)
    for one in dataclasses.fields(before):
        some, others = getattr(before, one.name), getattr(after, one.name)
        assert (some == others).all() if isinstance(some, np.ndarray) else some == others, one.name


def test_the_same_seed_draws_the_same():
    assert forecast(company()).total == forecast(company()).total
    assert forecast(company(), seed=8).total != forecast(company()).total


def test_lost_deals_count_nothing_and_a_lost_company_is_refused():
    with pytest.raises(Refused) as refusal:
        forecast(company(win=0.0))
    assert refusal.value.code == "too_few_closed"


def test_two_points_of_history_are_refused():
    with pytest.raises(Refused) as refusal:
        forecast([("a", moment(1), "stage", "First"), ("a", moment(2), "outcome", "won")])
    assert (refusal.value.code, refusal.value.params["count"]) == ("too_few_closed", 1)


def test_a_day_that_is_not_later_is_refused():
    with pytest.raises(Refused) as refusal:
        forecast(company(), until=AS_OF)
    assert refusal.value.code == "until_before_as_of"


def test_amounts_grow_as_they_did():
    """Where won deals were worth twice what they were said to be, open ones bring twice as much."""
    rows = company(450)
    ends = {name: at for name, at, field, value in rows if field == "outcome" and value == "won"}
    amounts = {name: float(value) for name, _, field, value in rows if field == "amount"}
    doubled = rows + [(name, at, "amount", str(2 * amounts[name])) for name, at in ends.items()]
    plain, grown = forecast(rows), forecast(doubled)
    open_ = np.isin(grown.ids, plain.ids)
    assert grown.expected[open_].sum() == pytest.approx(2 * plain.expected.sum(), rel=0.1)


@pytest.mark.parametrize(
    "odd",
    [
        [("z", moment(200), "amount", "-5000"), ("z", moment(200), "stage", "First")],  # a credit
        [("z", moment(200), "stage", "First")],  # no amount
        [("z", moment(200), "amount", "100")],  # no stage
        [("z", moment(200), "amount", "100"), ("z", moment(210), "stage", "Long gone")],  # a stage that nobody else stood in
        [("z", moment(200), "close_date", "2025-10-01"), ("z", moment(200), "owner", "Ines")],
    ],
)
def test_odd_deals_have_an_answer(odd):
    found = forecast(company() + odd)
    at = list(found.ids).index("z")
    assert 0 < found.p_win[at] < 1 and np.isfinite(found.expected).all() and np.isfinite(found.total.p90)


def test_one_deal_worth_the_quarter_makes_a_wide_band():
    whale = [("z", moment(200), "amount", "5000000"), ("z", moment(200), "stage", "First")]
    plain, found = forecast(company()), forecast(company() + whale)
    assert found.total.p90 - found.total.p10 > 10 * (plain.total.p90 - plain.total.p10) or found.total.p90 > 4_000_000
    assert found.total.p10 < 1_000_000


def test_only_zeros_bring_nothing():
    rows = [(name, at, field, "0" if field == "amount" else value) for name, at, field, value in company()]
    assert forecast(rows).total == deals.Spread(0, 0, 0, 0)


def test_thin_history_says_what_it_stands_on():
    found = forecast(company(60, 250))
    assert set(found.basis) <= {"stage_age", "stage", "all"} and (found.shock, found.measured) != (0, 0)
    first = forecast(company(40, 60), as_of=day(55), until=day(55) + dt.timedelta(days=60))
    assert (first.shock, first.measured) == (deals.ASSUMED, 0)


def test_rows_put_the_largest_expectation_first():
    rows = deals.rows(forecast(company()))
    assert [row["expected_amount"] for row in rows] == sorted((row["expected_amount"] for row in rows), reverse=True)
