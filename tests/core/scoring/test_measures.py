"""Measures of chances: by hand, and properties that hold for any."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pacesetter.core.scoring import measures
from pacesetter.core.scoring.platt import Platt, logit, sigmoid

ROWS = st.lists(st.tuples(st.floats(0.001, 0.999), st.booleans()), min_size=1, max_size=60).map(
    lambda rows: (np.array([p for p, _ in rows]), np.array([float(y) for _, y in rows]))
)
MIXED = ROWS.filter(lambda rows: 0 < rows[1].sum() < len(rows[1]))


def test_by_hand():
    p, y = np.array([0.9, 0.6, 0.4, 0.2]), np.array([1.0, 0.0, 1.0, 0.0])
    assert measures.brier(p, y) == pytest.approx((0.01 + 0.36 + 0.36 + 0.04) / 4)
    assert measures.log_loss(p, y) == pytest.approx(-np.log([0.9, 0.4, 0.4, 0.8]).mean())
    assert measures.auc(p, y) == 0.75 and measures.lift(p, y, 0.25) == 2
    assert measures.skill(p, y, 0.5) == pytest.approx(1 - 0.1925 / 0.25)
    assert measures.calibration_error(np.full(30, 0.5), np.repeat([0.0, 1.0], 15)) == pytest.approx(14 / 30)  # the middle bin is mixed


@settings(deadline=None)
@given(ROWS)
def test_what_always_holds(rows):
    p, y = rows
    assert 0 <= measures.brier(p, y) <= 1 and measures.log_loss(p, y) > 0
    assert 0 <= measures.calibration_error(p, y) <= 1
    assert sum(one.rows for one in measures.bins(p, y)) == len(y)
    assert measures.brier(y, y) == 0 and measures.calibration_error(y, y) == 0


@settings(deadline=None)
@given(MIXED)
def test_the_order_alone_makes_the_auc(rows):
    p, y = rows
    assert measures.auc(p, y) == pytest.approx(1 - measures.auc(-p, y))
    assert measures.auc(sigmoid(3 * logit(np.round(p, 3)) + 1), y) == pytest.approx(measures.auc(np.round(p, 3), y))
    pairs = [(a > b) + (a == b) / 2 for a in p[y > 0] for b in p[y == 0]]
    assert measures.auc(p, y) == pytest.approx(np.mean(pairs))


@settings(deadline=None)
@given(MIXED)
def test_a_map_is_never_worse_where_it_was_learned_and_never_turns_the_order(rows):
    p, y = rows
    found = Platt.fit(p, y)
    order = np.argsort(p, kind="stable")
    assert (np.diff(found(p)[order]) >= -1e-12).all()
    if found.slope > 0.05:
        assert measures.log_loss(found(p), y) <= measures.log_loss(p, y) + 1e-9


def test_what_cannot_be_measured_is_not_a_number():
    nothing, ones = np.empty(0), np.ones(5)
    assert all(np.isnan(one(nothing, nothing)) for one in (measures.brier, measures.log_loss, measures.calibration_error, measures.auc))
    assert np.isnan(measures.auc(ones / 2, ones)) and np.isnan(measures.calibration(ones / 2, ones)).all()
    assert np.isnan(measures.lift(ones / 2, 0 * ones)) and np.isnan(measures.skill(ones, ones, 1.0))


def test_chances_that_come_true_have_slope_one_and_overconfident_ones_less():
    dice = np.random.default_rng(3)
    p = dice.uniform(0.05, 0.95, 20_000)
    y = (dice.random(len(p)) < p).astype(float)
    assert measures.calibration(p, y) == (pytest.approx(0, abs=0.06), pytest.approx(1, abs=0.06))
    assert measures.calibration(sigmoid(2 * logit(p)), y)[1] == pytest.approx(0.5, abs=0.03)
    assert measures.calibration_error(p, y) < 0.02


def test_a_map_learned_from_nothing_changes_nothing_and_puts_a_shift_right():
    assert Platt.fit(np.empty(0), np.empty(0)) == Platt()
    dice = np.random.default_rng(4)
    p = dice.uniform(0.05, 0.95, 5_000)
    y = (dice.random(len(p)) < sigmoid(logit(p) - 1)).astype(float)
    found = Platt.fit(p, y)
    assert found.intercept == pytest.approx(-1, abs=0.1) and found(p).mean() == pytest.approx(y.mean(), abs=0.01)
    assert abs(Platt.fit(p[:20], y[:20]).intercept) < 0.5
