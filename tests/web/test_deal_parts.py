"""Line items and credits are edited on the deal's page."""

import pytest

from pacesetter.crm import products
from pacesetter.crm.models import Deal


@pytest.fixture
def product(company, system):
    return products.create(name="Platform", price="1200", currency="USD", by=system)


def test_lines_are_stated_and_make_the_amount(signed_in, company, product):
    client, pk = signed_in("ines"), company["ours"].pk
    assert "Save line items" in client.get(f"/deals/{pk}?tab=lines").content.decode()
    sent = {"product": [product.pk, product.pk, ""], "quantity": ["2", "1", "1"], "price": ["", "1,000.50", ""]}
    assert client.post(f"/deals/{pk}/lines", sent).url == f"/deals/{pk}?tab=lines"
    deal = Deal.objects.get(pk=pk)
    assert [(line.quantity, line.unit_price) for line in deal.lines.all()] == [(2, 120_000), (1, 100_050)]
    assert deal.amount == 340_050


def test_credits_are_stated_in_per_cent(signed_in, company, cast):
    client, pk = signed_in("daniel"), company["ours"].pk
    sent = {"user": [cast.ines.pk, cast.daniel.pk, ""], "kind": ["owner", "owner", "owner"], "share": ["62.5", "37.5", ""]}
    assert client.post(f"/deals/{pk}/credits", sent).url == f"/deals/{pk}"
    assert sorted(row.share for row in company["ours"].credits.all()) == [3750, 6250]
    assert "62" in client.get(f"/deals/{pk}").content.decode()


@pytest.mark.parametrize(("share", "status"), [("50", 422), ("much", 422), ("", 422)])
def test_shares_that_do_not_add_up_are_refused(signed_in, company, cast, share, status):
    sent = {"user": [cast.ines.pk], "kind": ["owner"], "share": [share]}
    assert signed_in("ines").post(f"/deals/{company['ours'].pk}/credits", sent).status_code == status


@pytest.mark.parametrize(
    "sent", [{"product": ["x"], "quantity": ["1"], "price": [""]}, {"product": ["1"], "quantity": ["-2"], "price": [""]}]
)
def test_lines_that_make_no_sense_are_refused(signed_in, company, sent):
    assert signed_in("ines").post(f"/deals/{company['ours'].pk}/lines", sent).status_code == 422


def test_another_teams_deal_stays_as_it_is(signed_in, company):
    assert signed_in("ines").post(f"/deals/{company['theirs'].pk}/lines", {}).status_code == 404
