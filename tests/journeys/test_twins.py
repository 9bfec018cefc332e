"""The hint of possible duplicates, as a browser asks for it."""

from playwright.sync_api import expect

from pacesetter.crm import contacts


def test_the_hint_comes_while_one_types_and_fits_a_small_screen(visit, accessible, cast, system):
    contacts.create(first_name="Dana", last_name="Whitfield" * 6, email="dana@aster.example", owner=cast.ines.pk, by=system)
    page = visit("ines", "/contacts/new")
    page.set_viewport_size({"width": 320, "height": 760})
    page.locator("#f-email").fill("dana@aster.example")
    page.locator("#f-email").blur()
    hint = page.locator("form.form [role=status]")
    expect(hint).to_contain_text("contact · same e-mail")
    assert page.evaluate("document.documentElement.scrollWidth <= 320")
    accessible(page)
    page.locator("#f-email").fill("dana.new@aster.example")
    page.locator("#f-email").blur()
    expect(hint).to_have_text("")
