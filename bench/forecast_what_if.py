"""What if: processor time of a run's draws and of an answer with every assumption, on the loan log's open deals made ten thousand."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from pacesetter.core.forecasting import scenarios
from pacesetter.core.forecasting.assumptions import Assumptions
from pacesetter.core.forecasting.expectations import Expectations, span
from pacesetter.core.forecasting.histories import Histories
from pacesetter.core.forecasting.outlook import outlook

DAY, DEALS, OWNERS = 15_371.0, 10_000, 150  # 1 February 2012
UNTIL, TIMES = 28.0, 5
EVERYTHING = Assumptions(
    win_rate=1.1, cycle=1.2, slip=0.1, size=1.05, price=1.02, arrivals=0.9, hires=3, dropped=(1, 2, 3), worth={4: 5000.0}
)


def main(known: Histories) -> None:
    """Two rows of the table: the draws alone, as every run makes them, and what a moved slider costs."""
    from bench import forecast

    made = _grown(outlook(known.as_of(DAY), DAY, [(0.0, UNTIL)], np.zeros(0, dtype=bool)).expected)
    everybody = range(OWNERS + 1)
    drawn = _seconds(lambda: span(made, 0.0, UNTIL))
    forecast.line(f"2,000 draws of {DEALS:,} deals, processor s", "", f"{drawn:.3f}", drawn, 0.5, 0.24, digits=3)
    asked = _seconds(lambda: scenarios.ask(made, 0.0, UNTIL, everybody, EVERYTHING))
    forecast.line(f"what-if redraw of {DEALS:,} deals, processor s", "", f"{asked:.3f}", asked, 1.0, 0.1, digits=3)


def _grown(made: Expectations) -> Expectations:
    dice = np.random.default_rng(1)
    deals = dice.integers(0, len(made.ids), DEALS)
    shares = np.append(np.full(OWNERS, 1 / OWNERS), 0.0)
    parts = {name: getattr(made, name)[deals] for name in ("stage", "brings", "paths")}
    return replace(made, ids=np.arange(DEALS), owner=dice.integers(0, OWNERS, DEALS), shares=shares, **parts)


def _seconds(work: Callable[[], object]) -> float:
    """The middle one of some measurements."""
    taken = []
    for _ in range(TIMES):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return float(np.median(taken))
