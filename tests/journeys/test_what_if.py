"""What if: a manager moves a slider in the drawer, leaves a deal out, keeps it as a scenario and compares it."""

import pytest
from playwright.sync_api import expect

from pacesetter.planning import runs
from pacesetter.planning.models import Scenario
from tests.planning.past import live


@pytest.fixture
def forecast(cast, system, settings, tmp_path):
    settings.PACESETTER_DATA = tmp_path
    live(cast, system)
    return runs.make(by=system)


def test_a_manager_plays_in_the_drawer_and_keeps_it(visit, accessible, cast, forecast):
    page = visit("daniel", "/forecast")
    page.get_by_role("link", name="What if").click()
    drawer = page.locator("#sheet")
    expect(drawer.get_by_text("Nothing is assumed yet")).to_be_visible()
    accessible(page)
    drawer.get_by_label("Win rate, %").fill("20")
    expect(drawer.locator("#wi-answer table").last).to_contain_text("+20%")
    expect(drawer.locator("x-dial input[type=range]").first).to_have_value("20")
    drawer.locator("x-dial input[type=range]").first.focus()
    page.keyboard.press("ArrowRight")
    expect(drawer.locator("#wi-answer table").last).to_contain_text("+21%")
    expect(drawer.locator("x-dial input[type=range]").first).to_be_focused()
    drawer.get_by_role("checkbox", name="Leave out").first.check()
    expect(drawer.locator("#wi-answer table").last).to_contain_text("Deals left out")
    expect(drawer.locator("x-chart svg")).to_be_visible()
    accessible(page)
    drawer.get_by_label("New people").fill("-3")
    expect(drawer.get_by_role("alert")).to_contain_text("New people must lie between 0 and 500.")
    drawer.get_by_label("New people").fill("0")
    expect(drawer.get_by_role("alert")).to_have_count(0)
    drawer.get_by_label("Save as").fill("Hope")
    drawer.get_by_role("button", name="Save scenario").click()
    expect(page.get_by_role("heading", name="Hope", level=1)).to_be_visible()
    expect(page.get_by_text("When it was saved it said")).to_be_visible()
    made = Scenario.objects.get()
    assert made.assumptions["win_rate"] == 1.21 and len(made.assumptions["dropped"]) == 1 and made.team_id == cast.south.pk
    page.get_by_label("Win rate, %").fill("-20")
    expect(page.locator("#wi-answer table").last).to_contain_text("−20%")
    page.get_by_role("checkbox", name="Compare Hope").check()
    expect(page.locator("#wi-answer table").last).to_contain_text("Hope")
    accessible(page)
    page.set_viewport_size({"width": 320, "height": 760})
    page = visit("daniel", f"/forecast/what-if?scenario={made.pk}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    accessible(page)
