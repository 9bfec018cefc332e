"""Beyond the cap the extract counts and adds up, inside the scope, and says when; what it cannot say is "more than"."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pacesetter.base import clock, counts, rates, warehouse
from pacesetter.base.listings import LISTINGS, Query, View
from pacesetter.base.models import RateSet
from pacesetter.crm import deals, totals

WHERE = st.sampled_from(
    [
        "",
        "status = open",
        "status in (won, lost)",
        "amount >= 3",
        "amount != 3",
        "amount is empty",
        "not (amount >= 3)",
        "owner = @me",
        "owner is empty",
        "owner != @me",
        "close_date < @today",
        "close_date is empty or close_date within this_quarter",
        "closed_on within this_quarter",
        "type = renewal and status = open",
        "source is empty",
        "currency = EUR",
        "stage in (1, 2, 3)",
    ]
)


@pytest.fixture
def extracted(cast, system):
    """Deals of several owners, states and currencies, and their extract."""
    rates.put(RateSet.objects.get(key="plan"), currency="EUR", on=dt.date(2020, 1, 1), rate=Decimal("1.1"), by=system)
    made = deals.create_many(
        [
            {
                "name": f"Deal {n}",
                "amount": None if n % 5 == 0 else str(n % 7),
                "currency": ["USD", "EUR", "SEK"][n % 3],
                "close_date": None if n % 4 == 0 else dt.date(2026, 10 + n % 3, 5),
                "type": ["new", "renewal"][n % 2],
                "owner": [cast.ines.pk, cast.hugo.pk, cast.chiara.pk, None][n % 4],
            }
            for n in range(40)
        ],
        by=system,
        facts=True,  # there is no rate for crowns
    )
    for deal in made[::6]:
        deals.close_won(deal, by=system)
    deals.archive_many(made[3:5], by=system)
    warehouse.refresh()
    return made


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=WHERE, who=st.sampled_from(["ines", "hugo", "chiara", "system"]), archived=st.booleans())
def test_the_extract_counts_and_adds_up_like_the_database(extracted, cast, system, where, who, archived):
    actor = system if who == "system" else cast.actor(who)
    query = Query(where=where, archived=archived)
    exact = totals.of_view(View(LISTINGS["deal"], query, actor), clock.today())
    assert exact.as_of is None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counts, "CAP", -1)
        told = totals.of_view(View(LISTINGS["deal"], query, actor), clock.today())
        assert counts.of(View(LISTINGS["deal"], query, actor)) == counts.Count(exact.count, as_of=warehouse.current().instant)
    assert told.as_of == warehouse.current().instant
    told.as_of = None
    assert told == exact


def test_what_the_extract_cannot_say_is_more_than(extracted, system, monkeypatch):
    monkeypatch.setattr(counts, "CAP", 5)
    monkeypatch.setattr(counts, "SEARCHED", 4)
    ids = tuple(deal.pk for deal in extracted)
    for query in (Query(search="deal"), Query(where="name contains deal"), Query(where="next_step is empty"), Query(ids=ids)):
        view = View(LISTINGS["deal"], query, system)
        assert counts.of(view) == counts.Count(4 if query.search else 5, more=True)
        assert totals.of_view(view, clock.today()).more


def test_without_an_extract_nobody_counts_so_many(extracted, system, monkeypatch):
    monkeypatch.setattr(counts, "CAP", 3)
    monkeypatch.setattr(warehouse, "current", lambda: None)
    assert counts.of(View(LISTINGS["deal"], Query(), system)) == counts.Count(3, more=True)
