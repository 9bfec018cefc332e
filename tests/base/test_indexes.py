"""Secondary indexes go and come back, also after a kill."""

import pytest

from pacesetter.base import indexes
from pacesetter.crm.models import Deal, DealChange

pytestmark = pytest.mark.django_db


def test_they_are_off_inside_and_back_after():
    before = indexes._names()
    with indexes.off([Deal, DealChange]):
        gone = before - indexes._names()
    assert len(gone) > 10
    assert not any("name_key" in name for name in gone)
    assert indexes._names() == before


def test_they_are_back_after_a_fault():
    before = indexes._names()
    with pytest.raises(KeyboardInterrupt), indexes.off([Deal]):
        raise KeyboardInterrupt
    assert indexes._names() == before


def test_the_next_start_builds_those_that_a_kill_left_missing():
    from pacesetter.base import ensure

    before = indexes._names()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexes, "ensure", lambda: None)  # nothing comes after a kill
        with indexes.off([Deal]):
            pass
    assert indexes._names() < before
    ensure.ensure()
    assert indexes._names() == before


def test_the_planner_is_told_of_sizes(system):
    from django.db import connection

    from pacesetter.crm import deals

    deals.create_many([{"name": f"Deal {n}", "owner": None} for n in range(30)], by=system)
    indexes.analyze([Deal])
    indexes._next = 0.0
    indexes.analyze_now_and_then()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT stat FROM sqlite_stat1 WHERE idx = 'deals_by_amount'")
            assert cursor.fetchone()[0].startswith("30 ")
