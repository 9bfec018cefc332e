"""Deals in the web: what one sees, edits in place, moves, closes and undoes."""

import datetime as dt
import re

import pytest

from pacesetter.base import history
from pacesetter.crm import choices, deals
from pacesetter.crm.models import Deal
from pacesetter.web import formats
from tests.web.conftest import HTMX, TODAY


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("ines", {"Platform rollout"}),
        ("daniel", {"Platform rollout"}),
        ("hugo", {"Fleet upgrade"}),
        ("chiara", {"Platform rollout", "Fleet upgrade"}),
        ("nobody", set()),
    ],
)
def test_the_list_shows_what_is_in_scope(company, signed_in, who, seen):
    page = signed_in(who).get("/deals").content.decode()
    assert {name for name in ("Platform rollout", "Fleet upgrade") if name in page} == seen


@pytest.mark.parametrize(("who", "status"), [("ines", 200), ("daniel", 200), ("chiara", 200), ("yuki", 200), ("hugo", 404), ("mei", 404)])
def test_the_record_of_another_team_is_not_there(company, signed_in, who, status):
    assert signed_in(who).get(f"/deals/{company['ours'].pk}").status_code == status


def test_the_sum_bar_counts_and_adds(company, signed_in):
    page = signed_in("chiara").get("/deals").content.decode()
    assert "<b>2</b> deals" in page
    assert "$66,000" in page


def test_the_close_date_of_a_won_deal_is_the_one_that_the_column_sorts_by(company, signed_in, system):
    deals.close_won(company["ours"], by=system)
    planned, closed = formats.day(company["ours"].close_date), formats.day(TODAY)
    page = signed_in("chiara").get("/deals?view=all&columns=name,close_date").content.decode()
    assert planned in page and closed not in page


def test_htmx_gets_the_named_part(company, signed_in):
    answer = signed_in("chiara").get("/deals?q=acme", HTTP_HX_TARGET="list", **HTMX).content.decode()
    assert answer.startswith("<x-table")
    assert "Acme Foods" in answer
    assert "Bolt Motors" not in answer


def test_filters_combine_with_the_view(company, signed_in, stages):
    page = signed_in("chiara").get(f"/deals?view=open&stage={stages[1].pk}").content.decode()
    assert "Fleet upgrade" in page
    assert "Platform rollout" not in page


def test_a_condition_that_cannot_be_read_says_where(company, signed_in):
    answer = signed_in("chiara").get("/deals?where=amount+>>+3")
    assert answer.status_code == 422
    assert "cannot be read" in answer.content.decode()


def test_a_field_is_edited_in_place_and_undone(company, signed_in):
    client, deal = signed_in("ines"), company["ours"]
    address = f"/deals/{deal.pk}/fields/amount"
    assert b'name="amount"' in client.get(address, **HTMX).content
    answer = client.post(address, {"amount": "12,345.50", "version": deal.version}, **HTMX)
    assert b"$12,345.50" in answer.content
    deal.refresh_from_db()
    assert deal.amount == 1234550
    entry = history.of("deal", deal.pk).first()
    assert f"/deals/{deal.pk}/history/{entry.pk}/undo".encode() in answer.content
    client.post(f"/deals/{deal.pk}/history/{entry.pk}/undo")
    deal.refresh_from_db()
    assert deal.amount == 4600000


def test_a_wrong_value_keeps_the_input_and_changes_nothing(company, signed_in):
    answer = signed_in("ines").post(f"/deals/{company['ours'].pk}/fields/amount", {"amount": "a lot"}, **HTMX)
    assert answer.status_code == 422
    assert b'value="a lot"' in answer.content
    assert Deal.objects.get(pk=company["ours"].pk).amount == 4600000


def test_the_second_editor_sees_both_values(company, signed_in):
    deal, client = company["ours"], signed_in("ines")
    client.post(f"/deals/{deal.pk}/fields/next_step", {"next_step": "Call Dana", "version": deal.version}, **HTMX)
    answer = signed_in("daniel").post(f"/deals/{deal.pk}/fields/next_step", {"next_step": "Write Dana", "version": deal.version}, **HTMX)
    assert answer.status_code == 409
    assert b"Call Dana" in answer.content
    assert b"Write Dana" in answer.content


def test_moving_on_the_board_answers_with_the_board(company, signed_in, stages):
    deal = company["ours"]
    headers = {"HTTP_HX_TARGET": "board", "HTTP_HX_CURRENT_URL": "http://testserver/deals/board", **HTMX}
    answer = signed_in("ines").post(f"/deals/{deal.pk}/stage", {"stage": stages[2].pk}, **headers)
    assert answer.content.decode().startswith("<x-board")
    deal.refresh_from_db()
    assert deal.stage_id == stages[2].pk


def test_losing_asks_for_a_reason(company, signed_in):
    client, address = signed_in("ines"), f"/deals/{company['ours'].pk}/closure"
    assert client.post(address, {"result": "lost", "on": TODAY.isoformat()}, **HTMX).status_code == 422
    reason = choices.lost_reasons()[0]
    answer = client.post(address, {"result": "lost", "on": TODAY.isoformat(), "reason": reason.pk}, **HTMX)
    assert answer["HX-Refresh"] == "true"
    deal = Deal.objects.get(pk=company["ours"].pk)
    assert (deal.status, deal.lost_reason_id) == ("lost", reason.pk)


def test_winning_and_reopening(company, signed_in):
    client, pk = signed_in("ines"), company["ours"].pk
    client.post(f"/deals/{pk}/closure", {"result": "won"})
    assert Deal.objects.get(pk=pk).status == "won"
    client.post(f"/deals/{pk}/reopening")
    assert Deal.objects.get(pk=pk).status == "open"


