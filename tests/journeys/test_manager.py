"""A sales-ops manager cleans up: a saved view, thirty deals reassigned, and put back."""

import re

import pytest
from playwright.sync_api import expect

from pacesetter.crm import accounts, deals
from pacesetter.crm.models import Deal


@pytest.fixture
def pipeline(cast, system):
    """Thirty deals of Hugo."""
    account = accounts.create(name="Bolt Motors", owner=cast.hugo.pk, by=system)
    return deals.create_many(
        [{"name": f"Order {n:02}", "account": account.pk, "amount": "1000", "owner": cast.hugo.pk} for n in range(30)], by=system
    )


def test_a_view_is_saved_and_thirty_deals_reassigned_and_put_back(visit, accessible, cast, pipeline):
    page = visit("chiara", "/deals")
    page.get_by_label("Owner", exact=True).first.select_option(label="Hugo Marchetti")
    expect(page).to_have_url(re.compile(f"owner={cast.hugo.pk}"))
    expect(page.locator("#tab-count")).to_have_text("30")
    page.reload()
    page.get_by_role("link", name="Save view").click()
    page.get_by_label("Name", exact=True).fill("Hugo's deals")
    page.get_by_label("Pin it to the sidebar").check()
    accessible(page)
    page.locator("#sheet").get_by_role("button", name="Save view").click()
    expect(page.get_by_role("navigation", name="Pinned views")).to_contain_text("Hugo's deals")
    page.get_by_label("Select all rows shown").check()
    page.get_by_role("button", name="Reassign").click()
    sheet = page.locator("#sheet")
    sheet.get_by_label("Owner").select_option(label="Ines Navarro")
    expect(sheet.get_by_role("row", name="Owner")).to_contain_text("Ines Navarro")
    accessible(page)
    sheet.get_by_role("button", name="Reassign 30 records").click()
    expect(page.locator(".toast")).to_contain_text("30 records changed")
    assert set(Deal.objects.values_list("owner", flat=True)) == {cast.ines.pk}
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".toast")).to_contain_text("30 changes undone")
    assert set(Deal.objects.values_list("owner", flat=True)) == {cast.hugo.pk}


def test_pages_reflow_at_320_pixels(visit, cast, pipeline):
    page = visit("chiara", "/deals")
    page.set_viewport_size({"width": 320, "height": 760})
    for path in ("/", f"/deals/{pipeline[0].pk}", "/deals/new", "/deals", "/deals/board", "/leads", "/accounts"):
        visit("chiara", path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
