"""Dated facts are undone from the toast and from where they are listed: turns of a person, holidays, rates."""

import re

import pytest

from pacesetter.base import teams
from pacesetter.base.models import Employment, Holiday, Leave, Rate, Reporting, TeamMembership
from tests.web.test_settings_company import undo_of

TURNS = {
    "team": ({"form": "team", "team-since": "2026-11-10"}, TeamMembership),
    "manager": ({"form": "manager", "manager": "", "manager-since": "2026-11-10"}, Reporting),
    "employment": ({"form": "employment", "employment-since": "2026-01-01", "ramp_until": "2026-04-01"}, Employment),
    "leave": ({"form": "leave", "leave-since": "2026-12-01", "leave-until": "2026-12-15", "kind": "parental"}, Leave),
}

SAYS = {"team": "Team", "manager": "Reports to", "employment": "Employed", "leave": "Away"}


def listed(page: bytes, what: str) -> str:
    return re.search(rf'name="turn" value="(\d+)"><button[^>]*aria-label="Undo: {what}"', page.decode())[1]


def held(model, user) -> list:
    rows = model.objects.filter(user=user).order_by("since").values()
    return [{key: value for key, value in row.items() if key != "id"} for row in rows]


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("where", ["toast", "list"])
def test_a_turn_is_undone(company, cast, signed_in, turn, where):
    form, model = TURNS[turn]
    client, address = signed_in("ada"), f"/settings/people/{cast.ines.pk}"
    before = held(model, cast.ines)
    page = client.post(address, form | {"team": cast.north.pk}, follow=True).content
    assert held(model, cast.ines) != before
    if where == "toast":
        client.post(undo_of(page))
    else:
        client.post(address, {"form": "put_back", "turn": listed(page, SAYS[turn])})
    assert held(model, cast.ines) == before


def test_a_turn_is_not_undone_once_it_turned_again(company, cast, signed_in):
    client, address = signed_in("ada"), f"/settings/people/{cast.ines.pk}"
    page = client.post(address, {"form": "team", "team": cast.north.pk, "team-since": "2026-11-10"}, follow=True).content
    client.post(address, {"form": "team", "team": "", "team-since": "2026-11-15"})
    now = held(TeamMembership, cast.ines)
    assert b"changed again since" in client.post(undo_of(page), follow=True).content
    old = listed(page, SAYS["team"])
    assert b"nothing to undo" in client.post(address, {"form": "put_back", "turn": old}, follow=True).content
    assert held(TeamMembership, cast.ines) == now


def test_an_undo_that_would_close_a_circle_is_refused(company, cast, signed_in):
    client, address = signed_in("ada"), f"/settings/people/{cast.ines.pk}"
    page = client.post(address, {"form": "manager", "manager": "", "manager-since": "2026-11-01"}, follow=True).content
    client.post(f"/settings/people/{cast.daniel.pk}", {"form": "manager", "manager": cast.ines.pk, "manager-since": "2026-11-02"})
    client.post(undo_of(page))
    assert teams.everyone_under(cast.ines.pk) >= {cast.daniel.pk}
    assert not Reporting.objects.on(teams.clock.today()).filter(user=cast.ines).exists()


def test_only_those_who_manage_people_undo(company, cast, signed_in):
    page = signed_in("ada").post(f"/settings/people/{cast.ines.pk}", TURNS["leave"][0], follow=True).content
    assert signed_in("ines").post(undo_of(page)).status_code == 403
    assert Leave.objects.filter(user=cast.ines).exists()


def test_holidays_come_and_go_and_come_back(company, signed_in):
    client = signed_in("ada")
    client.post("/settings/calendars/new", {"form": "calendar", "name": "Madrid", "time_zone": "Europe/Madrid", "country": "ES"})
    address = re.search(r'href="(/settings/calendars/\d+)"', client.get("/settings/calendars").content.decode())[1]
    page = client.post(address, {"form": "fill", "year": "2027"}, follow=True).content
    assert Holiday.objects.count() > 5
    client.post(undo_of(page))
    assert not Holiday.objects.exists()
    client.post(address, {"form": "holiday", "day": "2026-12-24", "holiday": "Company day"}, follow=True)
    renamed = client.post(address, {"form": "holiday", "day": "2026-12-24", "holiday": "Eve"}, follow=True).content
    client.post(undo_of(renamed))
    assert Holiday.objects.get().name == "Company day"
    assert b"changed again since" in client.post(undo_of(renamed), follow=True).content
    removed = client.post(address, {"form": "remove", "day": "2026-12-24"}, follow=True).content
    assert not Holiday.objects.exists()
    client.post(undo_of(removed))
    assert Holiday.objects.get().name == "Company day"


def test_rates_come_and_go_and_come_back(company, signed_in):
    client, form = signed_in("ada"), {"form": "rate", "set": "plan", "currency": "EUR", "on": "2026-01-01"}
    page = client.post("/settings/rates", form | {"rate": "1.1"}, follow=True).content
    corrected = client.post("/settings/rates", form | {"rate": "1.25"}, follow=True).content
    assert b"changed again since" in client.post(undo_of(page), follow=True).content
    client.post(undo_of(corrected))
    assert Rate.objects.get().scaled == 11_000_000_000
    removed = client.post("/settings/rates", {"form": "remove", "rate": Rate.objects.get().pk}, follow=True).content
    assert not Rate.objects.exists()
    client.post(undo_of(removed))
    assert Rate.objects.get().scaled == 11_000_000_000
