"""The command palette and the suggestions of fields."""

from tests.web.conftest import HTMX


def test_it_finds_records_places_and_actions(company, signed_in):
    page = signed_in("ines").get("/palette?q=acme", **HTMX).content.decode()
    assert "Platform rollout" in page
    assert f'data-href="/accounts/{company["acme"].pk}"' in page
    assert 'data-href="/deals/new"' in signed_in("ines").get("/palette?q=new+de", **HTMX).content.decode()
    assert 'data-href="/deals"' in signed_in("ines").get("/palette?q=dea", **HTMX).content.decode()


def test_open_deals_come_first(company, cast, signed_in, system):
    from pacesetter.crm import choices, deals

    deals.close_lost(company["ours"], reason=choices.lost_reasons()[0], by=system)
    second = deals.create(by=system, name="Platform zeal", account=company["acme"].pk, owner=company["ours"].owner_id)
    assert [deal.pk for deal in choices.search("deal", "platform", system)][:2] == [second.pk, company["ours"].pk]


def test_it_finds_nothing_outside_the_scope(company, signed_in):
    assert "Fleet upgrade" not in signed_in("ines").get("/palette?q=fleet", **HTMX).content.decode()


def test_options_answer_names(company, signed_in):
    assert b"Dana Whitfield" in signed_in("ines").get("/options/contact?q=da", **HTMX).content


def test_an_unknown_noun_is_not_found(company, signed_in):
    assert signed_in("ines").get("/options/planet?q=x").status_code == 404
