"""The Monday call: a seller calls, the manager adjusts with a reason, and the deals behind a bar are opened."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from pacesetter.base import clock, warehouse
from pacesetter.core import periods
from pacesetter.crm import accounts, deals
from pacesetter.planning import quotas
from pacesetter.planning.models import ForecastCall, ForecastRow, ForecastRun


@pytest.fixture
def quarter(cast, system, settings, tmp_path):
    """Ines has a quota and two deals in commit; the model expects less than she will say."""
    settings.PACESETTER_DATA = tmp_path
    found = periods.containing(clock.today(), "quarter")
    quotas.put(cast.ines, since=found.since, until=found.until, amount=200_000_00, by=system)
    acme = accounts.create(name="Acme Foods", owner=cast.ines.pk, by=system)
    row = {"account": acme.pk, "amount": "46000", "category": "commit", "close_date": found.last, "owner": cast.ines.pk}
    deals.create_many([row | {"name": "Platform rollout"}, row | {"name": "Fleet upgrade", "amount": "15000"}], by=system)
    run = ForecastRun.objects.create(as_of=clock.today() - dt.timedelta(days=1), made_at=clock.now(), version="test")
    spread = {"mean": 50_000_00, "p10": 30_000_00, "p50": 50_000_00, "p90": 70_000_00, "won": 0, "open": 50_000_00, "new": 0}
    ForecastRow.objects.create(run=run, user=cast.ines, since=found.since, until=found.until, method="deals", currency="USD", **spread)
    warehouse.refresh()
    return found


def test_a_seller_calls_and_the_manager_adjusts_with_a_reason(visit, accessible, cast, quarter):
    page = visit("ines", "/forecast")
    accessible(page)
    page.get_by_role("link", name="Call Ines Navarro: –").click()
    amount = page.get_by_label("Amount, USD")
    expect(amount).to_be_focused()
    amount.fill("61,000")
    amount.press("Enter")
    expect(page.get_by_text("Choose a reason.")).to_be_visible()
    accessible(page)
    page.get_by_label("Reason").select_option(label="A deal known better than its record")
    page.get_by_label("What it rests on").fill("Signs on Friday")
    page.get_by_role("button", name="Submit call").click()
    expect(page.locator(".toast")).to_contain_text("submitted")
    expect(page.locator("table.calls")).to_contain_text("Signs on Friday")
    expect(page.locator("#say-" + str(cast.ines.pk))).to_contain_text("61")

    page = visit("daniel", "/forecast")
    page.get_by_role("link", name="Call Ines Navarro: 61").click()
    page.get_by_label("Amount, USD").fill("40,000")
    page.get_by_label("Reason").select_option(label="Caution")
    page.get_by_role("button", name="Submit call").click()
    expect(page.locator("table.calls")).to_contain_text("Daniel Hart: Caution")
    expect(page.locator("table.calls")).to_contain_text("Sellers say $61,000")
    page.get_by_role("link", name="Ines Navarro", exact=True).click()
    expect(page.get_by_text("Calls so far")).to_be_visible()
    expect(page.locator(".inside")).to_contain_text("+$46,000")
    accessible(page)
    assert list(ForecastCall.objects.order_by("id").values_list("amount", "submitted_by_id", "reason")) == [
        (61_000_00, cast.ines.pk, "deal"), (40_000_00, cast.daniel.pk, "caution"),
    ]  # fmt: skip


def test_a_bar_opens_its_deals(visit, accessible, quarter):
    page = visit("chiara", "/forecast")
    bar = page.get_by_role("link", name="New: +$61,000, 2 deals")
    expect(bar).to_be_visible()
    accessible(page)
    bar.click()
    expect(page.get_by_role("table")).to_contain_text("Fleet upgrade")
    expect(page.locator(".sums")).to_contain_text("Sum +$61,000")
    accessible(page)
    page.set_viewport_size({"width": 320, "height": 760})
    for path in ("/forecast", "/forecast?measure=all"):
        page = visit("chiara", path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
