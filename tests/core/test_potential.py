"""What accounts are worth: their own years beside those of accounts like them."""

import numpy as np

from pacesetter.core.territories.potential import estimate


def test_an_account_nobody_worked_takes_the_mean_of_its_kind():
    years = np.array([[100.0, 100, 100], [300, 300, 300], [0, 0, 0]])
    found = estimate(years, np.array([3, 3, 0]), np.zeros(3, dtype=int), np.zeros(3, dtype=int))
    assert found.mean.round().tolist() == [100, 300, 200]
    assert found.weight.tolist() == [1, 1, 0]
    assert found.low[2] < 200 < found.high[2] and found.low[0] == found.high[0] == 100


def test_noisy_years_lean_on_the_group():
    rng = np.random.default_rng(7)
    years = rng.exponential(100, (400, 3))
    found = estimate(years, np.full(400, 3), np.zeros(400, dtype=int), np.zeros(400, dtype=int))
    assert found.weight.max() < 0.5
    assert abs(found.mean - years.mean()).max() < abs(years.mean(axis=1) - years.mean()).max()


def test_a_cell_with_one_account_leans_on_its_segment():
    years = np.array([[100.0]] * 40 + [[10_000.0]])
    cell = np.array([0] * 40 + [1])
    unworked = estimate(np.append(years, [[0.0]], axis=0), np.array([1] * 41 + [0]), np.zeros(42, dtype=int), np.append(cell, 1))
    assert 100 < unworked.mean[-1] < 2_000


def test_nothing_known_is_nothing():
    found = estimate(np.zeros((2, 3)), np.zeros(2, dtype=int), np.zeros(2, dtype=int), np.zeros(2, dtype=int))
    assert found.mean.tolist() == found.high.tolist() == [0, 0]
