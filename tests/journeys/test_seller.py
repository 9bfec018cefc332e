"""A seller's day: find a deal, move it, lose one, take a change back."""

import re

import pytest
from playwright.sync_api import expect

from pacesetter.base import clock
from pacesetter.crm import accounts, choices, deals


@pytest.fixture
def pipeline(cast, system):
    """Three deals of Ines."""
    account = accounts.create(name="Aster Robotics", owner=cast.ines.pk, by=system)
    stages = [stage for stage in choices.stages() if stage.type == "open"]
    rows = [
        {"name": name, "account": account.pk, "stage": stages[0].pk, "amount": "46000", "close_date": clock.today(), "owner": cast.ines.pk}
        for name in ("Fleet upgrade", "Field mobility", "Analytics suite")
    ]
    return deals.create_many(rows, by=system)


def test_a_seller_finds_moves_loses_and_takes_back(visit, accessible, pipeline):
    page = visit("ines", "/")
    accessible(page)
    page.keyboard.press("Control+k")
    page.keyboard.type("fleet")
    expect(page.get_by_role("option", selected=True)).to_contain_text("Fleet upgrade")
    accessible(page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Fleet upgrade")
    accessible(page)
    _edits_a_field_and_undoes_it(page)
    page.get_by_role("link", name="Deals", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Deals")
    accessible(page)
    page.get_by_role("link", name="Board", exact=True).click()
    expect(page.locator(".kard").first).to_be_visible()
    accessible(page)
    _moves_by_mouse(page)
    _moves_by_keyboard(page)
    _loses_one(page)


def _edits_a_field_and_undoes_it(page):
    page.get_by_role("button", name=re.compile("^Edit Next step:")).click()
    page.get_by_label("Next step", exact=True).fill("Send the order form")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("next step changed")
    page.reload()
    expect(page.locator(".line .what").first).to_have_text("Next step set to Send the order form")
    page.locator(".line").get_by_role("button", name="Undo").first.click()
    expect(page.get_by_role("button", name=re.compile("^Edit Next step:"))).not_to_contain_text("Send the order form")


def _moves_by_mouse(page):
    card = page.locator(".col").nth(0).locator(".kard", has_text="Fleet upgrade")
    target = page.locator(".col").nth(2)
    start, end = card.bounding_box(), target.bounding_box()
    page.mouse.move(start["x"] + 60, start["y"] + 50)
    page.mouse.down()
    page.mouse.move(start["x"] + 90, start["y"] + 70, steps=3)
    page.mouse.move(end["x"] + 100, end["y"] + 180, steps=6)
    page.mouse.up()
    expect(page.locator(".toast")).to_contain_text("Fleet upgrade moved")
    expect(page.locator(".col").nth(2).locator(".kard")).to_contain_text("Fleet upgrade")


def _moves_by_keyboard(page):
    page.locator(".kard", has_text="Field mobility").locator("a.t").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#live")).to_contain_text("Field mobility over")
    page.keyboard.press("Space")
    expect(page.locator(".toast").last).to_contain_text("Field mobility moved")
    expect(page.locator(".col").nth(1).locator(".kard")).to_contain_text("Field mobility")


def _loses_one(page):
    card = page.locator(".kard", has_text="Analytics suite")
    card.locator("summary").click()
    card.get_by_role("link", name="Mark lost").click()
    sheet = page.locator("#sheet")
    sheet.get_by_role("button", name="Mark lost").click()
    expect(sheet.locator(".error")).to_have_text("A lost deal needs a reason.")
    sheet.get_by_label("Reason").select_option(index=1)
    sheet.get_by_role("button", name="Mark lost").click()
    expect(page.locator(".toast").last).to_contain_text("marked lost")
    expect(page.locator(".kard", has_text="Analytics suite")).to_have_count(0)
