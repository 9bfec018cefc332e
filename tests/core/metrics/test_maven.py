"""The figures of a real file, known beforehand."""

from decimal import Decimal

import pytest

from pacesetter.core.metrics import METRICS
from tests.core.metrics import maven
from tests.core.metrics.world import World


@pytest.fixture(scope="module")
def world() -> World:
    return World(**maven.raw())


def test_win_rate_of_all_time(world: World) -> None:
    cell = world.cell("win_rate")
    assert (cell.num, cell.den, cell.n) == (4238, 6711, 6711)
    assert round(cell.value, 4) == 0.6315


def test_won_total_of_all_time(world: World) -> None:
    assert world.cell("bookings").value == Decimal("10005534.00")
    assert world.cell("bookings", value="total").value == Decimal("10005534.00")


@pytest.mark.parametrize("key", list(METRICS))
def test_every_metric_answers(world: World, key: str) -> None:
    cell = world.cell(key)
    assert cell.value is not None or cell.says
