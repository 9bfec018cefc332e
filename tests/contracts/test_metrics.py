"""What every metric with every variant promises, whoever writes it."""

import datetime as dt
import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from pacesetter.core.metrics import METRICS, Cell, bare, columns, dimensions
from pacesetter.core.metrics.at import GENERAL
from pacesetter.core.metrics.tables import FACTS
from pacesetter.core.metrics.words import BESIDE, DIMENSIONS, OPTIONS, REASONS, SAYINGS, SWITCHES
from pacesetter.core.periods import ALL, Period, parse
from tests.core.metrics import small
from tests.core.metrics.world import TODAY, World

D = dt.date
Variants = dict[str, str]
PAST = D(2026, 5, 20)
QUARTER, YEAR = parse("2026-Q2", TODAY), parse("2026", TODAY)


def asked() -> Iterator[Any]:
    """Every metric by default, and with each option of each variant."""
    for key, metric in METRICS.items():
        yield pytest.param(key, {}, id=key)
        for name, options in metric.variants.items():
            more = ("proposal",) if name in metric.open_variants else options[1:2] + options[2:][-1:]
            yield from (pytest.param(key, {name: option}, id=f"{key}-{name}={option}") for option in more)
    for key in ("bookings", "open_pipeline", "attainment", "coverage"):
        yield from (
            pytest.param(key, {name: option}, id=f"{key}-{name}={option}") for name, options in GENERAL.items() for option in options[1:]
        )


every = pytest.mark.parametrize(("key", "variants"), list(asked()))


@pytest.fixture(scope="module")
def world() -> World:
    return World(**small.raw())


@pytest.fixture(scope="module")
def empty() -> World:
    return World()


@pytest.fixture(scope="module")
def cut() -> World:
    world = World(**small.raw())
    world.cut(PAST)
    return world


@pytest.fixture(scope="module")
def replayed() -> World:
    return World(**small.raw(until=PAST))


@pytest.fixture(scope="module")
def own() -> World:
    """A company that physically holds only the rows of person 1 and of nobody."""
    world = World(**small.raw())
    for name, known in FACTS.items():
        if "seen" in known:
            world.keep(f"DELETE FROM {name} WHERE seen NOT IN (0, 1)")
    return world


def comparable(cells: list[Cell]) -> dict[tuple[Any, ...], Any]:
    return {tuple(cell.key.values()): (cell.value, cell.num, cell.den, cell.n, cell.left_out, cell.beside, cell.says) for cell in cells}


def check(cell: Cell) -> None:
    """A cell that can be printed: finite numbers, a word where there is no value, reasons with words."""
    for number in (cell.value, cell.num, cell.den, *cell.beside.values()):
        assert not isinstance(number, float) or math.isfinite(number)
    assert cell.value is not None or cell.says in SAYINGS
    assert cell.says is None or cell.says in SAYINGS
    assert set(cell.left_out) <= set(REASONS) and set(cell.beside) <= set(BESIDE)
    assert (cell.currency == "USD") == ("money" in (cell.unit, *cell.units.values()))


@every
def test_an_empty_company_has_words(empty: World, key: str, variants: Variants) -> None:
    for period in (ALL, QUARTER):
        cell = empty.cell(key, period, **variants)
        check(cell)
        assert cell.n == 0 and not cell.left_out
        assert cell.value is None if METRICS[key].aggregate.key != "total" else cell.value == 0


@every
def test_cells_can_be_printed(world: World, key: str, variants: Variants) -> None:
    for period in (ALL, QUARTER, parse("2024", TODAY)):
        for cell in world.cells(key, period, by=("owner",), **variants):
            check(cell)


@every
def test_one_row_is_enough(key: str, variants: Variants) -> None:
    stories = small.raw()
    first = {name: rows[:1] if name in ("deals", "leads", "quotas", "calls", "forecast_rows") else rows for name, rows in stories.items()}
    check(_single(first).cell(key, **variants))


_made: dict[str, World] = {}


def _single(raw: dict[str, Any]) -> World:
    if "one" not in _made:
        kept = raw["deals"][0]["id"]
        raw |= {
            name: [row for row in raw[name] if row["deal_id"] == kept]
            for name in ("deal_changes", "deal_credits", "deal_lines", "meetings")
        }
        _made["one"] = World(**raw)
    return _made["one"]


