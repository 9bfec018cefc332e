"""Every column that a list shows at first has an index to walk in its order: nothing is sorted, however many rows there are."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pacesetter.base import counts, fields
from pacesetter.base.listings import LISTINGS, Query, View
from pacesetter.web.deals import CLOSED
from pacesetter.web.nouns import NOUNS

SHOWN = [
    (noun, key)
    for noun, kind in ((one, NOUNS[one]) for one in ("deal", "account", "contact", "lead"))
    for key in {*kind.columns, *(CLOSED if noun == "deal" else ())}
    if key in fields.NOUNS[noun]
]


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL weighs a walk against a sort by the sizes of tables")
@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize(("noun", "key"), sorted(SHOWN))
def test_it_is_walked(company, cast, noun, key, sign, monkeypatch):
    monkeypatch.setattr(counts, "CAP", 0)
    where = "" if noun != "deal" else "status = won" if key in CLOSED else "status = open"
    view = View(LISTINGS[noun], Query(where=where, sort=sign + key), cast.actor("chiara"))
    view.few = None
    with CaptureQueriesContext(
        connection,
    ) as asked:
        view.page()
    for query in asked.captured_queries:
        if "ORDER BY 2" in query["sql"]:
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN QUERY PLAN " + query["sql"])
                plan = [row[-1] for row in cursor.fetchall()]
            assert any("USING" in line and "INDEX" in line for line in plan), plan
            assert key == "owner" or not any("TEMP B-TREE FOR ORDER BY" in line for line in plan), plan
