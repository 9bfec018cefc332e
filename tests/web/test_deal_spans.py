"""The timeline of deals: the same rows as the table, each with a bar, late days and close dates left behind."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pacesetter.crm import choices, deals, slips
from pacesetter.web.deal_spans import Axis
from tests.web.conftest import HTMX, TODAY

D = dt.date


def test_an_axis_has_whole_months_and_places_days_on_them():
    axis = Axis(D(2026, 1, 1), D(2027, 1, 1), TODAY)
    assert axis.at(D(2026, 1, 1)) == 0
    assert axis.at(D(2025, 1, 1)) == 0
    assert axis.at(D(2026, 7, 2)) == pytest.approx(49.9, abs=0.1)
    assert axis.at(D(2030, 1, 1)) == 100
    assert len(axis.months) == 12
    assert [day.month for day in Axis(D(2025, 1, 1), D(2027, 1, 1), TODAY).months] == [1, 4, 7, 10] * 2


def test_an_axis_spans_what_is_shown_and_no_more_than_two_years(company, cast, system):
    deals.edit(company["ours"], close_date=D(2030, 1, 1), by=system)
    axis = Axis.of(deals.Deal.objects.all(), TODAY)
    assert axis.until == D(2027, 12, 1)
    assert axis.since == D(2026, 11, 1)
    assert Axis.of(deals.Deal.objects.none(), TODAY) == Axis(D(2026, 9, 1), D(2026, 12, 1), TODAY)


def test_close_dates_that_slipped_are_left_behind(company, system):
    deal = company["ours"]
    first = deal.close_date
    for day in (first + dt.timedelta(days=20), first + dt.timedelta(days=5), first + dt.timedelta(days=50)):
        deal = deals.edit(deal, close_date=day, by=system)
    assert slips.left_behind([deal.pk]) == {deal.pk: [first, first + dt.timedelta(days=5)]}


def test_the_timeline_shows_the_rows_of_the_table(company, signed_in):
    client = signed_in("chiara")
    for query in ("view=all", "view=mine", "view=all&q=fleet", "view=open&where=amount > 30000"):
        table, line = (client.get(f"/deals?{query}{layout}").content.decode() for layout in ("", "&layout=timeline"))
        assert rows_of(line) == rows_of(table)
    assert len(rows_of(client.get("/deals?view=all&layout=timeline").content.decode())) == 2
    assert len(rows_of(signed_in("ines").get("/deals?view=all&layout=timeline").content.decode())) == 1


def rows_of(page: str) -> list[str]:
    return re.findall(r'<tr data-href="([^"]+)"', page)


def test_every_way_on_keeps_the_layout(company, signed_in):
    page = signed_in("chiara").get("/deals?view=all&layout=timeline").content.decode()
    assert 'href="/deals?view=open&amp;layout=timeline"' in page
    assert '<input type="hidden" name="layout" value="timeline">' in page
    assert 'href="/deals?view=all"' in page
    assert 'href="/deals/board?view=all"' in page
    assert 'href="/deals?layout=timeline">Clear filters' in signed_in("chiara").get("/deals?q=zzz&layout=timeline").content.decode()
    part = signed_in("chiara").get("/deals?view=all&layout=timeline", **HTMX, HTTP_HX_TARGET="list").content.decode()
    assert 'class="tl"' in part
    assert "<html" not in part


def test_a_late_deal_says_so_in_words_and_colour(company, signed_in, system):
    deals.edit(company["ours"], close_date=TODAY - dt.timedelta(days=3), by=system)
    page = signed_in("chiara").get("/deals?view=all&layout=timeline").content.decode()
    assert "3 days late" in page
    assert 'class="late"' in page


def test_deals_without_dates_and_closed_ones_have_a_bar_too(company, signed_in, system):
    deals.edit(company["ours"], close_date=None, by=system)
    deals.close_lost(company["theirs"], reason=choices.lost_reasons()[0], on=TODAY, by=system)
    page = signed_in("chiara").get("/deals?view=all&layout=timeline").content.decode()
    assert "no close date" in page
    assert 'class="loose"' in page
    assert 'class="dneg"' in page


def test_the_timeline_asks_little_however_many_rows(company, cast, system, signed_in):
    client = signed_in("chiara")
    counts = []
    for n in (1, 60):
        rows = [{"name": f"Deal {n} {i}", "account": company["acme"].pk, "owner": cast.ines.pk, "amount": "10"} for i in range(n)]
        deals.create_many(rows, by=system)
        client.get("/deals?layout=timeline")
        with CaptureQueriesContext(connection) as asked:
            client.get("/deals?layout=timeline")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 15
