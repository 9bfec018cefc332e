"""Settings and plan in a browser: usable on small screens, a change and its Undo."""

from playwright.sync_api import expect


def test_small_screens(visit, accessible, cast):
    visit("ada", "/").set_viewport_size({"width": 320, "height": 700})
    for path in ("/settings/roles", "/settings/people", f"/settings/people/{cast.ines.pk}", "/settings/pipelines", "/quotas", "/forecast"):
        page = visit("ada", path)
        accessible(page)
        assert page.evaluate("document.querySelector('#main').scrollWidth <= document.querySelector('#main').clientWidth"), path


def test_a_quota_is_typed_with_the_keyboard_and_undone(visit, cast):
    page = visit("chiara", "/quotas?year=2026")
    cell = page.get_by_label("Ines Navarro, Q4 2026, USD")
    cell.fill("200,000")
    cell.press("Enter")
    expect(page.get_by_text("1 quota set")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Ines Navarro, Q4 2026, USD")).to_have_value("")
