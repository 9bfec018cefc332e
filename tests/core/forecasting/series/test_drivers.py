"""Drivers: used where they would have helped, left out where they would not, and never made up."""

import numpy as np
import pyarrow as pa
import pytest

from pacesetter.core.errors import Refused
from pacesetter.core.forecasting.series import drivers, forecasts, panels
from pacesetter.core.forecasting.series.models import here, said_by
from tests.core.forecasting.series.invented import quarter, table

DICE = np.random.default_rng(7)
PROMOTED = DICE.integers(0, 2, 48)
SALES = [(f"S{one}", quarter(at), 100 * (1 + PROMOTED[at]) * (1 + one) * DICE.lognormal(0, 0.03)) for one in range(6) for at in range(44)]
PANEL = panels.read(table(SALES), "Q")


def file(periods=48, **columns):
    return pa.table({"ds": [str(quarter(at)) for at in range(periods)]} | {name: list(values) for name, values in columns.items()})


def test_what_explains_the_past_is_used_and_noise_is_not():
    panel, unknown = drivers.read(file(promoted=PROMOTED, noise=DICE.normal(size=48)), PANEL, 4)
    assert drivers.earned(panel, 4, (40, 36), "mix4", here) == ("promoted",) and unknown == []
    assert drivers.earned(panel, 4, (40, 36), "theta", here) == ()
    said = said_by(["boost"], panel.driven_by(("promoted",)), 4)["boost"].mean(axis=0)
    assert np.array_equal(said > said.mean(), PROMOTED[44:] == 1) and said.max() > 1.5 * said.min()


def test_a_driver_that_did_not_earn_its_place_changes_nothing(quick):
    panel, _ = drivers.read(file(noise=DICE.normal(size=48)), PANEL, 4)
    assert forecasts.forecast(panel, 4).table().equals(forecasts.forecast(PANEL, 4).table())


def test_a_driver_without_a_future_is_left_out_by_name():
    panel, unknown = drivers.read(file(47, promoted=PROMOTED[:47], half=[1.0] * 47), PANEL, 4)
    assert (dict(panel.drivers), unknown) == ({}, ["promoted", "half"])


def test_values_of_one_period_are_averaged_and_may_differ_by_series():
    some = PANEL.rows(np.arange(2))
    rows = [(f"S{one}", quarter(at), one + 10 * at) for one in (1, 0, 9) for at in range(48)] + [("S0", quarter(0), 2)]
    panel, _ = drivers.read(table(rows).rename_columns(["unique_id", "ds", "x"]), some, 4)
    assert panel.drivers["x"][:, 0].tolist() == [1, 1] and panel.drivers["x"][:, 47].tolist() == [470, 471]


@pytest.mark.parametrize(("given", "told"), [({"day": ["2026-01-01"]}, "ds is missing"), ({"ds": ["2026-01-01"], "x": ["NA"]}, "x NA")])
def test_what_cannot_be_read_is_named(given, told):
    with pytest.raises(Refused, match=told):
        drivers.read(pa.table(given), PANEL, 4)
