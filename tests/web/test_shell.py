"""The shell around every page: who gets in, what the sidebar holds, what headers say."""

import pytest
from django.test import Client

from tests.web.conftest import HTMX

PAGES = ["/", "/deals", "/deals/board", "/accounts", "/contacts", "/leads", "/deals/new", "/palette?q=ac"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_ask_for_a_sign_in(db, path):
    answer = Client().get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/door/login/")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("who", ["ines", "daniel", "chiara", "ada"])
def test_pages_open_for_people_with_a_role(company, signed_in, path, who):
    assert signed_in(who).get(path).status_code == 200


def test_the_policy_allows_no_inline_script(company, signed_in):
    answer = signed_in("ines").get("/deals")
    policy = answer["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert b"<script>" not in answer.content
    assert answer["X-Request-ID"]


def test_settings_are_absent_for_a_seller(company, signed_in):
    assert b"Keyboard shortcuts" in signed_in("ines").get("/").content
    assert b'href="/jobs"' not in signed_in("ines").get("/").content


def test_an_unknown_page_says_so_in_words(company, signed_in):
    answer = signed_in("ines").get("/deals/999999")
    assert answer.status_code == 404
    assert b"Nothing here" in answer.content


def test_a_refusal_to_htmx_is_a_toast(company, signed_in):
    answer = signed_in("yuki").post(f"/deals/{company['ours'].pk}/reopening", **HTMX)
    assert answer.status_code == 403
    assert answer["HX-Reswap"] == "none"
    assert b"is-bad" in answer.content


def test_language_and_theme_follow_the_person(company, cast, signed_in):
    client = signed_in("ines")
    client.post("/me", {"theme": "dark", "language": "es"})
    answer = client.get("/deals")
    assert b'lang="es" data-theme="dark"' in answer.content


def test_a_strange_preference_is_refused(company, signed_in):
    assert signed_in("ines").post("/me", {"theme": "pink"}).status_code == 422


def test_health_says_what_is_not_well(db):
    answer = Client().get("/healthz")
    assert answer.json()["database"] is True
    assert answer.status_code in (200, 503)