def test_many_are_reassigned_after_a_preview_and_put_back(company, cast, signed_in):
    client = signed_in("chiara")
    ids = [company["ours"].pk, company["theirs"].pk]
    preview = client.get("/deals/changes", {"id": ids, "field": "owner", "owner": cast.daniel.pk}, **HTMX).content.decode()
    assert "Reassign 2 records" in preview
    assert "$66,000" in preview
    client.post("/deals/changes", {"id": ids, "field": "owner", "owner": cast.daniel.pk})
    assert set(Deal.objects.values_list("owner", flat=True)) == {cast.daniel.pk}
    batch = history.of("deal", ids[0]).first().batch
    client.post(f"/changes/{batch}/undo")
    assert set(Deal.objects.values_list("owner", flat=True)) == {cast.ines.pk, cast.hugo.pk}


def test_a_seller_may_not_change_many(company, signed_in):
    answer = signed_in("ines").get("/deals/changes", {"id": [company["ours"].pk], "field": "owner"})
    assert answer.status_code == 403


def test_a_forged_id_is_left_out_of_a_bulk_change(company, cast, signed_in):
    client = signed_in("daniel")
    client.post("/deals/changes", {"id": [company["ours"].pk, company["theirs"].pk], "field": "owner", "owner": cast.daniel.pk})
    assert Deal.objects.get(pk=company["theirs"].pk).owner_id == cast.hugo.pk


def test_a_deal_is_created_with_an_account_named_in_words(company, signed_in):
    sent = {"name": "New logo", "account": "", "account_text": "acme foods", "amount": "1,000", "currency": "USD"}
    answer = signed_in("ines").post("/deals/new", sent)
    made = Deal.objects.get(name="New logo")
    assert answer["Location"] == f"/deals/{made.pk}"
    assert (made.account_id, made.amount) == (company["acme"].pk, 100000)


def test_a_refused_form_keeps_what_was_typed(company, signed_in):
    answer = signed_in("ines").post("/deals/new", {"name": "", "next_step": "Ring the bell"})
    assert answer.status_code == 422
    assert b"Ring the bell" in answer.content


def test_the_whole_form_changes_only_what_differs(company, signed_in):
    deal = company["ours"]
    sent = {
        "name": "Platform rollout, phase 1",
        "account": company["acme"].pk,
        "amount": "46000",
        "currency": "USD",
        "close_date": deal.close_date.isoformat(),
        "type": "new",
        "version": deal.version,
    }
    assert signed_in("ines").post(f"/deals/{deal.pk}/form", sent).status_code == 302
    assert history.of("deal", deal.pk).first().changes.keys() == {"name"}


def test_the_timeline_tells_activities_and_changes(company, signed_in):
    client, pk = signed_in("ines"), company["ours"].pk
    client.post("/activities", {"about": "deal", "record": pk, "kind": "call", "subject": "Budget call"})
    client.post(f"/deals/{pk}/fields/next_step", {"next_step": "Send the order form"})
    page = client.get(f"/deals/{pk}").content.decode()
    assert "Budget call" in page
    assert "Next step set to Send the order form" in page
    assert "Created" in client.get(f"/deals/{pk}?tab=changes").content.decode()


@pytest.mark.parametrize("tab", ["timeline", "tasks", "people", "lines", "changes"])
def test_every_tab_opens(company, signed_in, tab):
    assert signed_in("ines").get(f"/deals/{company['ours'].pk}?tab={tab}").status_code == 200


@pytest.mark.parametrize("path", ["/deals", "/deals/board"])
def test_queries_are_few_and_constant_in_rows(company, cast, system, signed_in, django_assert_max_num_queries, path):
    from pacesetter.crm import deals

    deals.create_many(
        [{"name": f"Deal {n}", "account": company["acme"].pk, "owner": cast.ines.pk, "amount": "10"} for n in range(40)], by=system
    )
    client = signed_in("chiara")
    with django_assert_max_num_queries(15):
        client.get(path)


def test_closed_deals_go_by_the_day_on_which_they_closed(company, cast, system, signed_in):
    rows = [{"name": f"Deal {n}", "owner": cast.ines.pk, "created_on": dt.date(2026, 10, 1)} for n in range(3)]
    made = deals.create_many(rows, by=system, facts=True)
    for deal, days in zip(made, (5, 1, 9), strict=True):
        deals.close_won(deal, on=TODAY - dt.timedelta(days=days), by=system)
    client = signed_in("chiara")
    for query in ("view=closed", "view=won", "view=all&where=status = won", "view=closed&layout=timeline"):
        page = client.get(f"/deals?{query}").content.decode()
        assert re.findall(r'<tr data-href="/deals/(\d+)"', page) == [str(made[n].pk) for n in (1, 0, 2)]
        assert 'aria-sort="descending"' in page
    assert "No deals yet" not in client.get("/deals?view=lost").content.decode()
    ascending = client.get("/deals?view=closed&sort=closed_on").content.decode()
    assert re.findall(r'<tr data-href="/deals/(\d+)"', ascending) == [str(made[n].pk) for n in (2, 0, 1)]


def test_who_cannot_change_many_sees_no_boxes_and_no_hint_of_them(company, signed_in):
    for who, may in (("ines", False), ("chiara", True)):
        page = signed_in(who).get("/deals").content.decode()
        hints = page.split('class="keys"')[1].split("</div>")[0]
        assert ('name="id"' in page, "<kbd>X</kbd>" in hints) == (may, may)
