"""Metrics: what each number means, as functions over facts; they build SQL and never run it.

`METRICS` lists them; `Ask` is a question, `plan(ask)` its SQL, `cells(...)` the finished numbers. Ibis is imported only
when SQL must be built.
"""

from pacesetter.core.metrics.ask import Ask, Plan, condition_types, dimensions, plan, records_sql
from pacesetter.core.metrics.cells import Cell, Moment, cells
from pacesetter.core.metrics.shape import METRICS, Metric
from pacesetter.core.metrics import bookings, deals, forecasts, leads, pipeline, quotas, stages, tools  # noqa: E402, F401, I001  registers

__all__ = ["METRICS", "Ask", "Cell", "Metric", "Moment", "Plan", "cells", "condition_types", "dimensions", "plan", "records_sql"]
