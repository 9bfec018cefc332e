"""Mixtures of models: what is used unless a backtest says otherwise (shared/FORECASTING.md §4.3)."""

from pacesetter.core.forecasting.series import boosters, intermittents, naives, smoothers  # noqa: F401  registers what is mixed
from pacesetter.core.forecasting.series.models import mixture

BOOSTERS = {"mix4": "boost", "cheap2": "boost", "short": "boost_years", "short4": "boost_years"}  # what drivers may speak through

mixture("mix4", "theta", "ets", "mfles", "boost", median=True)
mixture("cheap2", "theta", "boost")
mixture("short", "year_on_year", "boost_years")
mixture("short4", "year_on_year", "boost_years", "theta_season", "mfles_season", median=True)
