"""A quarter from call to score: a seller calls, the manager says otherwise, the model speaks; the quarter closes, and all three are scored."""

import datetime as dt

import pytest
from playwright.sync_api import Page, expect

from pacesetter.base import clock, warehouse
from pacesetter.crm import deals
from pacesetter.crm.models import Deal
from pacesetter.planning import accuracy, reviews, runs
from pacesetter.planning.accuracy import ADJUSTED, CALL, MODEL
from tests.planning.past import live

MONDAY, LATER, OVER = (dt.datetime(*day, 10, tzinfo=dt.UTC) for day in ((2026, 11, 23), (2026, 12, 15), (2027, 1, 4)))


class Clock:
    """A clock that the server's thread reads too."""

    def __init__(self) -> None:
        self.instant = MONDAY

    def now(self) -> dt.datetime:
        return self.instant


@pytest.fixture
def time(monkeypatch):
    found = Clock()
    monkeypatch.setattr(clock, "now", found.now)
    return found


@pytest.fixture
def quarter(time, cast, system, settings, tmp_path):
    """A year of deals, and what the model says on the Monday of week 8."""
    settings.PACESETTER_DATA = tmp_path
    live(cast, system)
    return runs.make(by=system)


def call(page: Page, link: str, amount: str, reason: str) -> None:
    page.get_by_role("link", name=link).first.click()
    page.get_by_label("Amount, USD").fill(amount)
    page.get_by_label("Reason").select_option(label=reason)
    page.get_by_role("button", name="Submit call").click()
    expect(page.locator(".toast")).to_contain_text("submitted")


def test_all_three_are_scored_when_the_quarter_is_over(visit, accessible, cast, system, time, quarter):
    call(visit("ines", "/forecast"), "Call Ines Navarro: –", "9,000", "A deal known better than its record")
    call(visit("daniel", "/forecast"), "Call Ines Navarro: 9", "2,000", "Caution")
    page = visit("chiara", "/forecast/accuracy?week=8")
    expect(page.locator("main")).not_to_contain_text("Q4 2026")

    time.instant = LATER
    for deal in Deal.objects.filter(status="open", owner=cast.ines)[:2]:
        deals.close_won(deal, by=system)
    time.instant = OVER
    warehouse.refresh()
    reviews.catch_up(runs.Ground.now())

    page = visit("chiara", "/forecast/accuracy?week=8")
    accessible(page)
    expect(page.locator("#periods")).to_contain_text("Q4 2026")
    told = {
        one.method: one
        for one in accuracy.scores(accuracy.closed(), [8], by=system)
        if one.user_id == cast.ines.pk and one.period.label == "2026-Q4"
    }
    assert {method: told[method].said for method in (CALL, ADJUSTED)} == {CALL: 9_000_00, ADJUSTED: 2_000_00}
    assert told[MODEL].said == quarter.rows.get(user=cast.ines, since=dt.date(2026, 10, 1)).mean
    row = page.get_by_role("row", name="Ines Navarro")
    for method in (CALL, MODEL, ADJUSTED):
        error = abs(told[method].said - told[method].actual) / told[method].actual
        expect(row).to_contain_text(f"{error:.1%}")
