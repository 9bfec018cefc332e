"""How often one may call: counted per person, said in headers, refused with the seconds to wait."""

import datetime as dt

import pytest
from django.core.cache import cache

from pacesetter.base import clock

pytestmark = pytest.mark.django_db
MINUTE = dt.datetime(2026, 11, 23, 10, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def three_a_minute(settings):
    settings.API_RATE = 3
    cache.clear()
    with clock.set_to(MINUTE):
        yield


def test_the_fourth_call_is_refused_and_the_next_minute_is_new(caller):
    ines = caller("ines")
    left = [ines.get("/api/v1/deals")["RateLimit"] for _ in range(3)]
    assert left == ['"calls";r=2;t=60', '"calls";r=1;t=60', '"calls";r=0;t=60']
    with clock.set_to(MINUTE + dt.timedelta(seconds=45)):
        refused = ines.get("/api/v1/deals")
    assert (refused.status_code, refused["Retry-After"], refused.json()["code"]) == (429, "15", "too_many_calls")
    assert refused["Content-Type"] == "application/problem+json"
    with clock.set_to(MINUTE + dt.timedelta(seconds=60)):
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


def test_a_disk_that_takes_no_counts_refuses_nobody(caller, monkeypatch, tmp_path):
    monkeypatch.setattr(cache._connections["default"], "file", str(tmp_path / "nowhere" / "shared.sqlite3"))
    monkeypatch.setattr(cache._connections["default"], "_db", None)
    assert caller("ines").get("/api/v1/deals")["RateLimit"] == '"calls";r=3;t=60'
