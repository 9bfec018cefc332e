"""Forecast calls: submitting, who has not, and one's own number."""

import datetime as dt

import pytest

from pacesetter.base import clock, warehouse
from pacesetter.planning import calls, quotas
from pacesetter.planning.models import ForecastCall
from tests.conftest import NOW

D = dt.date
Q4 = (D(2026, 10, 1), D(2027, 1, 1))


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.PACESETTER_DATA = tmp_path


@pytest.fixture
def plan(company, cast, system):
    """Ines and Hugo have a quota; Ines called last week, Hugo this week, the company too."""
    from pacesetter.core.periods import parse

    for user in (cast.ines, cast.hugo):
        quotas.put(user, since=Q4[0], until=Q4[1], amount=200_000_00, by=system)
    quarter = parse("2026-Q4", NOW.date())
    with clock.set_to(NOW - dt.timedelta(days=7)):
        calls.submit(period=quarter, amount=100_000_00, user=cast.ines, by=system)
        calls.submit(period=quarter, amount=140_000_00, user=cast.hugo, by=system)
    calls.submit(period=quarter, amount=150_000_00, user=cast.hugo, note="Bolt signs", by=system)
    calls.submit(period=quarter, amount=260_000_00, company=True, by=system)
    warehouse.refresh()


def table(page: bytes) -> str:
    return page.decode().split("<tbody>")[1].split("</tbody>")[0]


def test_who_has_not_submitted_comes_first(plan, signed_in):
    page = signed_in("chiara").get("/forecast").content
    assert "1 of 2 people have submitted this week." in page.decode()
    assert table(page).index("Ines Navarro") < table(page).index("Hugo Marchetti")
    assert "+$10,000" in table(page)
    assert "Bolt signs" in table(page)


def test_the_companys_call_is_not_for_sellers(plan, signed_in):
    assert "$260K" in signed_in("chiara").get("/forecast").content.decode()
    assert "$260K" not in signed_in("ines").get("/forecast").content.decode()


def test_a_manager_sees_their_people_only(plan, signed_in):
    page = signed_in("daniel").get("/forecast").content.decode()
    assert "Ines Navarro" in page
    assert "Hugo Marchetti" not in page


def test_a_seller_submits_and_the_older_call_stays(plan, cast, signed_in):
    client = signed_in("ines")
    page = client.post(
        "/forecast", {"form": "call", "amount": "120,000", "category": "commit", "note": "Two verbal yeses"}, follow=True
    ).content.decode()
    assert "Call for Q4 2026 submitted" in page
    assert [call.amount for call in ForecastCall.objects.filter(user=cast.ines)] == [120_000_00, 100_000_00]
    assert "Two verbal yeses" in page


def test_a_manager_submits_for_a_report_and_not_for_others(plan, cast, signed_in):
    sent = {"form": "call", "amount": "1000", "category": "commit"}
    signed_in("daniel").post("/forecast", sent | {"who": str(cast.ines.pk)})
    assert ForecastCall.objects.filter(user=cast.ines).count() == 2
    assert signed_in("daniel").post("/forecast", sent | {"who": str(cast.hugo.pk)}).status_code == 403
    assert signed_in("ines").post("/forecast", sent | {"who": "company"}).status_code == 403


def test_the_companys_call_is_submitted(plan, signed_in):
    signed_in("chiara").post("/forecast?period=next_quarter", {"form": "call", "amount": "1", "category": "commit", "who": "company"})
    assert ForecastCall.objects.filter(user=None, since=D(2027, 1, 1)).exists()


def test_an_amount_that_cannot_be_read_is_refused_at_its_field(plan, signed_in):
    for text in ("", "lots", "-4"):
        answer = signed_in("ines").post("/forecast", {"form": "call", "amount": text, "category": "commit"})
        assert answer.status_code == 422
        assert b'id="f-amount-error"' in answer.content


def test_readers_without_people_see_no_form(plan, signed_in):
    page = signed_in("yuki").get("/forecast").content.decode()
    assert "Submit a call" not in page
    assert "Hugo Marchetti" in page


def test_my_number_is_on_today_for_sellers(plan, signed_in):
    page = signed_in("ines").get("/").content.decode()
    assert "My number" in page
    assert "0% of $200K" in page
    assert "Update call" in page
    for who in ("chiara", "daniel"):
        assert "My number" not in signed_in(who).get("/").content.decode()
