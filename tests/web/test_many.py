"""Pages of very many records: counts with their moment, sums from the extract, a board whose columns are walked."""

import pytest

from pacesetter.base import counts, warehouse
from pacesetter.crm import deals


@pytest.fixture
def many(company, cast, system, monkeypatch):
    """More deals than are counted in the database."""
    deals.create_many(
        [{"name": f"Deal {n}", "account": company["acme"].pk, "owner": cast.ines.pk, "amount": "10"} for n in range(12)], by=system
    )
    warehouse.refresh()
    monkeypatch.setattr(counts, "CAP", 5)
    monkeypatch.setattr(counts, "SEARCHED", 5)


def test_a_list_says_when_so_many_were_counted(many, signed_in):
    page = signed_in("chiara").get("/deals?view=open").content.decode()
    assert "as of " in page and 'id="tab-count">14<' in page


def test_a_search_says_more_than(many, signed_in):
    page = signed_in("chiara").get("/deals?view=open&q=deal").content.decode()
    assert 'id="tab-count">5+<' in page and "as of " not in page


def test_the_board_walks_its_columns(many, company, signed_in):
    page = signed_in("chiara").get("/deals/board").content.decode()
    assert page.count('class="kard"') == 14 and "as of " in page
    assert "Fleet upgrade" not in signed_in("ines").get("/deals/board").content.decode()


def test_the_board_without_an_extract_says_more_than(many, signed_in, monkeypatch):
    monkeypatch.setattr(warehouse, "current", lambda: None)
    page = signed_in("chiara").get("/deals/board").content.decode()
    assert page.count('class="kard"') == 14 and "+<span" in page


def test_the_api_says_it_too(many, cast, client):
    from pacesetter.base import tokens

    _, secret = tokens.create(cast.chiara, name="Lists", by=cast.actor("chiara"))
    answer = client.get("/api/v1/deals", headers={"Authorization": f"Bearer {secret}"}).json()
    assert answer["count"] > 5 and answer["counted_at"] and not answer["more"]
