"""The SQL that pages ask for is built before anybody waits for it: beside the first start, and whenever the worker is idle."""

import time
from collections.abc import Iterator

from pacesetter.base import settings
from pacesetter.base.warehouse import plans
from pacesetter.base.worker import chore
from pacesetter.core import metrics
from pacesetter.core.metrics import METRICS, Ask

DASHBOARD = ("month", "owner", "stage", "category", "quarter")
BREAKDOWNS = (*DASHBOARD, "segment", "team", "tool")
SEES_ALL_OR_NOT = (False, True)
BUDGET_SECONDS = 0.4  # per idle round: a job that comes in does not wait
_waiting: dict[int, Iterator[Ask]] = {}


@chore
def a_little() -> None:
    """Build a few plans that are not on disk yet; nothing once all are."""
    fiscal_start = int(settings.get("company.fiscal_start"))
    waiting = _waiting.setdefault(fiscal_start, asks(fiscal_start))
    began = time.monotonic()
    while time.monotonic() - began < BUDGET_SECONDS and (ask := next(waiting, None)):
        plans.plan(ask)


def everything() -> None:
    """Build all of them."""
    for ask in asks(int(settings.get("company.fiscal_start"))):
        plans.plan(ask)


def asks(fiscal_start: int) -> Iterator[Ask]:
    """What the dashboards ask first, then every variant, then every breakdown; each for those who see everything and for the others."""
    yield from _broken_down(fiscal_start, ((), *((name,) for name in DASHBOARD)))
    for key, metric in METRICS.items():
        for name, options in metric.variants.items():
            for option in options[1:]:
                for scoped in SEES_ALL_OR_NOT:
                    yield Ask.of(key, {name: str(option)}, (), None, scoped, fiscal_start)
    yield from _broken_down(fiscal_start, tuple((name,) for name in BREAKDOWNS if name not in DASHBOARD))


def _broken_down(fiscal_start: int, ways: tuple[tuple[str, ...], ...]) -> Iterator[Ask]:
    for by in ways:
        for key in METRICS:
            if not by or by[0] in metrics.dimensions(plans.columns(metrics.bare(key, {}))):
                for scoped in SEES_ALL_OR_NOT:
                    yield Ask.of(key, {}, by, None, scoped, fiscal_start)
