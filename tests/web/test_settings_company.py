"""Company settings: changed, undone, refused at their field."""

import re

from pacesetter.base import settings

ALL = {
    "form": "settings", "company.name": "Aster Group", "company.currency": "USD", "company.time_zone": "UTC", "company.fiscal_start": "1",
    "company.language": "en", "company.accounts_open": "on", "rates.default": "plan", "lead.promise_minutes": "60",
}  # fmt: skip


def undo_of(page: bytes) -> str:
    return re.search(r'action="(/settings/undo/[^"]+)"', page.decode())[1]


def test_a_setting_changes_and_comes_back(company, signed_in):
    client = signed_in("ada")
    page = client.post("/settings/company", ALL, follow=True).content
    assert settings.get("company.name") == "Aster Group"
    client.post(undo_of(page))
    assert settings.get("company.name") == "My company"


def test_an_unticked_box_is_off(company, signed_in):
    signed_in("ada").post("/settings/company", {key: value for key, value in ALL.items() if key != "company.accounts_open"})
    assert settings.get("company.accounts_open") is False


def test_nonsense_is_refused_and_nothing_changes(company, signed_in):
    for key, value in (
        ("company.fiscal_start", "13"),
        ("company.time_zone", "Mars/Base"),
        ("company.currency", "EURO"),
        ("lead.promise_minutes", "soon"),
    ):
        answer = signed_in("ada").post("/settings/company", ALL | {key: value})
        assert answer.status_code == 422, key
        assert b'aria-invalid="true"' in answer.content, key
    assert settings.get("company.name") == "My company"
