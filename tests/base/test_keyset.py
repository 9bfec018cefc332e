"""Every row stands on exactly one page, in order, whichever way it is found: among few or by walking."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pacesetter.base import counts
from pacesetter.base.listings import LISTINGS, Query, View
from pacesetter.crm import deals
from pacesetter.crm.models import Deal

COLUMNS = ["amount", "close_date", "name", "closed_on", "last_activity_at", "next_step", "stage", "owner"]
MOMENTS = [dt.datetime(2026, 11, day, 9, 30, 0, 123456, tzinfo=dt.UTC) for day in (2, 9)]


@pytest.fixture
def tied_deals(cast):
    """Deals that share names, amounts and days, and many that lack them."""
    from pacesetter.base.actor import Actor

    made = deals.create_many(
        [
            {
                "name": f"Deal {n % 3}",
                "amount": None if n % 4 == 0 else str(n % 5),
                "close_date": None if n % 3 == 0 else dt.date(2026, 12, 1 + n % 2),
                "next_step": "Call" if n % 2 else "",
                "owner": [cast.ines.pk, cast.hugo.pk, None][n % 3],
            }
            for n in range(23)
        ],
        by=Actor.system(),
    )
    for deal, moment in zip(made[::4], MOMENTS * 3, strict=True):
        Deal.objects.filter(pk=deal.pk).update(last_activity_at=moment)
    return made


def _read_through(actor, **asked):
    view = View(LISTINGS["deal"], Query(**asked), actor)
    found = []
    while True:
        page = view.page()
        found += [row.pk for row in page.rows]
        if not page.next:
            return found
        view = view.following(page.next)


def _value(deal, column):
    return {"name": deal.name_key, "stage": deal.stage_id, "owner": deal.owner_id}.get(column, getattr(deal, column))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(column=st.sampled_from(COLUMNS), descending=st.booleans(), size=st.integers(1, 9), walks=st.booleans())
def test_each_row_once_in_order_empty_ones_last(tied_deals, system, column, descending, size, walks):
    rows = list(Deal.objects.all())
    filled = sorted((deal for deal in rows if _value(deal, column) is not None), key=lambda deal: (_value(deal, column), deal.pk))
    empty = sorted((deal for deal in rows if _value(deal, column) is None), key=lambda deal: deal.pk)
    wanted = filled[::-1] + empty[::-1] if descending else filled + empty
    with pytest.MonkeyPatch.context() as patch:
        if walks:
            patch.setattr(counts, "CAP", 0)
        assert _read_through(system, sort=("-" if descending else "") + column, size=size) == [deal.pk for deal in wanted]


def test_walking_keeps_to_the_scope(tied_deals, cast, monkeypatch):
    monkeypatch.setattr(counts, "CAP", 0)
    for name in ("ines", "hugo", "chiara"):
        actor = cast.actor(name)
        seen = set(Deal.objects.visible_to(actor).values_list("pk", flat=True))
        assert set(_read_through(actor, sort="-amount", size=4)) == seen


def test_own_fields_sort_too(tied_deals, system, monkeypatch):
    from pacesetter.base import fields

    fields.create("deal", label={"en": "Plant"}, type="text", by=system)
    for deal, plant in zip(tied_deals[:4], ("Oslo", "Bergen", "Oslo", "Alta"), strict=True):
        deals.edit(deal, by=system, **{"custom.plant": plant})
    few = _read_through(system, sort="custom.plant", size=3)
    assert few[:4] == [tied_deals[n].pk for n in (3, 1, 0, 2)] and len(set(few)) == len(tied_deals)
    monkeypatch.setattr(counts, "CAP", 0)
    assert _read_through(system, sort="custom.plant", size=3) == few
