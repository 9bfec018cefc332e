"""The page of the long view: months, quarters, teams, and when there is nothing yet."""

import datetime as dt

import pytest

from pacesetter.base import settings, warehouse
from pacesetter.planning.models import ForecastRow, ForecastRun
from tests.planning.past import D


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.PACESETTER_DATA = tmp_path


@pytest.fixture
def said(cast):
    """Three months and two quarters of the company and of South."""
    warehouse.refresh()
    run = ForecastRun.objects.create(as_of=D(2026, 11, 19), made_at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC), version="1")
    spans = [(D(2026, 11, 1), D(2026, 12, 1)), (D(2026, 12, 1), D(2027, 1, 1)), (D(2027, 1, 1), D(2027, 2, 1))]
    spans += [(D(2026, 10, 1), D(2027, 1, 1)), (D(2027, 1, 1), D(2027, 4, 1))]
    for team, mean in ((None, 500_000_00), (cast.south, 300_000_00)):
        money = {"mean": mean, "p10": mean // 2, "p50": mean, "p90": 2 * mean, "won": 0, "open": 0, "new": mean}
        for since, until in spans:
            ForecastRow.objects.create(run=run, team=team, since=since, until=until, method="series", currency="USD", **money)
    return cast


def page(client, query=""):
    answer = client.get(f"/forecast/ahead{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_company_by_month_and_quarter(said, signed_in):
    shown = page(signed_in("chiara"))
    assert "expected to bring $1.5M" in shown and "$250K – $1M" in shown and "Q1 2027" in shown and "South" in shown
    drawing = signed_in("chiara").get("/forecast/ahead/chart.svg").content
    assert b"<svg" in drawing and b"2027" in drawing


def test_a_manager_sees_the_team_and_a_seller_nothing(said, signed_in):
    assert "$300K" in page(signed_in("daniel")) and "$500K" not in page(signed_in("daniel"))
    assert signed_in("mei").get(f"/forecast/ahead?team={said.south.pk}").status_code == 404
    for who in ("ines", "nobody"):
        shown = page(signed_in(who))
        assert "No long view yet" in shown and "$" not in shown.split("<main", 1)[1].split("</main>", 1)[0]


def test_before_there_is_any_it_says_so(cast, signed_in):
    warehouse.refresh()
    assert "No long view yet" in page(signed_in("chiara"))
    assert signed_in("chiara").get("/forecast/ahead/chart.svg").status_code == 204


def test_quarters_are_those_of_the_company(said, signed_in, system):
    """In a year that begins in April, the quarter of January is its fourth, and its link opens just that."""
    settings.put("company.fiscal_start", 4, by=system)
    run = ForecastRun.objects.create(as_of=D(2026, 11, 20), made_at=dt.datetime(2026, 11, 21, tzinfo=dt.UTC), version="1", card={"deals_count": {"2027-Q4": 0.75}})  # fmt: skip
    money = {"mean": 500_000_00, "p10": 1, "p50": 2, "p90": 900_000_00, "won": 0, "open": 0, "new": 500_000_00}
    for until, method in ((D(2027, 2, 1), "series"), (D(2027, 4, 1), "combined")):
        ForecastRow.objects.create(run=run, since=D(2027, 1, 1), until=until, method=method, currency="USD", **money)
    shown = page(signed_in("chiara"))
    assert "Q4 2027" in shown and "Deals 75%, series 25%" in shown and "period=2027-Q3" in shown
