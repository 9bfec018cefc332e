"""Forecasts of series: many of them, on one calendar, with bands that were checked on the past, and sums that add up.

`panels.read` makes a `Panel` of a long table, `forecasts.forecast` says what comes next, `backtests.backtest` how far off that
would have been. A model is one function in `MODELS` (models.py says how). Nothing here reads a clock, a file or a database, and
no state is shared: several processes may each take a part of the series.
"""

from pacesetter.core.forecasting.series import mixtures  # noqa: F401  registers all models
