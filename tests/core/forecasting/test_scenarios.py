"""What if: neutral is the forecast itself, more is never less, effects add up, and a part is the same alone as among the others."""

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pacesetter.core.errors import Invalid
from pacesetter.core.forecasting import scenarios
from pacesetter.core.forecasting.arrivals import Arrivals
from pacesetter.core.forecasting.assumptions import NEUTRAL, Assumptions
from pacesetter.core.forecasting.expectations import DRAWS, Expectations, along, span

T, MONTH, QUARTER, NEXT = 20_000.0, 10.0, 40.0, 131.0
OWNERS, STAGES = 4, (3, 5)
EVERYBODY = range(OWNERS + 1)
ASKED = ((0.0, MONTH), (0.0, QUARTER), (QUARTER, NEXT), (0.0, NEXT))
DAYS = np.unique(np.concatenate([[0.0, MONTH, QUARTER, NEXT], np.arange(7.0, NEXT, 7.0)]))


def made(seed: int, deals: int = 40) -> Expectations:
    """A company with so many open deals, of four people and of nobody."""
    dice = np.random.default_rng(seed)
    ages = np.arange(20.0)
    curve = 0.3 * (1 - np.exp(-ages / 4))
    arrivals = Arrivals(7.0, np.full(7, 1.5), dice.lognormal(8, 1, 300), curve, curve)
    paths = dice.random((deals, 1)) * 0.7 * (1 - np.exp(-DAYS / dice.uniform(10, 90, (deals, 1))))
    return Expectations(
        T, np.arange(deals) + 100, dice.integers(0, OWNERS + 1, deals), dice.choice(STAGES, deals), dice.lognormal(8, 1, deals), DAYS, paths,
        arrivals, np.append(dice.dirichlet(np.ones(OWNERS)), 0.0), np.array([[*when, 0.1, 8] for when in ASKED]),
    )  # fmt: skip


def total(one, owners=EVERYBODY):
    return float(one.open[list(owners)].sum() + one.new[list(owners)].sum() + one.new[OWNERS + 1 :].sum())


def both(one, since, until, owners, assumed):
    """As it is, and under assumptions, with the effects."""
    before, said = (scenarios.ask(one, since, until, owners, what) for what in (NEUTRAL, assumed))
    assert before.effects == []
    return SimpleNamespace(before=before.span, after=said.span, effects=said.effects)


SEEDS = st.integers(0, 50)
SPANS = st.sampled_from(ASKED[:3])
LIKELY = st.builds(
    Assumptions, win_rate=st.floats(0, 3), cycle=st.floats(0.25, 4), slip=st.floats(0, 1), slip_days=st.integers(1, 366), size=st.floats(0, 5),
    price=st.floats(0, 5), arrivals=st.floats(0, 5), hires=st.integers(0, 20), ramp_days=st.integers(1, 300),
    hired_on=st.none() | st.dates(dt.date(2024, 9, 1), dt.date(2025, 3, 1)), stages=st.sampled_from([(), (3,), (3, 5)]),
    dropped=st.sampled_from([(), (101, 105)]), worth=st.sampled_from([{}, {103: 5000.0}]),
    moved=st.sampled_from([{}, {102: dt.date(2024, 10, 5), 104: dt.date(2026, 1, 1)}]),
)  # fmt: skip


@settings(deadline=None, max_examples=30)
@given(SEEDS, SPANS)
def test_without_assumptions_nothing_changes(seed, when):
    one = made(seed)
    said = both(one, *when, EVERYBODY, NEUTRAL)
    whole = span(one, *when)
    assert said.effects == [] and (said.after.sums == said.before.sums).all()
    for name in ("open", "new", "sums"):
        assert (getattr(said.before, name) == getattr(whole, name)).all()


