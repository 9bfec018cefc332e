"""How often one may call: counted per person, said in headers, refused with the seconds to wait."""

import pytest

from pacesetter.api import pace

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def three_a_minute(settings, monkeypatch):
    settings.API_RATE = 3
    clock = [600.0]
    monkeypatch.setattr(pace.PACE, "now", lambda: clock[0])
    monkeypatch.setattr(pace.PACE, "calls", {})
    return clock


def test_the_fourth_call_is_refused_and_the_next_minute_is_new(caller, three_a_minute):
    ines = caller("ines")
    left = [ines.get("/api/v1/deals")["RateLimit"] for _ in range(3)]
    assert left == ['"calls";r=2;t=60', '"calls";r=1;t=60', '"calls";r=0;t=60']
    three_a_minute[0] += 45
    refused = ines.get("/api/v1/deals")
    assert (refused.status_code, refused["Retry-After"], refused.json()["code"]) == (429, "15", "too_many_calls")
    assert refused["Content-Type"] == "application/problem+json"
    three_a_minute[0] += 15
    assert ines.get("/api/v1/deals").status_code == 200


def test_each_person_has_a_count_of_their_own_whatever_the_token(caller):
    for _ in range(2):
        for _ in range(2):
            caller("ines").get("/api/v1/deals")
    assert caller("ines").get("/api/v1/deals").status_code == 429
    assert caller("hugo").get("/api/v1/deals").status_code == 200


def test_nobody_and_pages_are_not_counted(caller, client):
    assert "RateLimit" not in caller("").get("/api/v1/deals").headers
    assert "RateLimit" not in client.get("/healthz").headers
    assert pace.PACE.calls == {}


def test_callers_of_past_minutes_are_forgotten(monkeypatch, caller):
    monkeypatch.setattr(pace, "CALLERS", 1)
    pace.PACE.calls[-1] = (3, 2)
    caller("ines").get("/api/v1/deals")
    assert -1 not in pace.PACE.calls
