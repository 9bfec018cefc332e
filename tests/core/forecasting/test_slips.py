"""Deals likely to slip: each sign alone, what is due, what came of it, and nothing of the future."""

import numpy as np
import pytest

from pacesetter.core.forecasting import deals as engine
from pacesetter.core.forecasting import histories, slips
from pacesetter.core.forecasting.histories import day_number
from tests.core.forecasting.invented import company, day, moment, table

NOW, END = 240, 300  # days since the start: of asking, and the end of the quarter
T, UNTIL = (day_number(day(number)) for number in (NOW, END))


def deal(name, *rows):
    """A deal that begins on day 225 and is dated inside the quarter; more rows, as (day, field, value), come after."""
    begun = [(225, "amount", "1000"), (225, "stage", "First"), (225, "close_date", str(day(270)))]
    return [(name, moment(at), field, value) for at, field, value in [*begun, *rows]]


SILENT = deal("SILENT")
FRESH = deal("FRESH", (239.5, "call", "x"))
PUSHED = deal("PUSHED", (230, "close_date", str(day(280))), (235, "close_date", str(day(290))), (239.5, "call", "x"))
CUT = deal("CUT", (239.5, "amount", "700"))
LATER = deal("LATER", (239.5, "close_date", str(day(310))))
OVERDUE = deal("OVERDUE", (230, "close_date", str(day(235))))


def known(*more):
    rows = [*company(), *SILENT, *FRESH, *PUSHED, *CUT, *LATER, *OVERDUE, *(row for rows in more for row in rows)]
    return histories.read(table(rows))


def found(all_, below=1.0):
    then = all_.as_of(T)
    fitted = engine.fit(then, T, 120.0, engine.TABLE)
    return {str(then.ids[one.deal]): one for one in slips.slipping(then, fitted, T, UNTIL, below)}


@pytest.fixture(scope="module")
def told():
    return found(known())


def codes(one):
    return [sign.code for sign in one.signs]


def test_each_sign_is_raised_by_what_it_is_named_after(told):
    assert "FRESH" not in told, "a low chance alone is no sign"
    assert codes(told["PUSHED"]) == ["pushed"] and told["PUSHED"].signs[0].value == 2
    assert "cut" in codes(told["CUT"]) and told["CUT"].signs[-1].value == pytest.approx(-0.3)
    (silent,) = [sign for sign in told["SILENT"].signs if sign.code == "idle"]
    assert silent.value == pytest.approx(15) and silent.value > silent.usual > 0


def test_only_what_is_due_in_the_period_is_warned_of(told):
    assert not {"LATER", "OVERDUE"} & set(told)


def test_a_deal_with_a_good_chance_is_not_warned_of():
    assert found(known(), below=0.0) == {}
    assert set(found(known(), below=0.2)) <= set(found(known(), below=0.6))


def test_the_largest_stake_comes_first(told):
    stakes = [one.at_stake for one in told.values()]
    assert stakes == sorted(stakes, reverse=True)
    assert told["CUT"].at_stake == pytest.approx(told["CUT"].amount * (1 - told["CUT"].chance))


def test_a_chance_that_fell_is_a_sign():
    """Four weeks ago it stood in the second stage; now in one of which nothing was ever won."""
    rows = [
        ("OLD", 205, "amount", "1000"),
        ("OLD", 205, "stage", "Second"),
        ("OLD", 205, "close_date", str(day(270))),
        ("OLD", 238, "stage", "Doubt"),
    ]
    doubts = [(f"X{n}", begin, *what) for n, begin in enumerate(range(60, 200, 2)) for what in (("stage", "Doubt"), ("amount", "5"))]
    ends = [(f"X{n}", begin + 20, "outcome", "lost") for n, begin in enumerate(range(60, 200, 2))]
    one = found(known([(name, moment(at), field, value) for name, at, field, value in [*rows, *doubts, *ends]]))["OLD"]
    (fell,) = [sign for sign in one.signs if sign.code == "fell"]
    assert fell.value == one.chance < fell.usual * (1 - slips.FELL)


def test_what_happens_later_changes_nothing():
    dice = np.random.default_rng(3)
    later = [
        (name, moment(NOW + float(dice.uniform(0.01, 90))), field, value)
        for name in ("SILENT", "FRESH", "CUT", "D0001", "NEW")
        for field, value in (("amount", "9"), ("close_date", str(day(400))), ("stage", "Third"), ("outcome", "won"), ("email", "x"))
    ]
    before, after = found(known()), found(known(later))
    assert {name: (one.chance, one.amount, one.due, one.signs) for name, one in before.items()} == {
        name: (one.chance, one.amount, one.due, one.signs) for name, one in after.items()
    }


@pytest.mark.parametrize(
    ("rows", "came", "clear"),
    [
        ([(260, "outcome", "won")], False, 260),
        ([(260, "outcome", "lost")], True, 260),
        ([(250, "close_date", str(day(310)))], True, 250),
        ([(250, "close_date", str(day(310))), (280, "outcome", "won")], False, 280),
        ([(310, "outcome", "won")], True, END),
        ([], True, END),
    ],
)
def test_what_became_of_a_deal_and_when_that_was_clear(rows, came, clear):
    all_ = histories.read(table([*company(), *deal("IT", *rows)]))
    (place,) = np.flatnonzero(all_.ids == "IT")
    assert place in slips.due_at(all_, T, UNTIL)
    (yes,), (when,) = slips.slipped(all_, np.asarray([place]), np.asarray([T]), UNTIL)
    assert (bool(yes), when) == (came, pytest.approx(day_number(day(0)) + clear))


def test_a_company_without_stages_or_dates_has_nothing_to_slip():
    rows = [row for row in company() if row[2] in ("amount", "outcome")]
    assert found(histories.read(table(rows))) == {}
