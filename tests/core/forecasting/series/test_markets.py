"""Markets: a series from outside is taken where it truly drives bookings, as it was known then, and refused where it is noise."""

from dataclasses import replace

import numpy as np
import pytest

from pacesetter.core.forecasting.series import markets
from pacesetter.core.forecasting.series.calendars import Calendar
from pacesetter.core.forecasting.series.panels import Panel

MONTHS, LAG, ELASTICITY, BEFORE = 60, 4, 2.0, 14
CALENDAR, FIRST = Calendar("M"), 12 * 50


def company(seed=3, elasticity=ELASTICITY, noise=0.08):
    """Five years of bookings with a season, a trend and a market that moves them four months later; and that market."""
    dice = np.random.default_rng(seed)
    steps = dice.normal(0, 0.07, MONTHS + BEFORE)
    x = np.zeros(MONTHS + BEFORE)
    for at in range(1, len(x)):
        x[at] = 0.95 * x[at - 1] + steps[at]
    t = np.arange(len(x))
    logs = 12 + 0.2 * np.sin(2 * np.pi * t / 12) + 0.01 * t + elasticity * np.roll(x, LAG) + dice.normal(0, noise, len(x))
    panel = Panel(np.asarray(["total"], dtype=object), np.exp(logs)[None, BEFORE:], CALENDAR, FIRST)
    return panel, market(np.exp(x + 4))


def market(values, name="pmi", first=FIRST - BEFORE):
    period = first + np.arange(len(values))
    return markets.Market(
        name, period, np.asarray(values, dtype=float), CALENDAR.first_days(period + 1).astype(float), np.zeros(len(values), dtype=bool)
    )


def moment(panel):
    return float(CALENDAR.first_days(np.asarray([panel.first + panel.periods]))[0])


def test_what_drives_is_taken_with_its_lag_and_elasticity():
    panel, drives = company()
    noise = market(np.exp(np.random.default_rng(11).normal(0, 0.1, MONTHS + BEFORE)), "noise")
    found = {one.name: one for one in markets.tried(panel, [drives, noise], moment(panel))}
    assert found["pmi"].taken and found["pmi"].effect.lag == LAG
    assert found["pmi"].effect.elasticity == pytest.approx(ELASTICITY, abs=0.4)
    assert found["pmi"].beside < 0.8 * found["pmi"].without and found["pmi"].days == 12
    assert not found["noise"].taken


def test_noise_is_hardly_ever_taken():
    """Random walks beside bookings that they do not move: thirteen lags each, and one in twenty-five may be luck."""
    taken = []
    for seed in range(25):
        panel, walk = company(seed, elasticity=0.0)
        taken += [one.taken for one in markets.tried(panel, [walk], moment(panel))]
    assert sum(taken) <= 2


def test_of_two_that_drive_only_the_better_one_stays():
    panel, drives = company()
    blurred = market(drives.value * np.exp(np.random.default_rng(5).normal(0, 0.15, len(drives.value))), "blurred")
    found = markets.tried(panel, [blurred, drives], moment(panel))
    assert [one.taken for one in found] == [False, True]


def test_nothing_is_learned_of_too_few_periods_or_of_what_does_not_move():
    panel, drives = company()
    (short,) = markets.tried(panel.until(markets.FEWEST - 1), [drives], moment(panel.until(markets.FEWEST - 1)))
    (flat,) = markets.tried(panel, [market(np.full(MONTHS + BEFORE, 7.0))], moment(panel))
    nothing = market([], "none")
    (empty,) = markets.tried(panel, [nothing], moment(panel))
    for one in (short, flat, empty):
        assert one.effect is None and not one.taken and not one.days


def test_what_became_known_later_changes_nothing():
    panel, drives = company()
    known = panel.until(48)
    day = moment(known)
    later = replace(drives, value=np.where(drives.known > day, 1e6, drives.value))
    assert np.array_equal(markets.path(drives, known, 24, day), markets.path(later, known, 24, day))
    assert markets.tried(known, [drives], day) == markets.tried(known, [later], day)
    revised = {
        name: np.append(getattr(drives, name), more)
        for name, more in (("period", FIRST + 10), ("value", 999.0), ("known", day + 30), ("expected", False))
    }
    assert np.array_equal(markets.path(drives, known, 0, day), markets.path(replace(drives, **revised), known, 0, day))
    assert markets.path(replace(drives, **revised), known, 0, day + 30)[markets.LONGEST + 10] == pytest.approx(np.log(999.0))


def test_the_future_is_what_is_expected_else_the_last_value():
    panel, _ = company()
    first, day = FIRST + MONTHS, moment(panel)
    known = market([50.0, 60.0], first=first - 2)
    expected = markets.Market("pmi", np.asarray([first, first + 1]), np.asarray([66.0, 72.0]), np.full(2, day), np.ones(2, dtype=bool))
    both = markets.Market("pmi", *(np.append(getattr(known, n), getattr(expected, n)) for n in ("period", "value", "known", "expected")))
    assert np.exp(markets.path(known, panel, 3, day)[-4:]) == pytest.approx([60, 60, 60, 60])
    assert np.exp(markets.path(both, panel, 3, day)[-4:]) == pytest.approx([60, 66, 72, 72])
    came = markets.Market(
        "pmi", *(np.append(getattr(both, n), v) for n, v in (("period", first), ("value", 40.0), ("known", day), ("expected", False)))
    )
    assert np.exp(markets.path(came, panel, 3, day)[-3:]) == pytest.approx([40, 72, 72]), "what came stands before what was expected"


def test_a_rate_below_zero_is_read_as_it_is():
    panel, _ = company()
    path = markets.path(market([-0.5, 0.5, 1.0], first=FIRST), panel, 0, moment(panel))
    path = path[markets.LONGEST :]
    assert path[:3] == pytest.approx(np.asarray([-0.5, 0.5, 1.0]) / (2 / 3)) and path[-1] == path[2]


def test_what_is_taken_out_is_put_in_again():
    panel, drives = company()
    moved = markets.path(drives, panel, 6, moment(panel))
    factor = markets.factors(markets.Effect(LAG, ELASTICITY), moved, MONTHS)
    assert markets.without(panel, factor).y * factor[:MONTHS] == pytest.approx(panel.y)
    assert factor[MONTHS + LAG :] == pytest.approx(1.0), "what is held as it stands changes nothing"
