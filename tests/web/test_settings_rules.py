"""Calendars, rates and tokens."""

import datetime as dt

from pacesetter.base import tokens
from pacesetter.base.models import ApiToken, Calendar, Rate
from pacesetter.base.models import RateSet as Sets
from pacesetter.crm import deals

WEEK = {f"day-{n}": "09:00–13:00, 14:00-18:00" for n in range(5)} | {"day-5": "", "day-6": ""}
MADRID = {"form": "calendar", "name": "Madrid", "time_zone": "Europe/Madrid", "country": "es", "region": "MD", **WEEK}


def madrid(client) -> Calendar:
    client.post("/settings/calendars/new", MADRID)
    return Calendar.objects.get(name="Madrid")


def test_a_calendar_with_two_spans_a_day(company, signed_in):
    row = madrid(signed_in("ada"))
    assert row.hours == [[[540, 780], [840, 1080]]] * 5 + [[], []]
    assert row.country == "ES"
    assert "Mon–Fri 09:00–13:00, 14:00–18:00" in signed_in("ada").get("/settings/calendars").content.decode()


def test_hours_that_cannot_be_read_are_refused_at_their_day(company, signed_in):
    for text in ("nine to five", "18:00-09:00", "09:00-25:00"):
        answer = signed_in("ada").post("/settings/calendars/new", MADRID | {"day-2": text})
        assert answer.status_code == 422
        assert b'id="f-day-2-error"' in answer.content


def test_holidays_are_filled_added_and_removed(company, signed_in):
    client = signed_in("ada")
    row = madrid(client)
    address = f"/settings/calendars/{row.pk}"
    client.post(address, {"form": "fill", "year": "2027"})
    assert row.holidays.filter(day=dt.date(2027, 1, 1)).exists()
    client.post(address, {"form": "holiday", "day": "2026-12-24", "holiday": "Company day"})
    assert b"Company day" in client.get(address).content
    client.post(address, {"form": "remove", "day": "2026-12-24"})
    assert not row.holidays.filter(day=dt.date(2026, 12, 24)).exists()
    assert client.post(address, {"form": "fill", "year": "soon"}).status_code == 422


def test_a_missing_rate_is_said_stated_and_removed(company, cast, signed_in):
    from pacesetter.base.actor import Actor

    deals.create_many(
        [{"name": "Yen deal", "account": company["acme"].pk, "owner": cast.ines.pk, "amount": "100", "currency": "JPY"}],
        by=Actor.system("import"),
        facts=True,
    )
    client = signed_in("ada")
    assert "1 deal in JPY has no rate" in client.get("/settings/rates").content.decode()
    client.post("/settings/rates", {"form": "rate", "set": "plan", "currency": "jpy", "on": "2020-01-01", "rate": "0.0067"})
    rate = Rate.objects.get(currency="JPY")
    assert rate.scaled == 67_000_000
    assert "has no rate" not in client.get("/settings/rates").content.decode()
    client.post("/settings/rates", {"form": "remove", "rate": rate.pk})
    assert not Rate.objects.filter(currency="JPY").exists()


def test_a_rate_that_is_none_is_refused(company, signed_in):
    sent = {"form": "rate", "set": Sets.objects.first().key, "currency": "EUR", "on": "2026-01-01", "rate": "1.1"}
    for key, value in (("rate", "0"), ("rate", "much"), ("currency", "EURO"), ("on", "")):
        answer = signed_in("ada").post("/settings/rates", sent | {key: value})
        assert answer.status_code == 422, (key, value)
        assert f'id="f-{key}-error"'.encode() in answer.content, (key, value)


def test_a_token_is_shown_once_limited_and_revoked(company, cast, signed_in):
    client = signed_in("ines")
    page = client.post(
        "/settings/tokens", {"form": "new", "name": "Sheet", "days": "30", "capabilities": ["deal.edit", "roles.manage"]}
    ).content.decode()
    secret = page.split('anywhere">')[1].split("</code>")[0]
    actor = tokens.actor_for(secret)
    assert actor.capabilities == {"deal.edit"}
    assert secret not in client.get("/settings/tokens").content.decode()
    client.post("/settings/tokens", {"form": "revoke", "token": ApiToken.objects.get().pk})
    assert tokens.actor_for(secret) is None


def test_tokens_of_others_are_for_those_who_manage_people(company, cast, signed_in):
    signed_in("ines").post("/settings/tokens", {"form": "new", "name": "Sheet", "days": "30"})
    pk = ApiToken.objects.get().pk
    assert b"Sheet" not in signed_in("hugo").get("/settings/tokens").content
    assert signed_in("hugo").post("/settings/tokens", {"form": "revoke", "token": pk}, follow=True)
    assert ApiToken.objects.get().revoked_at is None
    assert b"Tokens of others" in signed_in("chiara").get("/settings/tokens").content
    signed_in("chiara").post("/settings/tokens", {"form": "revoke", "token": pk})
    assert ApiToken.objects.get().revoked_at
