"""While the worker is idle it builds the SQL that pages ask for first, so that nobody waits seconds for it after an install or an update."""

import time
from collections.abc import Iterator

from pacesetter.base import settings
from pacesetter.base.warehouse import plans
from pacesetter.base.worker import chore
from pacesetter.core import metrics
from pacesetter.core.metrics import METRICS, Ask

BREAKDOWNS = ("month", "quarter", "owner", "stage", "category", "segment", "team", "tool")
BUDGET_SECONDS = 0.4  # per idle round: a job that comes in does not wait
_waiting: Iterator[Ask] | None = None


@chore
def warm() -> None:
    """Build a few plans that are not on disk yet; nothing once all are."""
    global _waiting
    if _waiting is None:
        _waiting = _asks()
    began = time.monotonic()
    while time.monotonic() - began < BUDGET_SECONDS:
        ask = next(_waiting, None)
        if ask is None:
            return
        plans.plan(ask)


def _asks() -> Iterator[Ask]:
    """What the dashboard asks first, then every breakdown, then every variant: for those who see everything, then for the others."""
    fiscal_start = int(settings.get("company.fiscal_start"))
    for scoped in (False, True):
        for by in ((), *((name,) for name in BREAKDOWNS)):
            for key in METRICS:
                if not by or by[0] in metrics.dimensions(plans.columns(metrics.bare(key, {}))):
                    yield Ask.of(key, {}, by, None, scoped, fiscal_start)
        for key, metric in METRICS.items():
            for name, options in metric.variants.items():
                for option in options[1:]:
                    yield Ask.of(key, {name: str(option)}, (), None, scoped, fiscal_start)
