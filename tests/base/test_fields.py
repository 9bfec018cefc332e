"""Company-made fields: typed values, and lists that filter and sort by them on both databases."""

import datetime as dt

import pytest

from pacesetter.base import fields, history
from pacesetter.base.listings import LISTINGS, Query, View
from pacesetter.core.errors import Invalid, NotAllowed
from pacesetter.crm import deals

pytestmark = pytest.mark.django_db
KINDS = {"text": "Áreas", "number": 9.5, "money": "12.50", "date": "2026-12-01", "boolean": True, "choice": "gold", "user": None}


@pytest.fixture
def made(system, cast):
    for kind in KINDS:
        choices = (
            [{"key": "gold", "label": {"en": "Gold", "it": "Oro"}}, {"key": "tin", "label": {"en": "Tin"}}] if kind == "choice" else []
        )
        fields.create("deal", label={"en": f"My {kind}"}, type=kind, choices=choices, by=system)
    values = {f"custom.my_{kind}": value for kind, value in {**KINDS, "user": cast.ines.pk}.items()}
    full = deals.create(by=system, name="full", **values)
    deals.create(by=system, name="empty")
    return full


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("custom.my_text contains areas", ["full"]),
        ("custom.my_number > 9", ["full"]),
        ("custom.my_number > 10", []),
        ("custom.my_number = 9.5", ["full"]),
        ("custom.my_money = 12.50", ["full"]),
        ("custom.my_date within 2026-12", ["full"]),
        ("custom.my_date > @today", ["full"]),
        ("custom.my_boolean = true", ["full"]),
        ("custom.my_boolean = false", []),
        ("custom.my_choice = Gold", ["full"]),
        ("custom.my_choice != tin", ["full"]),
        ("custom.my_user = 'Ines Navarro'", ["full"]),
        ("custom.my_text is empty", ["empty"]),
        ("custom.my_number is empty", ["empty"]),
    ],
)
def test_lists_filter_by_them(made, system, where, names):
    view = View(LISTINGS["deal"], Query(where=where), system)
    assert [deal.name for deal in view.page().rows] == names and view.count() == len(names)


@pytest.mark.parametrize("kind", KINDS)
def test_lists_sort_by_them_with_empty_values_last(made, system, kind):
    for sign in ("", "-"):
        view = View(LISTINGS["deal"], Query(sort=f"{sign}custom.my_{kind}", size=1), system)
        first = view.page()
        assert [deal.name for deal in first.rows] == ["full"]
        rest = View(LISTINGS["deal"], Query(sort=f"{sign}custom.my_{kind}", size=1, cursor=first.next), system).page()
        assert [deal.name for deal in rest.rows] == ["empty"]


@pytest.mark.parametrize(
    ("kind", "value"), [("number", "many"), ("date", "2026-02-30"), ("choice", "silver"), ("boolean", "perhaps"), ("money", "1.005")]
)
def test_values_of_another_type_are_refused(made, system, kind, value):
    with pytest.raises(Invalid):
        deals.edit(made, by=system, **{f"custom.my_{kind}": value})


def test_editing_one_is_history_and_can_be_undone(made, system):
    deals.edit(made, by=system, **{"custom.my_number": 4})
    entry = history.of("deal", made.pk).first()
    assert entry.changes == {"custom.my_number": [9.5, 4]}
    history.undo(entry, by=system)
    made.refresh_from_db()
    assert fields.one("deal", "custom.my_number").read(made) == 9.5


def test_only_those_who_may_make_them(cast):
    with pytest.raises(NotAllowed):
        fields.create("deal", label={"en": "x"}, type="text", by=cast.actor("ines"))


def test_type_and_key_stay(system):
    row = fields.create("deal", label={"en": "Seats"}, type="number", by=system)
    with pytest.raises(Invalid):
        fields.edit(row, by=system, type="text")
    fields.edit(row, by=system, label={"en": "Licences", "es": "Licencias"}, archived_on=dt.date(2026, 11, 20))
    assert row.key == "seats" and "custom.seats" not in fields.of("deal")
