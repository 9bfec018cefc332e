"""The condition language: parsing, typing, and the same answer on a dict, a table and a QuerySet."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pacesetter.core import conditions
from pacesetter.core.conditions import Known
from pacesetter.core.errors import Invalid

TYPES = {"name": "text", "amount": "number", "closes": "date", "kind": "key", "owner": "id", "open": "boolean"}
KNOWN = Known(dt.date(2026, 11, 20), me=7)


def typed(text):
    return conditions.typed(conditions.parse(text), TYPES, KNOWN)


def test_and_binds_closer_than_or():
    assert conditions.parse("a = 1 or b = 2 and c = 3") == {
        "any": [
            {"field": "a", "op": "=", "value": "1"},
            {"all": [{"field": "b", "op": "=", "value": "2"}, {"field": "c", "op": "=", "value": "3"}]},
        ]
    }


@pytest.mark.parametrize("text", ["a = ", "a", "= 1", "a = 1 and", "(a = 1", "a = 1)", "a ~ 1", "a in 1"])
def test_half_a_condition_is_refused(text):
    with pytest.raises(Invalid) as refusal:
        conditions.parse(text)
    assert refusal.value.code == "bad_condition"


@pytest.mark.parametrize(
    "text",
    ['name = "Ana and Co"', "amount >= 10 and (kind in (a, b) or owner is empty)", "not (open = true)", "closes within this_quarter"],
)
def test_text_form_reads_back(text):
    tree = conditions.parse(text)
    assert conditions.parse(conditions.text_of(tree)) == tree


def test_an_empty_value_matches_only_is_empty():
    row = {"amount": None}
    assert not conditions.matches(typed("amount != 5"), row)
    assert not conditions.matches(typed("amount < 5"), row)
    assert conditions.matches(typed("amount is empty"), row)


def test_text_is_folded_and_types_never_cross():
    assert conditions.matches(typed("name = 'lópez '"), {"name": "LOPEZ"})
    with pytest.raises(Invalid) as refusal:
        typed("amount = nine")
    assert refusal.value.code == "wrong_type"
    with pytest.raises(Invalid) as refusal:
        typed("amount contains 9")
    assert refusal.value.code == "bad_operator"


def test_today_and_me_are_known():
    assert typed("closes < @today+7")["value"] == dt.date(2026, 11, 27)
    assert typed("owner = @me")["value"] == 7
    assert typed("closes within this_quarter")["value"] == [dt.date(2026, 10, 1), dt.date(2027, 1, 1)]


# one semantics, three engines ------------------------------------------------------------------------
NAMES = st.one_of(st.none(), st.sampled_from(["", "Ánna  López", "anna lopez", "ß GmbH", "Zoë", "x_y%", "Straße 9", "9"]))
rows = st.lists(
    st.fixed_dictionaries(
        {
            "name": NAMES,
            "amount": st.one_of(st.none(), st.integers(-5, 20)),
            "closes": st.one_of(st.none(), st.dates(dt.date(2026, 10, 20), dt.date(2026, 12, 20))),
            "kind": st.one_of(st.none(), st.sampled_from(["", "a", "b"])),
            "owner": st.one_of(st.none(), st.integers(6, 8)),
            "open": st.booleans(),
        }
    ),
    min_size=1,
    max_size=8,
)


def leaf(field, op, value=None):
    return {"field": field, "op": op} | ({} if value is None else {"value": value})


leaves = st.one_of(
    st.builds(
        leaf,
        st.just("name"),
        st.sampled_from(["=", "!=", "contains", "starts"]),
        st.sampled_from(["anna lopez", "ANNA", "ß", "ss", "_", "%", "9"]),
    ),
    st.builds(leaf, st.just("amount"), st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), st.integers(-5, 20)),
    st.builds(leaf, st.just("closes"), st.sampled_from(["=", "!=", "<", ">="]), st.sampled_from(["2026-11-01", "@today", "@today-3"])),
    st.builds(leaf, st.just("closes"), st.just("within"), st.sampled_from(["this_month", "this_quarter"])),
    st.builds(leaf, st.just("kind"), st.just("in"), st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=2)),
    st.builds(leaf, st.just("owner"), st.sampled_from(["=", "!="]), st.sampled_from(["@me", 6])),
    st.builds(leaf, st.just("open"), st.just("="), st.booleans()),
    st.builds(leaf, st.sampled_from(list(TYPES)), st.sampled_from(["is empty", "is not empty"])),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda x: {"all": x}, st.lists(inner, max_size=3)),
        st.builds(lambda x: {"any": x}, st.lists(inner, max_size=3)),
        st.builds(lambda x: {"not": x}, inner),
    ),
    max_leaves=5,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(rows=rows, tree=trees)
def test_dict_and_table_agree(rows, tree):
    import ibis
    import pyarrow as pa

    schema = pa.schema(
        [
            ("at", pa.int64()),
            ("name", pa.string()),
            ("amount", pa.int64()),
            ("closes", pa.date32()),
            ("kind", pa.string()),
            ("owner", pa.int64()),
            ("open", pa.bool_()),
        ]
    )
    tree = conditions.typed(tree, TYPES, KNOWN)
    expected = [at for at, row in enumerate(rows) if conditions.matches(tree, row)]
    table = ibis.memtable(pa.Table.from_pylist([{"at": at, **row} for at, row in enumerate(rows)], schema))
    found = table.filter(conditions.to_ibis(tree, table)).order_by("at").select("at").execute()["at"].tolist()
    assert found == expected
