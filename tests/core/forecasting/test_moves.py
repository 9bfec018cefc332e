"""What moved a forecast: one name per deal, and a sum that is always right."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pacesetter.core.errors import Invalid
from pacesetter.core.forecasting.moves import KINDS, MEASURES, ROLLUPS, Change, Measure, State, Window, waterfall
from pacesetter.core.periods import parse

D = dt.date
Q4 = parse("2026-Q4", D(2026, 11, 20))
FIRST, LAST = D(2026, 11, 16), D(2026, 11, 23)
INSIDE, LATER, EARLIER, PASSED = D(2026, 12, 10), D(2027, 1, 5), D(2026, 9, 3), D(2026, 11, 20)
COMMIT = Window(Q4, FIRST, LAST, Measure.of("commit"))


def open_deal(amount=100, due=INSIDE, category="commit", owner=1, **more):
    return State("open", amount, due, category, owner, **more)


def won(owner=1, closed=LAST):
    return State("won", 100, INSIDE, "commit", owner, closed)


LOST = State("lost", 100, INSIDE, "commit", 1)
EXAMPLES = [
    ("won", open_deal(category="pipeline"), won(), {1: (0, 100)}, 100),
    ("won", None, won(), {1: (0, 100)}, 100),
    ("won", LOST, won(), {1: (0, 100)}, 100),
    ("new", None, open_deal(), {}, 100),
    ("reopened", LOST, open_deal(), {}, 100),
    ("reopened", won(), open_deal(due=LATER), {1: (100, 0)}, -100),
    ("increased", open_deal(), open_deal(130), {}, 30),
    ("increased", open_deal(), won(), {1: (0, 120)}, 20),
    ("increased", open_deal(None), open_deal(70), {}, 70),
    ("decreased", open_deal(), open_deal(None), {}, -100),
    ("decreased", won(), won(), {1: (100, 80)}, -20),
    ("pulled_in", open_deal(due=LATER), open_deal(), {}, 100),
    ("pulled_in", open_deal(due=D(2026, 11, 2)), open_deal(), {}, 100),
    ("pushed_out", open_deal(), open_deal(due=LATER), {}, -100),
    ("pushed_out", open_deal(), open_deal(due=None), {}, -100),
    ("pushed_out", open_deal(), won(closed=LATER), {}, -100),
    ("pulled_ahead", open_deal(), open_deal(due=EARLIER), {}, -100),
    ("pulled_ahead", open_deal(), won(closed=EARLIER), {}, -100),
    ("overdue", open_deal(due=PASSED), open_deal(due=PASSED), {}, -100),
    ("raised", open_deal(category="best_case"), open_deal(), {}, 100),
    ("lowered", open_deal(), open_deal(category="omitted"), {}, -100),
    ("lost", open_deal(), LOST, {}, -100),
    ("lost", won(), LOST, {1: (100, 0)}, -100),
    ("archived", open_deal(), None, {}, -100),
    ("retyped", open_deal(), open_deal(counts=False), {}, -100),
    ("retyped", open_deal(counts=False), open_deal(), {}, 100),
]


@pytest.mark.parametrize(("kind", "before", "after", "booked", "amount"), EXAMPLES)
def test_a_deal_has_one_name(kind, before, after, booked, amount):
    step = COMMIT.step(Change(1, before, after, booked))
    assert (step.kind, step.amount) == (kind, amount)


@pytest.mark.parametrize(
    ("before", "after", "booked"),
    [
        (open_deal(), open_deal(due=LAST), {}),
        (open_deal(), won(), {1: (0, 100)}),
        (open_deal(category="pipeline"), LOST, {}),
        (None, LOST, {}),
    ],
)
def test_what_counts_the_same_on_both_days_did_not_move(before, after, booked):
    assert COMMIT.step(Change(1, before, after, booked)) is None


def test_one_persons_deals_come_and_go_with_their_owner():
    change = Change(1, open_deal(owner=1), open_deal(owner=2))
    mine, yours, ours = (Window(Q4, FIRST, LAST, Measure.of("commit"), frozenset(owners)) for owners in ({1}, {2}, {1, 2}))
    assert (mine.step(change).kind, mine.step(change).amount) == ("given", -100)
    assert (yours.step(change).kind, yours.step(change).amount) == ("received", 100)
    assert ours.step(change) is None


def test_single_categories_leave_by_being_won():
    single = Window(Q4, FIRST, LAST, Measure.of("commit", "single"))
    step = single.step(Change(1, open_deal(), won(), {1: (0, 100)}))
    assert (step.kind, step.amount) == ("won", -100)


def test_cumulative_measures_hold_what_is_surer():
    assert Measure.of("best_case") == Measure(frozenset({"commit", "most_likely", "best_case"}), True)
    assert Measure.of("best_case", "single") == Measure(frozenset({"best_case"}), False)
    assert Measure.of("closed") == Measure(frozenset(), True)
    assert Measure.of("all").counts(None)
    for unknown in (("hopes", "single"), ("commit", "double")):
        with pytest.raises(Invalid):
            Measure.of(*unknown)


days = st.sampled_from([None, EARLIER, D(2026, 11, 2), FIRST, PASSED, LAST, INSIDE, LATER])
amounts = st.none() | st.integers(-500, 10**12)
states = st.none() | st.builds(
    State, st.sampled_from(["open", "won", "lost"]), amounts, days, st.sampled_from([None, "commit", "most_likely", "best_case", "pipeline", "omitted"]),
    st.sampled_from([None, 1, 2]), days, st.booleans(),
)  # fmt: skip
ledgers = st.dictionaries(st.sampled_from([None, 1, 2]), st.tuples(st.integers(-500, 10**12), st.integers(-500, 10**12)), max_size=2)
changes = st.lists(st.builds(Change, st.integers(1, 10**6), states, states, ledgers), max_size=12)
windows = st.builds(
    Window, st.just(Q4), st.just(FIRST), st.just(LAST), st.builds(Measure.of, st.sampled_from(MEASURES), st.sampled_from(ROLLUPS)),
    st.none() | st.frozensets(st.sampled_from([None, 1, 2])),
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(changes, windows)
def test_start_and_bars_are_the_end(changes, window):
    start, end = (sum(window.counted(change, side) for change in changes) for side in (0, 1))
    found = waterfall(changes, window, start)
    assert found.end == end
    assert found.start + sum(bar.amount for bar in found.bars) == end
    assert sum(bar.deals for bar in found.bars) == len(found.steps) <= len(changes)
    assert [bar.kind for bar in found.bars] == [kind for kind in KINDS if kind in {step.kind for step in found.steps}]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(states, states, states), max_size=8))
def test_two_waterfalls_in_a_row_end_where_one_ends(histories):
    middle = D(2026, 11, 18)
    whole, first, second = (Window(Q4, *ends, Measure.of("best_case")) for ends in ((FIRST, LAST), (FIRST, middle), (middle, LAST)))
    one = [Change(n, before, after) for n, (before, _, after) in enumerate(histories)]
    start = sum(whole.counted(change, 0) for change in one)
    halfway = waterfall([Change(n, before, between) for n, (before, between, _) in enumerate(histories)], first, start).end
    assert (
        waterfall([Change(n, between, after) for n, (_, between, after) in enumerate(histories)], second, halfway).end
        == waterfall(one, whole, start).end
    )


@settings(max_examples=100, deadline=None)
@given(changes, st.sampled_from(["commit", "all"]))
def test_the_people_of_a_company_move_it_together(changes, key):
    """What everybody's rows moved adds up to what the company moved, deals handed over included."""
    everybody = sum(waterfall(changes, Window(Q4, FIRST, LAST, Measure.of(key), frozenset({owner})), 0).end for owner in (None, 1, 2))
    assert everybody == waterfall(changes, Window(Q4, FIRST, LAST, Measure.of(key)), 0).end
