"""Histories: what was known when, whatever the order and the quirks of the rows."""

import numpy as np
import pyarrow as pa
import pytest

from pacesetter.core.errors import Invalid
from pacesetter.core.forecasting import histories
from pacesetter.core.forecasting.histories import day_number
from tests.core.forecasting.invented import START, company, moment, table

T0 = day_number(START)


def read(*rows):
    return histories.read(table(list(rows)))


def test_a_field_is_its_last_value_at_the_moment():
    found = read(("a", moment(3), "amount", "30"), ("a", moment(1), "amount", "10"), ("a", moment(1), "stage", "First"))
    amounts = [float(found.amounts(np.array([0]), T0 + at)[0]) for at in (0.5, 1, 2.9, 3, 9)]
    assert amounts == [0, 10, 10, 30, 30]
    assert found.created[0] == T0 + 1
    assert list(found.open_at(T0 + 0.9)) == [] and list(found.open_at(T0 + 1)) == [0]


def test_of_two_values_at_one_moment_the_later_row_counts():
    found = read(("a", moment(1), "amount", "10"), ("a", moment(1), "amount", "12"))
    assert found.amounts(np.array([0]), T0 + 5)[0] == 12


def test_the_order_of_rows_and_deals_does_not_matter():
    rows = company(40)
    some, others = histories.read(table(rows)), histories.read(table(rows[::-1]))
    by_name = {name: at for at, name in enumerate(others.ids)}
    places = np.array([by_name[name] for name in some.ids])
    assert (some.created == others.created[places]).all() and (some.ended == others.ended[places]).all()
    assert (some.amounts(np.arange(40), T0 + 99) == others.amounts(places, T0 + 99)).all()


def test_a_reopened_deal_ends_with_its_last_closure():
    found = read(*[("a", moment(at), "outcome", value) for at, value in ((1, "open"), (2, "lost"), (4, "open"), (6, "won"), (7, "won"))])
    assert (found.ended[0], found.won[0]) == (T0 + 6, True)
    earlier = found.as_of(T0 + 3)
    assert (earlier.ended[0], earlier.won[0]) == (T0 + 2, False)
    assert np.isinf(found.as_of(T0 + 5).ended[0])


def test_as_of_knows_nothing_later():
    found = histories.read(table(company(200, 100))).as_of(T0 + 50)
    assert (found.created <= T0 + 50).all() and (found.ended[np.isfinite(found.ended)] <= T0 + 50).all()
    assert all((one.at <= T0 + 50).all() and (one.deal >= 0).all() for one in found.steps.values())


def test_other_fields_are_signs_of_life():
    found = read(("a", moment(1), "Called", "x"), ("a", moment(4), "Mailed", ""), ("b", moment(2), "stage", "First"))
    assert found.known("touch", np.array([0, 1]), T0 + 9)[1].tolist()[0] == T0 + 4
    assert np.isnan(found.known("touch", np.array([1]), T0 + 9)[0][0])


def test_instants_of_any_zone_and_type():
    found = read(("a", "2025-01-02T01:00:00+02:00", "stage", "First"), ("b", "2025-01-02", "stage", "First"))
    assert found.created.tolist() == [T0 + 23 / 24, T0 + 1]
    typed = pa.table({"deal_id": [1], "occurred_at": pa.array([START]), "field": ["amount"], "value": [5]})
    assert histories.read(typed).amounts(np.array([0]), T0)[0] == 5


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (("a", "soon", "stage", "x"), "occurred_at"),
        (("a", moment(1), "amount", "much"), "amount"),
        (("a", moment(1), "outcome", "maybe"), "outcome"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(row, column):
    with pytest.raises(Invalid) as refusal:
        read(row)
    assert (refusal.value.code, refusal.value.params["column"], refusal.value.params["deal"]) == ("history_value", column, "a")


def test_a_missing_column_is_named():
    with pytest.raises(Invalid) as refusal:
        histories.read(table([]).drop(["value"]))
    assert refusal.value.params["missing"] == "value"


def test_nothing_is_a_history_too():
    assert len(read()) == 0
