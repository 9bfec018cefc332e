"""Metrics: what each number means, as functions over facts; they build SQL and never run it.

`METRICS` lists them; `Ask` is a question, `plan(ask)` its SQL, `cells(...)` the finished numbers. Ibis is imported only
when SQL must be built.
"""

from pacesetter.core.metrics import bookings, deals, forecasts, leads, pipeline, quotas, stages, tools  # noqa: F401  registers
from pacesetter.core.metrics.ask import Ask, Plan, bare, columns, condition_types, dimensions, plan, records_sql
from pacesetter.core.metrics.cells import Cell, Moment, cells
from pacesetter.core.metrics.shape import METRICS, Metric

__all__ = [
    "METRICS",
    "Ask",
    "Cell",
    "Metric",
    "Moment",
    "Plan",
    "bare",
    "cells",
    "columns",
    "condition_types",
    "dimensions",
    "plan",
    "records_sql",
]
