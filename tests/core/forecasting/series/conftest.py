"""Exponential smoothing is nine tenths of what a ladder costs: where it is not what a test is about, ladders do without."""

import pytest

from pacesetter.core.forecasting.series import ladders


@pytest.fixture(scope="module")
def quick():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ladders, "rungs", lambda panel: ("cheap2", "mfles", "theta", ladders.BASELINE))
        yield