@every
@pytest.mark.parametrize("period", [QUARTER, ALL], ids=lambda period: period.label)
def test_a_past_day_is_what_the_tables_held_that_day(world: World, cut: World, key: str, variants: Variants, period: Period) -> None:
    then, held = (comparable(w.cells(key, period, PAST, by=("owner",), **variants)) for w in (world, cut))
    assert then == held


@every
def test_a_past_day_is_what_the_company_knew_that_day(world: World, replayed: World, key: str, variants: Variants) -> None:
    """The same on raw records: the whole story asked for a past day, and the story told only so far."""
    if key == "stage_conversion":
        pytest.skip("the 90th percentile of stay is the company's of today, by design")
    then, held = (comparable(w.cells(key, QUARTER, PAST, by=("owner",), **variants)) for w in (world, replayed))
    assert then == held


@every
def test_a_scope_is_a_company_of_its_own(world: World, own: World, key: str, variants: Variants) -> None:
    nouns = ("deal", "lead", "quota", "forecast_call", "forecast", "licence")
    world.scope(**{noun: [0, 1] for noun in nouns})
    inside, alone = world.cell(key, YEAR, scoped=True, **variants), own.cell(key, YEAR, **variants)
    assert comparable([inside]) == comparable([alone])


@pytest.mark.parametrize(
    ("key", "variants", "by"),
    [(*param.values, "owner") for param in asked()] + [(key, {}, by) for key in METRICS for by in ("team", "type", "month")],
)
def test_parts_add_up(world: World, key: str, variants: Variants, by: str) -> None:
    if by not in dimensions(columns(bare(key, variants))) or (by == "month" and METRICS[key].trend != "flow"):
        pytest.skip("not a breakdown of this metric")
    whole, parts = world.cell(key, YEAR, **variants), world.cells(key, YEAR, by=(by,), **variants)
    if whole.says != "waiting" and METRICS[key].aggregate.figure is None and not (METRICS[key].then and by != "month"):
        assert sum(part.num or 0 for part in parts) == (whole.num or 0)
        assert sum(part.den or 0 for part in parts) == (whole.den or 0)
    if not METRICS[key].then:
        assert sum(part.out for part in parts) == whole.out
    if key not in ("bookings", "attainment") and not METRICS[key].then:  # a deal corrected or reopened later is one deal in two months
        assert sum(part.n for part in parts) == whole.n


@every
def test_records_behind_a_cell_add_up(world: World, key: str, variants: Variants) -> None:
    cell, found = world.cell(key, YEAR, **variants), world.records(key, YEAR, **variants)
    counted = [row for row in found if row["reason"] is None]
    if METRICS[key].then:
        return
    first = [row for row in counted if row["part"] == 0 and (row["num"] is not None or row["den"] is not None)]
    assert cell.n in (len(first), len({row["id"] for row in first}))
    assert cell.out == len(found) - len(counted)
    if METRICS[key].aggregate.figure is None:
        in_money = 100 if cell.units["num"] == "money" else 1
        assert sum(row["num"] or 0 for row in counted) == (cell.num or 0) * in_money
        assert sum(row["den"] or 0 for row in counted) == (cell.den or 0) * (100 if cell.units["den"] == "money" else 1)


@pytest.mark.parametrize("key", list(METRICS))
def test_everything_has_a_word(key: str) -> None:
    metric = METRICS[key]
    assert all(metric.means.__dict__.values()) and metric.question and metric.of
    assert set(metric.variants) <= set(SWITCHES)
    assert {o for name, options in metric.variants.items() for o in options} - set(OPTIONS) <= {str(week) for week in range(1, 14)}
    assert set(metric.beside) <= set(BESIDE)
    assert set(dimensions(columns(bare(key)))) <= set(DIMENSIONS)


def test_money_is_exact(world: World) -> None:
    cell = world.cell("bookings", ALL)
    assert isinstance(cell.value, Decimal) and cell.value == cell.value.quantize(Decimal("0.01"))