@settings(deadline=None, max_examples=60)
@given(SEEDS, SPANS, LIKELY)
def test_the_last_effect_is_the_scenario_and_the_band_lies_around_it(seed, when, assumed):
    said = both(made(seed), *when, EVERYBODY, assumed)
    if said.effects:
        assert float(said.effects[-1][1].sum()) == pytest.approx(total(said.after), abs=1e-6)
    low, middle, high = said.after.quantiles(np.arange(len(said.after.open)))
    assert 0 <= low <= middle <= high and np.isfinite(high)


@settings(deadline=None, max_examples=40)
@given(SEEDS, SPANS, LIKELY, st.sampled_from(["win_rate", "size", "price", "arrivals", "hires"]), st.floats(0, 1))
def test_more_is_never_less_in_mean_and_in_every_draw(seed, when, assumed, name, share):
    one = made(seed)
    more = getattr(assumed, name)
    less = int(more * share) if name == "hires" else more * share
    a, b = (both(one, *when, EVERYBODY, replace(assumed, **{name: value})).after for value in (less, more))
    assert total(a) <= total(b) * (1 + 1e-9) + 1e-6
    assert (a.sums.sum(axis=0) <= b.sums.sum(axis=0) * (1 + 1e-5) + 1e-3).all()


@settings(deadline=None, max_examples=30)
@given(SEEDS, st.floats(1.0, 4.0), st.floats(0, 1), st.integers(1, 300))
def test_later_is_never_more_by_a_day(seed, cycle, slip, days):
    one = made(seed)
    until = both(one, 0.0, QUARTER, EVERYBODY, Assumptions(cycle=cycle, slip=slip, slip_days=days))
    assert total(until.after) <= total(until.before) + 1e-6


@settings(deadline=None, max_examples=30)
@given(SEEDS, SPANS, LIKELY, st.lists(st.integers(0, OWNERS), unique=True, min_size=1))
def test_people_add_up_and_each_is_the_same_alone(seed, when, assumed, some):
    one, assumed = made(seed), replace(assumed, hires=0)  # a new person is like the mean of whom one asks about
    together = both(one, *when, some, assumed).after
    alone = [both(one, *when, [place], assumed).after for place in some]
    assert total(together, some) == pytest.approx(sum(total(found, [place]) for place, found in zip(some, alone, strict=True)))
    for place, found in zip(some, alone, strict=True):
        assert (found.sums[place] == together.sums[place]).all()


def test_a_deal_that_is_dropped_takes_what_it_was_to_bring_and_moves_nothing_else():
    one = made(1)
    said = both(one, 0.0, QUARTER, EVERYBODY, Assumptions(dropped=(107,)))
    lost = one.within(0.0, QUARTER)[7] * one.brings[7]
    assert total(said.before) - total(said.after) == pytest.approx(lost)
    fell = said.before.sums.sum(axis=0) - said.after.sums.sum(axis=0)
    assert 0 < (fell > 1e-3).mean() < 1 and (fell > -1e-3).all()


def test_a_deal_that_is_moved_is_won_by_its_day_or_not_at_all():
    one, day = made(2), dt.date(1970, 1, 1) + dt.timedelta(days=int(T + QUARTER) - 1)
    ever = one.paths[7, -1] * one.brings[7]
    for when, expected in (((0.0, QUARTER), ever), ((QUARTER, NEXT), 0.0)):
        said = both(one, *when, EVERYBODY, Assumptions(moved={107: day}))
        assert total(said.after) - total(said.before) == pytest.approx(expected - one.within(*when)[7] * one.brings[7])
    late = both(one, 0.0, NEXT, EVERYBODY, Assumptions(moved={107: dt.date(2030, 1, 1)}))
    assert total(late.before) - total(late.after) == pytest.approx(ever)


def test_rates_may_hold_for_the_open_deals_of_a_stage_alone():
    one = made(3)
    said = both(one, 0.0, QUARTER, EVERYBODY, Assumptions(win_rate=0.5, stages=(3,)))
    mine = one.stage == 3
    assert total(said.before) - total(said.after) == pytest.approx(0.5 * float(one.within(0.0, QUARTER)[mine] @ one.brings[mine]))
    assert (said.before.new == said.after.new).all()


