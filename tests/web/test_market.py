"""Market series on their page, on the long view and the model's card, in the API and on the command line."""

import datetime as dt
import json

import pytest

from pacesetter.base import warehouse
from pacesetter.planning import market
from pacesetter.planning.models import ForecastRow, ForecastRun, MarketSeries, MarketValue
from tests.planning.past import D
from tests.web.test_settings_company import undo_of

VALUE = {"form": "value", "series": "Orders", "month": "2026-10-01", "value": "51.2", "unit": "index", "path": "", "known_on": ""}
CARD = {
    "name": "Orders", "effect": {"lag": 4, "elasticity": 2.0}, "without": 0.12, "beside": 0.09, "days": 12, "logs": True, "taken": True,
    "known_until": "2026-10-01", "expected_until": None,
}  # fmt: skip


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.PACESETTER_DATA = tmp_path


def shown(client, where="/forecast/market"):
    answer = client.get(where)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def tried(cast, system):
    """A series that the newest run took, one that it did not, and one that came later."""
    warehouse.refresh()
    for name in ("Orders", "Steel", "Rates"):
        market.put_many([{"series": name, "month": D(2026, 10, 1), "value": 51.2, "unit": "index"}], by=system)
    ids = dict(MarketSeries.objects.values_list("name", "pk"))
    bad = CARD | {"name": "Steel", "series": ids["Steel"], "taken": False, "beside": 0.13}
    card = {"market": [CARD | {"series": ids["Orders"]}, bad], "closed": 9, "won": 3, "open": 4, "since": "2024-01-01", "step": 7, "shock": 0.1, "measured": 0}  # fmt: skip
    run = ForecastRun.objects.create(as_of=D(2026, 11, 19), made_at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC), version="1", card=card)
    money = {"mean": 9, "p10": 9, "p50": 9, "p90": 9, "won": 0, "open": 0, "new": 9}
    for team in (None, cast.south):
        ForecastRow.objects.create(run=run, team=team, since=D(2026, 11, 1), until=D(2026, 12, 1), method="series", currency="USD", **money)
    return ids


def test_a_value_is_stated_seen_and_undone(cast, signed_in):
    client = signed_in("chiara")
    assert "No market series yet" in shown(client)
    page = client.post("/forecast/market", VALUE, follow=True).content
    assert b"Orders" in page and b"51.2 index" in page and b"Chiara" in page
    assert MarketValue.objects.get().known_on == D(2026, 10, 31)
    client.post(undo_of(page))
    assert not MarketSeries.objects.exists()


@pytest.mark.parametrize(
    ("changes", "text"),
    [({"month": "2026-10-15"}, "is no month"), ({"value": "much"}, "number"), ({"series": ""}, "required"), ({"month": ""}, "required"), ({"known_on": "2026-01-01"}, "before it began")],
)  # fmt: skip
def test_what_is_refused_stays_in_the_form(cast, signed_in, changes, text):
    answer = signed_in("chiara").post("/forecast/market", VALUE | changes)
    assert answer.status_code == 422 and not MarketSeries.objects.exists()
    assert text in answer.content.decode() or text == "required"


def test_who_may_see_and_who_may_change(tried, signed_in):
    assert signed_in("ines").get("/forecast/market").status_code == 403
    assert signed_in("ines").post("/forecast/market", VALUE).status_code == 403
    api = {"content_type": "application/json", "headers": {"Accept": "application/json"}}
    assert signed_in("ines").get("/api/v1/market-series").status_code == 403
    assert signed_in("ines").delete(f"/api/v1/market-series/{tried['Orders']}").status_code == 403
    body = json.dumps([{"series": "Orders", "month": "2026-09-30", "value": 1}])
    assert signed_in("ines").put("/api/v1/market-series/values", body, **api).status_code == 403
    assert MarketValue.objects.count() == 3


