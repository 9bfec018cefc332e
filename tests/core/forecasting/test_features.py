"""Features: by hand, and nothing from later than the day."""

import numpy as np
import pytest

from pacesetter.core.forecasting import features, histories, samples
from pacesetter.core.forecasting.features import NAMES, Reader
from pacesetter.core.forecasting.histories import day_number
from tests.core.forecasting.invented import START, company, day, moment, table

T0 = day_number(START)


def told(rows, at, t):
    known = histories.read(table(rows)).as_of(T0 + t)
    found = Reader(known, features.norms(known)).at(np.array([list(known.ids).index(at)]), T0 + t)[0]
    return dict(zip(NAMES, found, strict=True))


ROWS = [
    ("w", moment(0), "stage", "First"), ("w", moment(0), "owner", "Ines"), ("w", moment(4), "stage", "Second"), ("w", moment(10), "outcome", "won"),
    ("a", moment(10), "stage", "First"), ("a", moment(10), "amount", "100"), ("a", moment(10), "owner", "Ines"),
    ("a", moment(12), "Called", ""), ("a", moment(18), "stage", "Second"), ("a", moment(18), "close_date", str(day(30))),
    ("a", moment(20), "close_date", str(day(44))), ("a", moment(21), "amount", "200"), ("a", moment(22), "touch", "Mailed"),
    ("a", moment(23), "stage", "First"),
]  # fmt: skip


def test_a_deal_as_of_a_day_by_hand():
    found = told(ROWS, "a", 24)
    assert (found["stage"], found["furthest"], found["moves"]) == (0, 1, 3)
    assert (found["days_in_stage"], found["days_in_previous"], found["age"], found["idle"]) == (1, 5, 14, 1)
    assert found["pace"] == pytest.approx(1 / 4)
    assert (found["touches_2"], found["touches_7"], found["touches_30"], found["touches_in_stage"], found["touches"]) == (
        0,
        1,
        2,
        0,
        2,
    ) or (
        found["touches_2"] == 1  # at the very edge of two days
    )
    assert (found["pushes"], found["days_to_close"]) == (1, 20)
    assert found["amount_change"] == pytest.approx(np.log(2))
    assert found["owner_rate"] == pytest.approx((1 + 20 * (11 / 21)) / 21)


def test_each_kind_of_touch_tells_how_often_and_how_long_ago():
    more = [("a", moment(22.5), "touch", "Mailed"), ("a", moment(22.6), "owner", "Hugo"), ("a", moment(22.7), "owner", "Ines")]
    found = told([*ROWS, *more], "a", 24)
    assert (found["touches_kind_0"], found["touches_kind_1"], found["touches_kind_2"]) == (2, 1, 0), "mails are most frequent"
    assert (found["since_kind_0"], found["since_kind_1"], found["since_kind_2"]) == (1.5, 12, features.LONG_AGO)
    assert found["owners"] == 2, "who comes back is nobody new"
    assert told([*ROWS, *more], "a", 20)["touches_kind_0"] == 1, "then calls were the only kind"


def test_an_owner_is_judged_by_what_was_closed_before():
    assert told(ROWS, "a", 10)["owner_rate"] == pytest.approx((1 + 20 * (11 / 21)) / 21)
    later = [*ROWS, ("l", moment(1), "owner", "Ines"), ("l", moment(30), "outcome", "lost")]
    assert told(later, "a", 24)["owner_rate"] == told(ROWS, "a", 24)["owner_rate"] > told(later, "a", 40)["owner_rate"]


def test_what_is_not_there_has_an_answer():
    bare = [*ROWS, ("b", moment(20), "amount", "-5")]
    found = told(bare, "b", 24)
    assert (found["stage"], found["moves"], found["touches"], found["kind"]) == (-1, 0, 0, -1)
    assert np.isnan(found["days_to_close"]) and found["amount"] < 0
    assert all(np.isfinite(value) for name, value in found.items() if name != "days_to_close")


def test_the_future_changes_no_feature_and_no_row_to_learn_from():
    """Later words, deals, stages and kinds of touches, thrown in, leave every number as it was, to the last bit."""
    rows, t = company(200, 100), T0 + 60
    past = [row for row in rows if row[1] < moment(60)]
    later = [
        ("0", moment(61), "stage", "Aaa"),
        ("D0001", moment(70), "stage", "Aab"),
        ("D0002", moment(70), "Aac", ""),
        ("D0003", moment(80), "owner", "A"),
    ]
    samples_ = []
    for some in (rows, past + later, later + past):
        known = histories.read(table(sorted(some, key=lambda row: row[0]))).as_of(t)
        reader = Reader(known, features.norms(known))
        open_ = known.open_at(t)
        sample = samples.person_periods(reader, t, 20.0, 1.0)
        samples_.append(
            (known.ids[open_].tolist(), reader.at(open_, t).tobytes(), sample.x.tobytes(), sample.y.tobytes(), sample.weight.tobytes())
        )
    assert samples_[0] == samples_[1] == samples_[2]


def test_person_periods_say_what_happened_in_each():
    known = histories.read(table(ROWS)).as_of(T0 + 24)
    sample = samples.person_periods(Reader(known, features.norms(known)), T0 + 24, 8.0, 1.0)
    assert list(samples.bounds(8.0, 1.0)) == [1, 2, 4, 6, 8]
    assert (sample.y == samples.WIN).any() and not (sample.y == samples.LOSE).any()
    assert sample.weight.sum() == pytest.approx(sample.deals) and sample.deals == 2


@pytest.mark.parametrize(("horizon", "step"), [(1.0, 1.0), (3.0, 1.0), (90.0, 7.0), (200.0, 28.0), (5.0, 7.0)])
def test_periods_rise_and_end_with_the_horizon(horizon, step):
    ends = samples.bounds(horizon, step)
    assert (np.diff(ends) > 0).all() and ends[-1] == horizon


def test_of_many_open_deals_some_stand_for_all(monkeypatch):
    known = histories.read(table(company())).as_of(T0 + 200)
    reader = Reader(known, features.norms(known))
    every = samples.person_periods(reader, T0 + 200, 28, 1)
    monkeypatch.setattr(samples, "DEALS", 5)
    some, again = (samples.person_periods(reader, T0 + 200, 28, 1) for _ in range(2))
    assert len(some.y) < 0.6 * len(every.y) and np.array_equal(some.x, again.x, equal_nan=True)
    shares = [sample.weight[sample.y == samples.WIN].sum() / sample.weight.sum() for sample in (every, some)]
    assert shares[1] == pytest.approx(shares[0], rel=0.35)