def test_hires_bring_what_the_others_bring_once_they_are_in_full():
    one = made(4)
    at_once = Assumptions(hires=OWNERS, hired_on=dt.date(2000, 1, 1), ramp_days=1)
    said = both(one, QUARTER, NEXT, EVERYBODY, at_once)
    assert said.after.new[-1] == pytest.approx(said.before.new.sum(), rel=0.02)
    slower = both(one, QUARTER, NEXT, EVERYBODY, replace(at_once, ramp_days=200))
    never = both(one, QUARTER, NEXT, EVERYBODY, replace(at_once, hired_on=dt.date(2030, 1, 1)))
    assert 0 < slower.after.new[-1] < 0.8 * said.after.new[-1] and never.after.new[-1] == 0.0


def test_faster_deals_are_pulled_in_from_beyond_what_was_asked():
    days, path = np.array([0.0, 28.0, 56.0]), np.array([[0.0, 0.4, 0.6], [0.0, 0.2, 0.4], [0.0, 0.3, 0.3]])
    assert along(days, path, 84.0) == pytest.approx([0.7, 0.6, 0.3])
    assert along(days, path, 1e6) == pytest.approx([0.8, 1.0, 0.3])
    assert along(days, path, 14.0) == pytest.approx([0.2, 0.1, 0.15]) and (along(days, path, -5.0) == 0).all()


def test_sums_are_drawn_as_they_should_be():
    one = made(5, deals=400)
    found = span(one, 0.0, QUARTER)
    raw = found.sums.sum(axis=0)
    assert raw.shape == (DRAWS,) and raw.mean() == pytest.approx(total(found), rel=0.02)
    win = one.within(0.0, QUARTER)
    count, amount = one.coming(0.0, QUARTER)
    sizes = one.arrivals.amounts
    each = amount / (count * sizes.mean())
    apart = float((win * (1 - win)) @ one.brings**2) + count * each**2 * float((sizes**2).mean())
    expected = np.sqrt(apart * (1 + 0.1**2) + (0.1 * total(found)) ** 2)
    assert raw.std() == pytest.approx(expected, rel=0.06)


@settings(deadline=None, max_examples=50)
@given(LIKELY)
def test_assumptions_are_written_and_read_back(assumed):
    assert Assumptions.of(assumed.plain()) == assumed and Assumptions.of(NEUTRAL.plain()) == NEUTRAL == Assumptions()


@pytest.mark.parametrize(
    ("plain", "code", "field"),
    [
        ({"win_rate": "1.1"}, "wrong_type", "win_rate"), ({"win_rate": True}, "wrong_type", "win_rate"), ({"cycle": 0.1}, "out_of_range", "cycle"),
        ({"arrivals": float("nan")}, "wrong_type", "arrivals"), ({"worth": {"7": 10**400}}, "out_of_range", "worth"), ({"hires": 1.5}, "wrong_type", "hires"), ({"hires": -1}, "out_of_range", "hires"),
        ({"hired_on": "soon"}, "wrong_type", "hired_on"), ({"dropped": 7}, "wrong_type", "dropped"), ({"dropped": ["x"]}, "wrong_type", "dropped"),
        ({"dropped": list(range(501))}, "out_of_range", "dropped"), ({"moved": [7]}, "wrong_type", "moved"), ({"moved": {"7": 3}}, "wrong_type", "moved"),
        ({"worth": {"7": -1}}, "out_of_range", "worth"), ({"luck": 2}, "unknown_choice", "assumptions"), ({"stages": [True]}, "wrong_type", "stages"),
    ],
)  # fmt: skip
def test_what_means_nothing_is_refused_by_name(plain, code, field):
    with pytest.raises(Invalid) as refusal:
        Assumptions.of(plain)
    assert (refusal.value.code, refusal.value.field) == (code, field)
