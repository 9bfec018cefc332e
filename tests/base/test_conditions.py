"""Conditions on rows of the database give the answer that they give on plain values."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pacesetter.base.listings import LISTINGS, Query, View
from pacesetter.core import conditions
from pacesetter.crm import deals
from pacesetter.crm.models import Deal

NAMES = ["Ánna  López", "anna lopez", "ß GmbH", "Zoë", "x_y%", "9"]
leaves = st.sampled_from(
    [
        "name = 'ANNA LOPEZ'",
        "name contains ss",
        "name starts x_",
        "name contains %",
        "next_step = 'call anna'",
        "next_step contains á",
        "next_step is empty",
        "amount >= 10",
        "amount != 5",
        "amount is empty",
        "close_date < @today",
        "close_date within this_month",
        "close_date is not empty",
        "type in (new, renewal)",
        "type != new",
        "slips >= 1",
        "owner is empty",
    ]
)
texts = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds("({}) and ({})".format, inner, inner), st.builds("({}) or ({})".format, inner, inner), st.builds("not ({})".format, inner)
    ),
    max_leaves=4,
)


@pytest.fixture
def some_deals(db, system):
    steps = ["", "Call Ánna", "call  anna", "Send", "", "x"]
    rows = [
        {"name": name, "next_step": step, "amount": amount, "close_date": close, "type": kind, "owner": None}
        for name, step, amount, close, kind in zip(
            NAMES,
            steps,
            ["5", "10.50", None, "20", None, "0"],
            [dt.date(2026, 11, 1), None, dt.date(2026, 11, 25), dt.date(2027, 1, 1), None, dt.date(2026, 11, 20)],
            ["new", "renewal", "expansion", "new", "new", "renewal"],
            strict=True,
        )
    ]
    made = deals.create_many(rows, by=system)
    deals.edit(made[0], by=system, close_date=dt.date(2026, 11, 10))
    return made


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts)
def test_rows_and_values_agree(some_deals, system, text):
    view = View(LISTINGS["deal"], Query(where=text), system)
    expected = {
        deal.pk
        for deal in Deal.objects.all()
        if conditions.matches(view.tree, {key: column.field.read(deal) for key, column in view.columns.items()})
    }
    assert set(view.queryset.values_list("pk", flat=True)) == expected
