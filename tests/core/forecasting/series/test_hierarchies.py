"""Hierarchies: sums of what is known, forecasts that add up to the last bit that matters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pacesetter.core.forecasting.series import hierarchies, panels
from tests.core.forecasting.series.invented import month, seasonal_table, table

PANEL = panels.read(seasonal_table(8, 24), "M", hierarchy=["region", "team"])
LEVELS = hierarchies.levels_of(PANEL, ["region", "team"])
NODES = [len(one.panel) for one in LEVELS]
numbers = st.floats(-1e6, 1e6, allow_nan=False, width=32)


def test_levels_stand_inside_each_other():
    assert [one.name for one in LEVELS] == ["total", "region", "team", "series"]
    assert [list(one.panel.ids) for one in LEVELS[:3]] == [["total"], ["North", "South"], ["North/T0", "North/T2", "South/T1", "South/T3"]]
    for one in LEVELS:
        assert one.panel.y.sum(axis=0) == pytest.approx(PANEL.y.sum(axis=0))


def test_a_sum_is_known_where_one_of_its_series_is():
    rows = [("A", month(0), 1, "N"), ("A", month(2), 1, "N"), ("B", month(2), 5, "S"), ("B", month(3), 5, "S")]
    found = hierarchies.levels_of(panels.read(table(rows, "region"), "M", hierarchy=["region"]), ["region"])[1]
    assert found.panel.y == pytest.approx(np.array([[1, 0, 1, 0], [np.nan, np.nan, 5, 5]]), nan_ok=True)


def test_a_series_that_belongs_nowhere_is_a_group_of_its_own():
    rows = [("A", month(0), 1, "N"), ("B", month(0), 5, ""), ("C", month(0), 5, None)]
    found = hierarchies.levels_of(panels.read(table(rows, "region"), "M", hierarchy=["region"]), ["region"])[1]
    assert (list(found.panel.ids), found.panel.y.tolist()) == (["?", "N"], [[10], [1]])


def test_a_group_is_those_who_are_in_it_now():
    rows = [("A", month(0), 1, "N"), ("A", month(1), 2, "S"), ("B", month(0), 5, "S"), ("B", month(1), 5, "S")]
    found = hierarchies.levels_of(panels.read(table(rows, "region"), "M", hierarchy=["region"]), ["region"])[1]
    assert list(found.panel.ids) == ["S"] and found.panel.y.tolist() == [[6, 7]]


@given(*[arrays.arrays(np.float64, (count, 3), elements=numbers) for count in NODES], st.booleans())
def test_whatever_was_said_adds_up_afterwards(a, b, c, d, never_negative):
    spread = [np.linspace(0, 9, count) for count in NODES]
    found = hierarchies.reconcile(LEVELS, [a, b, c, d], spread, np.full(NODES[-1], never_negative))
    for one, sums in zip(LEVELS, found, strict=True):
        assert np.abs(sums - hierarchies.sums(found[-1], one.place, len(one.panel))).max() <= 1e-6 * max(np.abs(found[0]).max(), 1)
    assert not never_negative or (found[-1] >= 0).all()


def test_what_adds_up_is_left_alone():
    lowest = np.random.default_rng(7).uniform(1, 9, (NODES[-1], 3))
    said = [hierarchies.sums(lowest, one.place, len(one.panel)) for one in LEVELS]
    found = hierarchies.reconcile(LEVELS, said, [np.ones(count) for count in NODES], np.ones(NODES[-1], dtype=bool))
    assert found[-1] == pytest.approx(lowest)


def test_it_is_the_weighted_least_squares_of_the_paper():
    """Wickramasuriya et al. 2019: S (S'W⁻¹S)⁻¹ S'W⁻¹ ŷ, here with matrices written out."""
    dice = np.random.default_rng(7)
    said = [dice.normal(100, 30, (count, 2)) for count in NODES]
    spread = [dice.uniform(1, 9, count) for count in NODES]
    s = np.concatenate([(one.place[None] == np.arange(count)[:, None]).astype(float) for one, count in zip(LEVELS, NODES, strict=True)])
    w = np.diag(np.concatenate(spread) ** -2)
    lowest = np.linalg.solve(s.T @ w @ s, s.T @ w @ np.concatenate(said))
    found = hierarchies.reconcile(LEVELS, said, spread, np.zeros(NODES[-1], dtype=bool))
    assert np.concatenate(found) == pytest.approx(s @ lowest)


def test_what_is_surer_is_moved_less():
    said = [np.full((count, 1), float(NODES[-1] // count * 10)) for count in NODES]
    said[0] = np.array([[200.0]])
    for sure, near in ((0.01, 200), (1000.0, 80)):
        found = hierarchies.reconcile(
            LEVELS, said, [np.array([sure]), *[np.ones(count) for count in NODES[1:]]], np.ones(NODES[-1], dtype=bool)
        )
        assert found[0][0, 0] == pytest.approx(near, rel=0.01)
