"""An operations manager brings a year of deals: map, check, load, tidy up, look at the win rate and its records, take it back."""

import re

import pytest
from playwright.sync_api import Page, expect

from pacesetter.base import jobs, warehouse
from pacesetter.base.models import Job
from pacesetter.crm.models import Deal

UNKNOWN = "where_it_stands"  # what the file calls its stage column in this story


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.PACESETTER_DATA = tmp_path / "data"


@pytest.fixture
def exports(maven, tmp_path):
    """The Maven folder, its stage column under a name nobody knows, and one day that does not exist."""
    lines = (maven / "sales_pipeline.csv").read_text().splitlines()
    lines[0] = lines[0].replace("deal_stage", UNKNOWN)
    lines[1] = lines[1].replace("2017-03-01", "2017-02-30")
    deals = tmp_path / "sales_pipeline.csv"
    deals.write_text("\n".join(lines) + "\n")
    return [deals, *(maven / name for name in ("accounts.csv", "products.csv", "sales_teams.csv", "data_dictionary.csv"))]


def work(page: Page) -> None:
    """The worker's turn, while the person has left the page."""
    here = page.url
    page.goto("about:blank")
    assert jobs.run_inline(Job.objects.first()).state == "done"
    page.goto(here)


def check(page: Page) -> None:
    page.get_by_role("button", name="Check", exact=True).first.click()
    expect(page.get_by_role("heading", name="Checking")).to_be_visible()
    work(page)


def test_a_year_of_deals_comes_and_goes(visit, accessible, exports):
    page = visit("chiara", "/imports")
    accessible(page)
    page.get_by_role("link", name="Import files").first.click()
    page.get_by_label("Drop files here, or choose them").set_input_files(exports)
    accessible(page)
    page.get_by_role("button", name="Read the files").click()
    _map(page, accessible)
    _check(page, accessible)
    _load(page, accessible)
    _reassign(page)
    _win_rate(page)
    _revert(page, accessible)


def _map(page: Page, accessible) -> None:
    """The check refuses until the stage column is named; then the mapping is repaired."""
    deals = page.get_by_role("region", name="sales_pipeline.csv")
    if deals.get_by_label("Holds").input_value() != "deal":
        deals.get_by_label("Holds").select_option(label="Deals")
        expect(page.get_by_label(f"{UNKNOWN} becomes")).to_be_visible()
    accessible(page)
    for column, field in {UNKNOWN: "stage", "opportunity_id": "id", "engage_date": "created_on", "close_value": "amount"}.items():
        page.get_by_label(f"{column} becomes").select_option(field)
    check(page)


def _check(page: Page, accessible) -> None:
    """One row is mended in place, the proposals are accepted, everything is counted again."""
    expect(page.get_by_role("region", name="Refused rows")).to_contain_text("2017-02-30 is a day that does not exist")
    page.get_by_role("link", name="Fix").click()
    page.get_by_label("close_date of line 2").fill("2017-03-01")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("What you decided is kept")).to_be_visible()
    page.get_by_role("button", name="Accept all").click()
    expect(page.get_by_role("button", name="Accept all")).to_have_count(0)
    accessible(page)
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_role("heading", name="Checking")).to_be_visible()
    work(page)
    expect(page.get_by_role("region", name="After loading")).to_contain_text("63.15%")


def _load(page: Page, accessible) -> None:
    page.get_by_role("button", name="Load 8,927 records").click()
    expect(page.get_by_role("heading", name="Loading")).to_be_visible()
    accessible(page)
    work(page)
    expect(page.get_by_text("Loaded on")).to_be_visible()
    accessible(page)
    assert Deal.objects.filter(status="won").count() == 4238


def _reassign(page: Page) -> None:
    """A view is kept; thirty of its deals change hands and come back."""
    page.goto(page.url.split("/imports")[0] + "/deals?view=all&where=amount >= 5000&sort=-amount")
    page.get_by_role("link", name="Save view").click()
    page.get_by_label("Name", exact=True).fill("Large deals")
    page.locator("#sheet").get_by_role("button", name="Save view").click()
    expect(page).to_have_url(re.compile(r"view=\d+"))
    for box in page.locator("tbody input[name=id]").all()[:30]:
        box.check()
    before = Deal.objects.filter(owner__name="Anna Snelling").count()
    page.get_by_role("button", name="Reassign").click()
    sheet = page.locator("#sheet")
    sheet.get_by_label("Owner").select_option(label="Ines Navarro")
    sheet.get_by_role("button", name="Reassign 30 records").click()
    expect(page.locator(".toast")).to_contain_text("30 records changed")
    assert Deal.objects.filter(owner__name="Ines Navarro").count() == 30
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".toast")).to_contain_text("30 changes undone")
    assert Deal.objects.filter(owner__name="Anna Snelling").count() == before


def _win_rate(page: Page) -> None:
    """The number agrees with the control totals, and opens the deals it counts."""
    warehouse.refresh()
    page.goto(page.url.split("/deals")[0] + "/metrics/win_rate?period=2017")
    expect(page.get_by_role("main")).to_contain_text("63.2%")
    page.get_by_role("link", name="4,238 won").first.click()
    expect(page.get_by_role("main")).to_contain_text("4,238")


def _revert(page: Page, accessible) -> None:
    page.goto(page.url.split("/metrics")[0] + "/imports")
    page.get_by_role("link", name="Revert").click()
    expect(page.get_by_role("heading", name="What goes")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="records back").click()
    expect(page.get_by_role("heading", name="Reverting")).to_be_visible()
    work(page)
    expect(page.get_by_text("Taken back on")).to_be_visible()
    page.goto(page.url.split("/imports")[0] + "/jobs")
    accessible(page)
    page.get_by_role("link", name="Revert an import").click()
    page.wait_for_url("**/jobs/*")
    accessible(page)
