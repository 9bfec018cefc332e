"""Debian's Chromium, a live server, and a page that fails on console errors."""

import os
import shutil
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page

from pacesetter.base import ensure, guards

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")

FOUND = {"resultTypes": ["violations"]}
COLOURS = FOUND | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


def pytest_collection_modifyitems(items):
    """Without a browser the journeys are skipped, and say so."""
    for item in items:
        if "journeys" in item.nodeid:
            item.add_marker(pytest.mark.journey)
            if not CHROMIUM:
                item.add_marker(pytest.mark.skip(reason="no Chromium: install Debian's chromium or set CHROMIUM"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The browser of the machine; none is downloaded."""
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": ["--no-sandbox", "--disable-gpu"]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    """Nothing fades, so that colours are measured as they stay."""
    return {**browser_context_args, "reduced_motion": "reduce", "viewport": {"width": 1440, "height": 900}}


@pytest.fixture(autouse=True)
def stopped_clock():
    """The server runs in a thread of its own and keeps the real time, so the story does too."""


@pytest.fixture(scope="module", autouse=True)
def restocked(django_db_setup, django_db_blocker):
    """Journeys leave empty tables: start data comes back for whatever test follows in this worker."""
    yield
    with django_db_blocker.unblock():
        ensure.ensure()


@pytest.fixture
def company(transactional_db):
    """A fresh company; the protection of history is lifted before the tables are emptied."""
    ensure.ensure()
    yield
    guards.unprotect()


@pytest.fixture
def cast(company, system):
    """The cast, committed for the server to see."""
    from tests.cast import Cast

    return Cast.make(system)


@pytest.fixture
def visit(page: Page, live_server, cast) -> Callable[..., Page]:
    """Open a page as one of the cast."""
    faults: list[str] = []
    page.on(
        "console", lambda message: faults.append(message.text) if message.type == "error" and "status of 422" not in message.text else None
    )
    page.on("pageerror", lambda error: faults.append(str(error)))

    def go(who: str, path: str) -> Page:
        client = Client()
        client.force_login(getattr(cast, who), backend="allauth.account.auth_backends.AuthenticationBackend")
        page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        page.goto(live_server.url + path)
        return page

    yield go
    assert faults == []


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    """Fail on any finding of axe, in both themes; the dark one differs in its colours only."""

    def check(page: Page) -> None:
        for scheme, options in (("light", FOUND), ("dark", COLOURS)):
            page.emulate_media(color_scheme=scheme)
            found = Axe().run(page, options=options).response["violations"]
            assert [(one["id"], one["nodes"][0]["html"][:160]) for one in found] == []

    return check
