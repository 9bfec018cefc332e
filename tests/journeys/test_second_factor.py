"""Two-factor sign-in by keyboard in a browser, on a telephone's width and in another language."""

import pyotp

from pacesetter.base import users

PASSWORD = "tall-grass-9041"


def fits(page):
    return page.evaluate("document.querySelector('main').scrollWidth <= 320")


def test_it_is_set_up_and_asked_for(visit, accessible, cast, system):
    users.set_password(cast.ines, PASSWORD, by=system)
    users.edit(cast.ines, language="es", by=system)
    page = visit("ines", "/me/security")
    page.set_viewport_size({"width": 320, "height": 720})
    page.get_by_role("button", name="Configurar").press("Enter")
    app = pyotp.TOTP(page.locator("code").inner_text().replace(" ", ""))
    accessible(page)
    assert fits(page)
    page.get_by_label("Código", exact=True).fill(app.now())
    page.keyboard.press("Enter")
    codes = page.locator("pre").inner_text().split()
    accessible(page)
    assert len(codes) == 10 and fits(page)
    page.context.clear_cookies()
    page.goto(page.url.replace("/me/security", "/door/login/"))
    page.locator("input[name=login]").fill("ines@example.com")
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/door/code")
    accessible(page)
    assert fits(page)
    page.locator("input[name=code]").fill(codes[0])  # the app's own was used a moment ago
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/door/" not in url)
    page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + "/me/security")
    assert "9 códigos" in page.inner_text("main")
    accessible(page)
