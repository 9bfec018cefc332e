"""Between any two days the waterfall ends where the metrics say, in a company with everything that makes numbers hard."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pacesetter.analytics import moves
from pacesetter.core.forecasting.moves import KINDS, MEASURES, ROLLUPS, Measure, Window
from pacesetter.core.metrics import Ask
from pacesetter.core.periods import parse
from tests.core.metrics import small
from tests.core.metrics.world import TODAY, World

PERIODS = [parse(text, TODAY) for text in ("2026-Q4", "2026-Q2", "2027-Q1", "2026", "2026-11")]
DAYS = st.dates(dt.date(2026, 3, 1), TODAY)


@dataclass
class Readers:
    """What a reader does, on an inline company; with a scope, as somebody who sees the deals of two people."""

    world: World
    scope: list[tuple[str, int]] | None = None
    currency: str = "USD"

    def ask(self, key: str, dims: tuple[str, ...], where: Any, variants: Any) -> Ask:
        return self.world.ask(key, by=dims, scoped=self.scope is not None)

    def cells(self, ask: Ask, period: Any, day: dt.date) -> Any:
        return self.world.cells(ask.metric, period, day, by=ask.by, scoped=ask.scoped)

    def between(self, sql: str, period: Any, first: dt.date, last: dt.date) -> Any:
        self.world.at(period, last)
        self.world.set(first_day=first, last_day=last)
        return self.world.rows(sql)


@pytest.fixture(scope="module")
def world() -> World:
    made = World(**small.raw())
    made.scope(deal=[2, 3])
    return made


@pytest.mark.parametrize("scope", [None, [("deal", 2), ("deal", 3)]])
@settings(max_examples=15, deadline=None)
@given(
    st.sampled_from(PERIODS),
    DAYS,
    DAYS,
    st.sampled_from(MEASURES),
    st.sampled_from(ROLLUPS),
    st.none() | st.frozensets(st.sampled_from([None, 1, 2, 3, 4])),
)
def test_it_ends_where_the_metrics_end(world, scope, period, first, last, key, rollup, owners):
    first, last = min(first, last), max(first, last)
    reader: Any = Readers(world, scope)
    measure = Measure.of(key, rollup)
    found = moves.moved(reader, period, first, last, measure, owners)
    assert found.end == moves.standing(reader, period, last, Window(period, first, last, measure, owners))
    assert len({step.deal for step in found.steps}) == len(found.steps)


def test_every_name_occurs_in_a_year_of_hard_deals(world):
    """Else the test above would not have asked for much. No type or own category changes in this company, and nothing is archived that counted."""
    seen = set()
    for period in PERIODS[:3]:
        for month in range(1, 11):
            days = dt.date(2026, month, 3), dt.date(2026, month + 1, 17)
            for owners in (None, [1], [2]):
                seen |= {step.kind for step in moves.moved(Readers(world), period, *days, Measure.of("best_case"), owners).steps}
    assert set(KINDS) - seen <= {"retyped", "raised", "lowered", "archived"}
