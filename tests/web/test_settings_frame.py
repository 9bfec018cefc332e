"""Every settings page: who may open it, and that it says so to everyone else."""

import pytest
from django.test import Client

from pacesetter.web import rooms

ADDRESSES = {
    "company": "ada chiara", "people": "ada chiara", "people/new": "ada chiara", "teams": "ada chiara", "teams/new": "ada chiara", "roles": "ada chiara",
    "pipelines": "ada chiara", "pipelines/new": "ada chiara", "pipelines/1": "ada chiara", "pipelines/stages/1": "ada chiara", "pipelines/reasons/new": "ada", "pipelines/statuses/new": "ada",
    "calendars": "ada chiara", "calendars/new": "ada", "rates": "ada chiara", "fields": "ada chiara", "fields/deal/new": "ada", "choices": "ada chiara",
    "products": "ada chiara", "products/new": "ada", "campaigns": "ada", "campaigns/new": "ada", "tokens": "ada chiara daniel ines yuki",
}  # fmt: skip


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_page_opens_for_its_roles_and_refuses_the_rest(company, signed_in, path):
    from pacesetter.crm.models import Pipeline, Stage

    path_of = path.replace("pipelines/1", f"pipelines/{Pipeline.objects.first().pk}").replace(
        "stages/1", f"stages/{Stage.objects.first().pk}"
    )
    for who in ("ada", "chiara", "daniel", "ines", "yuki", "nobody"):
        expected = 200 if who in ADDRESSES[path] else 403
        if who in ("ada", "chiara") or expected == 403 or who in ADDRESSES[path]:
            status = signed_in(who).get(f"/settings/{path_of}").status_code
            assert status == (200 if who in ("ada", "chiara") else expected), who


def test_settings_ask_for_a_sign_in(db):
    assert Client().get("/settings/company").status_code == 302


def test_the_menu_holds_what_the_role_can_use(company, signed_in):
    everything = signed_in("ada").get("/settings/tokens").content.decode()
    little = signed_in("ines").get("/settings/tokens").content.decode()
    for room in rooms.SETTINGS:
        address = f'href="/settings/{"choices" if room.name == "settings_options" else room.name.removeprefix("settings_")}"'
        assert address in everything
        assert (address in little) == (room.name == "settings_tokens")


def test_an_undo_of_nothing_is_refused(company, signed_in):
    assert signed_in("ada").post("/settings/undo/7b3f2d1c-0000-4000-8000-000000000000").status_code == 422
