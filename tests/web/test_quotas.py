"""The table of quotas: read inside one's scope, typed in place, totals that add up."""

import datetime as dt
import re

import pytest

from pacesetter.base import rates
from pacesetter.base.models import RateSet
from pacesetter.crm import products
from pacesetter.planning import quotas
from pacesetter.planning.models import Quota
from tests.web.test_settings_company import undo_of

D = dt.date
Q4 = (D(2026, 10, 1), D(2027, 1, 1))


@pytest.fixture
def asked(company, cast, system):
    """Quotas of two sellers in the last quarter of the year."""
    for user, amount in ((cast.ines, 200_000_00), (cast.hugo, 150_000_00)):
        quotas.put(user, since=Q4[0], until=Q4[1], amount=amount, by=system)


def sent(user, quarter: str, value: str) -> dict[str, str]:
    return {"form": "quotas", f"q-{user.pk}-{quarter}": value}


def totals(page: bytes) -> list[str]:
    return re.findall(r">([^<]+)</td>", page.decode().split("<tfoot>")[1])


def test_the_totals_add_up(asked, signed_in):
    assert totals(signed_in("chiara").get("/quotas").content) == ["$0", "$0", "$0", "$350,000", "$350,000"]


def test_each_sees_their_own_reach(asked, signed_in):
    for who, sees, not_seen in (
        ("ines", "Ines Navarro", "Hugo Marchetti"),
        ("daniel", "Ines Navarro", "Hugo Marchetti"),
        ("mei", "Hugo Marchetti", "Ana Torres"),
    ):
        table = signed_in(who).get("/quotas").content.decode().split("<tbody>")[1].split("</tbody>")[0]
        assert sees in table
        assert not_seen not in table
        assert "<input" not in table


def test_a_typed_quota_is_set_and_undone(asked, cast, signed_in):
    client = signed_in("chiara")
    page = client.post("/quotas?year=2026", sent(cast.ines, "2026-Q4", "210,000"), follow=True).content
    assert Quota.objects.get(user=cast.ines).amount == 210_000_00
    client.post(undo_of(page))
    assert Quota.objects.get(user=cast.ines).amount == 200_000_00
    page = client.post("/quotas?year=2026", sent(cast.ana, "2026-Q1", "1000"), follow=True).content
    client.post(undo_of(page))
    assert not Quota.objects.filter(user=cast.ana).exists()


def test_an_emptied_cell_takes_the_quota_away_and_undo_brings_it_back(asked, cast, signed_in):
    client = signed_in("chiara")
    page = client.post("/quotas?year=2026", sent(cast.ines, "2026-Q4", ""), follow=True).content
    assert not Quota.objects.filter(user=cast.ines).exists()
    client.post(undo_of(page))
    assert Quota.objects.get(user=cast.ines).amount == 200_000_00


def test_a_cell_that_cannot_be_read_refuses_them_all(asked, cast, signed_in):
    both = sent(cast.ines, "2026-Q4", "1") | sent(cast.hugo, "2026-Q4", "much")
    answer = signed_in("chiara").post("/quotas?year=2026", both)
    assert answer.status_code == 422
    assert f'id="q-{cast.hugo.pk}-2026-Q4-error"'.encode() in answer.content
    assert b'value="much"' in answer.content
    assert Quota.objects.get(user=cast.ines).amount == 200_000_00


def test_a_negative_amount_is_refused_at_its_cell(asked, cast, signed_in):
    answer = signed_in("chiara").post("/quotas?year=2026", sent(cast.ines, "2026-Q4", "-5"))
    assert answer.status_code == 422
    assert f'id="q-{cast.ines.pk}-2026-Q4-error"'.encode() in answer.content


def test_only_those_who_set_quotas_may(asked, cast, signed_in):
    assert signed_in("daniel").post("/quotas", sent(cast.ines, "2026-Q4", "1")).status_code == 403


def test_quotas_of_other_days_and_currencies_count_in_the_total(asked, cast, system, signed_in):
    plan = RateSet.objects.get(key="plan")
    rates.put(plan, currency="EUR", on=D(2026, 1, 1), rate=rates.Decimal("1.1"), by=system)
    quotas.put(cast.ana, since=D(2026, 1, 1), until=D(2026, 2, 1), amount=1000_00, currency="EUR", by=system)
    page = signed_in("chiara").get("/quotas?year=2026").content
    assert totals(page) == ["$1,100", "$0", "$0", "$350,000", "$351,100"]
    assert f"q-{cast.ana.pk}-2026-Q1".encode() not in page


def test_a_year_without_quotas_says_why(company, signed_in):
    assert b"No quota in this year" in signed_in("ines").get("/quotas?year=2020").content
    assert signed_in("ines").get("/quotas?year=this_month").status_code == 422


def test_a_quota_for_one_product_stands_beside_the_others(asked, cast, system, signed_in):
    product, client = products.create(name="Sensor", by=system), signed_in("chiara")
    here = f"/quotas?year=2026&product={product.pk}"
    page = client.post(here, sent(cast.ines, "2026-Q4", "30,000"), follow=True).content
    single = Quota.objects.get(product_id=product.pk)
    assert (single.user, single.amount) == (cast.ines, 30_000_00)
    assert totals(client.get(here).content) == ["$0", "$0", "$0", "$30,000", "$30,000"]
    assert totals(client.get("/quotas?year=2026").content) == ["$0", "$0", "$0", "$350,000", "$350,000", "$30,000"]
    assert b"Sensor alone" in signed_in("ines").get(here).content
    client.post(undo_of(page))
    assert not Quota.objects.filter(product_id=product.pk).exists()
    assert Quota.objects.get(user=cast.ines).amount == 200_000_00


def test_a_product_that_is_not_there_is_not_found(asked, signed_in):
    assert signed_in("chiara").get("/quotas?product=999999").status_code == 404
    assert signed_in("chiara").get("/quotas?product=x").status_code == 404
