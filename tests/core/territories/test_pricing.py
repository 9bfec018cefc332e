"""Prices of load: the bound that they prove lies below every plan and just below an independent linear program."""

import dataclasses

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from pacesetter.core.errors import Invalid
from pacesetter.core.territories.pricing import prices
from pacesetter.core.territories.problem import Problem


def scattered(n=300, m=6, seed=1, **other):
    chance = np.random.default_rng(seed)
    hours = chance.choice([2.0, 6.0, 12.0], n)
    worth = np.minimum(chance.lognormal(0, 1.2, n), 12)
    return Problem(
        ids=[str(i) for i in range(n)], latitude=chance.uniform(36, 44, n), longitude=chance.uniform(-5, 3, n), weight=hours,
        quantities=np.stack([hours, worth], axis=1), homes_latitude=chance.uniform(37, 43, m), homes_longitude=chance.uniform(-4, 2, m),
        capacity=chance.choice([0.5, 1.0, 1.0], m), names=["workload", "potential"], **other,
    )  # fmt: skip


def linear(problem):
    """The transportation relaxation by HiGHS."""
    n, m, attributes = problem.size
    cost = (np.asarray(problem.weight)[:, None] * problem.kilometres).astype(float).ravel()
    loads = sparse.vstack([sparse.kron(problem.counted[:, a][None, :], sparse.eye(m)) for a in range(attributes)])
    target = problem.target.T.ravel()
    bands = np.r_[target * (1 + problem.tolerance), -target * (1 - problem.tolerance)]
    once = sparse.kron(sparse.eye(n), np.ones((1, m)))
    return linprog(cost, A_ub=sparse.vstack([loads, -loads]), b_ub=bands, A_eq=once, b_eq=np.ones(n), method="highs").fun


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_bound_is_that_of_the_linear_program(seed):
    problem = scattered(seed=seed)
    optimum = linear(problem)
    found = prices(problem).bound
    assert found <= optimum * (1 + 1e-6)
    assert found >= optimum * (1 - 5e-4)


def test_groups_come_first_where_there_are_many_accounts():
    problem = scattered(n=1500, m=8, seed=4)
    optimum = linear(problem)
    assert optimum * (1 - 5e-4) <= prices(problem).bound <= optimum * (1 + 1e-6)


def test_a_narrower_band_never_costs_less():
    wide, narrow = (prices(scattered(tolerance=one)).bound for one in (0.2, 0.02))
    assert narrow >= wide * (1 - 1e-4)


def test_the_bound_lies_below_a_plan_that_keeps_its_bands():
    nearest = scattered().kilometres.argmin(axis=1)
    shares = np.bincount(nearest, scattered().weight, 6)
    hours = scattered().quantities[:, :1]
    problem = dataclasses.replace(scattered(), capacity=shares, quantities=hours, names=["workload"])
    assert (problem.imbalance(nearest) < problem.tolerance).all()
    assert prices(problem).bound <= problem.cost(nearest) * (1 + 1e-6)


def test_same_input_same_prices():
    first, second = prices(scattered()), prices(scattered())
    assert first.bound == second.bound
    assert (first.price == second.price).all()


def test_nothing_to_balance_sends_every_account_to_its_nearest_home():
    problem = scattered()
    idle = dataclasses.replace(problem, quantities=np.zeros((300, 2)))
    assert prices(idle).bound == pytest.approx(idle.cost(idle.kilometres.argmin(axis=1)), rel=1e-5)
    assert (idle.imbalance(idle.kilometres.argmin(axis=1)) == 0).all()


def test_an_account_without_a_place_costs_nothing_and_counts():
    problem = scattered()
    latitude = problem.latitude.copy()
    latitude[:5] = np.nan
    lost = dataclasses.replace(problem, latitude=latitude)
    assert (lost.kilometres[:5] == 0).all()
    assert (lost.target == problem.target).all()
    assert np.isfinite(prices(lost).bound)


def test_a_home_that_nobody_knows_is_the_middle_of_its_accounts():
    problem = scattered()
    homes = problem.homes_latitude.copy()
    homes[2] = np.nan
    with pytest.raises(Invalid, match="no coordinates"):
        dataclasses.replace(problem, homes_latitude=homes).homes
    current = np.full(300, -1)
    current[:2] = 2
    latitude, _ = dataclasses.replace(problem, homes_latitude=homes, current=current).homes
    assert min(problem.latitude[:2]) <= latitude[2] <= max(problem.latitude[:2]) + 0.1


def test_one_large_account_counts_at_most_its_share():
    problem = scattered()
    worth = problem.quantities.copy()
    worth[0, 1] = 1e6
    large = dataclasses.replace(problem, quantities=worth, cap_load=0.25)
    assert large.counted[0, 1] == pytest.approx(0.25 * worth[:, 1].sum() / 6)
    assert large.counted[1:] == pytest.approx(worth[1:])


def test_the_antimeridian_is_no_border():
    problem = scattered(n=2, m=1)
    east = dataclasses.replace(
        problem, latitude=np.zeros(2) + 1, longitude=np.array([179.9, -179.9]), homes_latitude=np.ones(1), homes_longitude=np.array([180.0])
    )
    assert east.kilometres[0, 0] == pytest.approx(east.kilometres[1, 0], rel=1e-4)
    assert east.kilometres.max() < 12


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ids": ["0"] * 300}, "more than once"),
        ({"weight": np.full(300, -1.0)}, "below zero"),
        ({"latitude": np.full(300, 95.0)}, "wrong way round"),
        ({"longitude": np.full(300, 400.0)}, "outside the globe"),
        ({"tolerance": 0.0}, "tolerance"),
        ({"distance": "miles"}, "km, km2"),
        ({"capacity": np.zeros(6)}, "below zero"),
    ],
)
def test_what_cannot_be_meant_is_refused(change, said):
    with pytest.raises(Invalid, match=said):
        dataclasses.replace(scattered(), **change)
