"""Every model: right shapes, nothing made up, nothing shared between series unless it says so."""

import datetime as dt

import numpy as np
import pytest

from pacesetter.core.errors import NotFound
from pacesetter.core.forecasting.series import boosters, models, naives, panels
from pacesetter.core.forecasting.series.models import MODELS, said_by
from tests.core.forecasting.series.invented import month, seasonal_table, table

PANEL = panels.read(seasonal_table(4, 48), "M")


def one(values, freq="M", name=month):
    return panels.read(table([("A", name(at), value) for at, value in enumerate(values)]), freq)


@pytest.mark.parametrize("key", list(MODELS))
def test_every_model_answers_plainly(key):
    said = said_by([key], PANEL, 7)[key]
    assert said.shape == (4, 7) and np.isfinite(said).all() and (said >= 0).all()
    assert said.mean(axis=1) == pytest.approx(PANEL.y[:, -12:].mean(axis=1), rel=0.5)
    assert np.array_equal(said, said_by([key], PANEL, 7)[key])


@pytest.mark.parametrize("key", [key for key, one in MODELS.items() if one.local])
def test_local_models_look_at_one_series(key):
    whole = said_by([key], PANEL, 3)[key]
    parts = np.concatenate([said_by([key], PANEL.rows(part), 3)[key] for part in (np.array([0]), np.array([1, 2, 3]))])
    assert np.array_equal(whole, parts)


@pytest.mark.parametrize("key", list(MODELS))
@pytest.mark.parametrize("values", [[5], [5, 6], [5, 6, 5, 7, 6, 8], [0] * 30, [7] * 30, [5, -9, 6, 7, -8] * 6, [0, 0, 0, 9] * 9], ids=str)
def test_no_series_breaks_a_model(key, values):
    said = said_by([key], one(values), 4)[key]
    assert said.shape == (1, 4)
    assert (np.isnan(said) | ((said >= min([*values, 0]) * 5) & (said <= max(values) * 5))).all()


@pytest.mark.parametrize("freq", ["D", "W", "M", "Q"])
def test_every_frequency(freq):
    days = {"D": lambda at: dt.date(2020, 1, 1) + dt.timedelta(at), "W": lambda at: dt.date(2020, 1, 1) + dt.timedelta(7 * at)}
    name = days.get(freq, month if freq == "M" else lambda at: month(3 * at))
    panel = one(100 + np.arange(120) % 7, freq, name)
    told = said_by(["mix4", "short4"], panel, 9)
    assert all(np.isfinite(said).all() and (np.abs(said - 103) < 20).all() for said in told.values())


def test_naive_by_hand():
    season = np.arange(1.0, 13)
    assert naives.seasonal_naive(season, 14, 12).tolist() == [*season, 1, 2]
    assert naives.seasonal_naive(season[:5], 2, 12).tolist() == [5, 5]
    assert naives.year_on_year(np.concatenate([season, 1.5 * season]), 2, 12) == pytest.approx([1.5 * 1.5**0.75, 2 * 1.5 * 1.5**0.75])
    assert naives.year_on_year(np.concatenate([season, 9 * season]), 1, 12) == pytest.approx([9 * 2**0.75])  # kept within double
    assert np.isnan(naives.year_on_year(season, 1, 12)).all()


def test_credits_may_be_forecast_and_nothing_below_zero_where_none_was():
    falling = np.maximum(100 - 4.0 * np.arange(24), 1)
    told = said_by(["theta", "ets", "mix4"], one(falling), 12)
    assert all((said >= 0).all() for said in told.values())
    below = said_by(["theta"], one(50 - 4.0 * np.arange(24)), 6)["theta"]
    assert (below < 0).all()


def test_boosters_learn_from_all_series_and_say_nothing_of_the_shortest():
    rows = [("A", month(at), 100 + 10 * (at % 12)) for at in range(84)] + [("B", month(at), 5) for at in range(79, 84)]
    said = said_by(["boost", "boost_years"], panels.read(table(rows), "M"), 12)
    assert np.isfinite(said["boost"][0]).all() and np.isnan(said["boost"][1]).all()
    assert said["boost_years"][0] == pytest.approx([100 + 10 * at for at in range(12)], rel=0.02)


def test_a_place_in_the_season_that_was_seen_once_is_not_learned():
    """A tree would say of all later places what happened on the last date that it saw: three quarters too much before a Christmas."""
    panel = one(range(36))
    assert boosters._places(panel, 2, boosters.YEARS).tolist() == [at % 12 for at in range(612, 650)]
    assert not boosters._places(panel.until(34), 2, boosters.YEARS).any()
    assert not boosters._places(panel.until(23), 2, boosters.STEPS).any() and boosters._places(panel.until(24), 2, boosters.STEPS).any()


def test_a_mixture_needs_half_of_its_parts():
    nothing = np.full((1, 2), np.nan)
    assert models._mixed([np.ones((1, 2)), 3 * np.ones((1, 2)), 9 * np.ones((1, 2)), nothing], median=True).tolist() == [[3, 3]]
    assert models._mixed([np.ones((1, 2)), nothing], median=False).tolist() == [[1, 1]]
    assert np.isnan(models._mixed([np.ones((1, 2)), nothing, nothing], median=False)).all()


def test_unknown_models_are_named():
    with pytest.raises(NotFound, match="mix4"):
        said_by(["oracle"], PANEL, 1)
