"""Foreign keys of PostgreSQL go with the indexes of a flood and come back, and a row that breaks one is named."""

import pytest
from django.db import IntegrityError, connection

from pacesetter.base import foreign_keys, indexes
from pacesetter.base.keeping import looks
from pacesetter.crm.models import LineItem

pytestmark = [pytest.mark.django_db, pytest.mark.skipif(connection.vendor != "postgresql", reason="on SQLite they stay")]


def of_lines():
    return {column for table, column, *_ in foreign_keys._there() if table == "crm_lineitem"}


def test_they_are_off_inside_and_back_after():
    before = set(foreign_keys._there())
    with indexes.off([LineItem]):
        assert not of_lines()
        assert [(one.code, one.count) for one in looks.database()] == [("references_unwatched", 2)]
    assert {key[:2] for key in before} == {key[:2] for key in foreign_keys._there()}
    assert of_lines() == {"deal_id", "product_id"}
    assert not foreign_keys._invalid()


def test_a_row_that_points_at_none_fails_the_load_and_is_named_by_the_doctor():
    with pytest.raises(IntegrityError, match="crm_lineitem_deal_id"), indexes.off([LineItem]):
        LineItem.objects.bulk_create([LineItem(pk=7, deal_id=-1, product_id=-1, quantity=1, amount=1, unit_price=1, position=0)])
    found = {(one.code, one.params["table"], one.examples) for one in looks.database()}
    assert found == {("references_broken", "crm_lineitem", ("7",))}
    LineItem.objects.all().delete()
    foreign_keys.ensure()
    assert not list(looks.database())