def test_what_became_of_each(tried, signed_in):
    page = shown(signed_in("chiara"))
    assert "after 4 months: 10% more of it is +21.0%" in page and "held at its last value" in page
    assert "Not taken" in page and "Not tried yet" in page
    assert "Bookings follow “Orders”" in shown(signed_in("chiara"), "/forecast/ahead")
    assert "Not taken" in shown(signed_in("chiara"), "/forecast/model")
    assert signed_in("daniel").get("/forecast/market").status_code == 403, "the values are for those who see the company"


def test_a_series_that_is_removed_comes_back(tried, signed_in):
    client = signed_in("chiara")
    page = client.post("/forecast/market", {"form": "remove", "series": tried["Orders"]}, follow=True).content
    assert not MarketSeries.objects.filter(name="Orders").exists()
    client.post(undo_of(page))
    assert MarketValue.objects.filter(series__name="Orders").count() == 1


def test_the_api_states_lists_and_removes(tried, signed_in):
    client = signed_in("chiara")
    body = [
        {"series": "Orders", "month": "2026-08-01", "value": 50.0},
        {"series": "Orders", "month": "2027-01-31", "value": 60.0, "path": "high"},
    ]
    assert client.put("/api/v1/market-series/values", json.dumps(body), content_type="application/json").status_code == 204
    told = {one["name"]: one for one in client.get("/api/v1/market-series").json()}
    assert told["Orders"]["values"] == {"2026-08": 50.0, "2026-10": 51.2} and told["Orders"]["missing"] == ["2026-09"]
    assert told["Orders"]["expected"] == {"high": {"2027-01": 60.0}} and told["Orders"]["forecast"]["taken"]
    assert client.delete(f"/api/v1/market-series/{tried['Steel']}").status_code == 204
    assert client.delete(f"/api/v1/market-series/{tried['Steel']}").status_code == 404
    bad = client.put("/api/v1/market-series/values", json.dumps([body[0] | {"month": "2026-08-15"}]), content_type="application/json")
    assert bad.status_code == 422 and bad.json()["code"] == "not_a_month"


def test_the_long_view_is_drawn_under_another_market(tried, signed_in):
    """November is known until four months after October: a change from December on is felt in April."""
    run = ForecastRun.objects.get()
    money = {"mean": 100_000_00, "p10": 9, "p50": 100_000_00, "p90": 200_000_00, "won": 20_000_00, "open": 0, "new": 80_000_00}
    for month in (3, 4, 5, 6):
        ForecastRow.objects.create(run=run, since=D(2027, month, 1), until=D(2027, month + 1, 1), method="series", currency="USD", **money)
    ForecastRow.objects.create(
        run=run,
        since=D(2027, 4, 1),
        until=D(2027, 7, 1),
        method="series",
        currency="USD",
        **money | {"mean": 300_000_00, "p50": 300_000_00, "p90": 400_000_00},
    )
    client = signed_in("chiara")
    page = shown(client, "/forecast/ahead?market=10&market_since=2026-12-15")
    assert "what comes from 1 Apr 2027" in page and "$350K" in page, "three months of 80 thousand, 21 % more each"
    assert "$350K" not in shown(client, "/forecast/ahead")
    assert "$334K" in shown(client, "/forecast/ahead?market=10&market_since=2027-01-01"), "two of the three months"
    assert client.get("/forecast/ahead/chart.svg?market=10").status_code == 200
    assert "must lie between" in shown(client, "/forecast/ahead?market=900")


def test_without_a_market_that_earned_it_the_lever_says_why(tried, signed_in):
    run = ForecastRun.objects.create(
        as_of=D(2026, 11, 20), made_at=dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC), version="1", card={"market": []}
    )
    money = {"mean": 9, "p10": 9, "p50": 9, "p90": 9, "won": 0, "open": 0, "new": 9}
    ForecastRow.objects.create(run=run, since=D(2026, 12, 1), until=D(2027, 1, 1), method="series", currency="USD", **money)
    page = shown(signed_in("chiara"), "/forecast/ahead?market=10")
    assert "none has earned its place" in page
    assert "What if the market moves" not in shown(signed_in("chiara"), "/forecast/ahead"), "nothing can be moved"
