"""The figures of a real file, known beforehand."""

import pytest

from pacesetter.core.periods import parse
from tests.core.metrics import maven
from tests.core.metrics.world import TODAY, World


@pytest.fixture(scope="module")
def world() -> World:
    return World(**maven.raw())


def test_win_rate_of_all_time(world: World) -> None:
    cell = world.cell("win_rate")
    assert (cell.num, cell.den, cell.n) == (4238, 6711, 6711)
    assert round(cell.value, 4) == 0.6315


def test_win_rate_of_a_quarter(world: World) -> None:
    cell = world.cell("win_rate", parse("2017-Q1", TODAY))
    print(cell)
    assert cell.den > 0
