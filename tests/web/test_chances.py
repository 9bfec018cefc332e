"""How a deal's record tells what the forecast thinks of it."""

import datetime as dt
import html

import pytest

from pacesetter.base import clock
from pacesetter.crm import deals
from pacesetter.planning.models import DealOutlook, EarlyWarning, ForecastRun, StandingWarning


@pytest.fixture
def seen(company):
    """The model gave Ines's deal a chance of one in three, for two reasons."""
    deal = company["ours"]
    run = ForecastRun.objects.create(as_of=clock.today(), made_at=clock.now(), version="1")
    told = [("deal_pushes", {"count": "3"}, False), ("deal_touches", {"count": "9", "recent": "4"}, True)]
    reasons = [{"code": code, "params": params, "raises": raises} for code, params, raises in told]
    DealOutlook.objects.create(
        deal_id=deal.pk, run=run, win=333_333, lose=100_000, ever=500_000, expected=120_000_00, basis="stage_age", reasons=reasons
    )
    return deal


def test_the_chance_its_reasons_and_what_it_brings(seen, signed_in):
    page = html.unescape(signed_in("ines").get(f"/deals/{seen.pk}").content.decode())
    for text in (
        "Won by 31 Dec",
        "33%",
        "Its close date was pushed out 3 times.",
        "There were 9 signs of life",
        "$120K",
        "lowers the chance",
    ):
        assert text in page, text
    assert signed_in("hugo").get(f"/deals/{seen.pk}").status_code == 404


def test_a_deal_that_is_likely_to_slip_says_why(seen, signed_in):
    assert "Likely to slip" not in signed_in("ines").get(f"/deals/{seen.pk}").content.decode()
    run = ForecastRun.objects.get()
    days = {"raised_on": run.as_of, "since": dt.date(2026, 10, 1), "until": dt.date(2027, 1, 1)}
    one = EarlyWarning.objects.create(run=run, kind="deal", subject=f"deal:{seen.pk}", deal_id=seen.pk, stake=1, backcast=False, **days)
    facts = {"chance": 0.1, "amount": 1, "due": "2026-12-20", "signs": [{"code": "idle", "value": 61.0, "usual": 23.0}]}
    StandingWarning.objects.create(warning=one, run=run, stake=1, facts=facts)
    page = html.unescape(signed_in("ines").get(f"/deals/{seen.pk}").content.decode())
    assert "Likely to slip" in page and "Not moved for 61 d; nine in ten won deals stood still for at most 23 d" in page


def test_it_is_said_in_the_readers_language(seen, signed_in, cast):
    cast.ines.language = "es"
    cast.ines.save()
    page = html.unescape(signed_in("ines").get(f"/deals/{seen.pk}").content.decode())
    assert "Its close date" not in page and "baja la probabilidad" in page


def test_a_closed_deal_and_one_that_nobody_asked_about_say_nothing(seen, company, signed_in, system):
    assert "Won by 31 Dec" not in signed_in("hugo").get(f"/deals/{company['theirs'].pk}").content.decode()
    deals.close_won(seen, by=system)
    assert "Won by 31 Dec" not in signed_in("ines").get(f"/deals/{seen.pk}").content.decode()
