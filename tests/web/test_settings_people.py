"""People, teams and roles."""

import datetime as dt
import re

from django.test import Client

from pacesetter.base import teams
from pacesetter.base.models import Leave, Role, Team, User
from tests.web.test_settings_company import undo_of


def test_somebody_is_added_and_signs_in_with_the_link(company, signed_in):
    role = Role.objects.get(key="seller").pk
    page = signed_in("ada").post(
        "/settings/people/new", {"form": "new", "name": "Lena Vogt", "email": "lena@example.com", "role": role}, follow=True
    )
    link = re.search(r"/invitations/[^<\"]+", page.content.decode())[0]
    stranger = Client()
    assert b"Welcome, Lena Vogt" in stranger.get(link).content
    stranger.post(link, {"password": "amber-quarry-77-lake"})
    assert User.objects.get(email="lena@example.com").has_usable_password()


def test_an_invitation_is_mailed_where_mail_is_set(company, signed_in, settings, mailoutbox):
    settings.EMAIL_HOST = "mail.example"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    page = signed_in("ada").post("/settings/people/new", {"form": "new", "name": "Lena Vogt", "email": "lena@example.com"}, follow=True)
    assert b"/invitations/" not in page.content
    assert "/invitations/" in mailoutbox[0].body


def test_a_taken_address_is_refused_at_its_field(company, cast, signed_in):
    answer = signed_in("ada").post("/settings/people/new", {"form": "new", "name": "Ines Two", "email": cast.ines.email})
    assert answer.status_code == 422
    assert b'id="f-email-error"' in answer.content
    assert b'value="Ines Two"' in answer.content


def test_details_change_and_come_back(company, cast, signed_in):
    client, address = signed_in("ada"), f"/settings/people/{cast.ines.pk}"
    values = {"form": "details", "name": "Ines N.", "email": cast.ines.email, "role": cast.ines.role_id, "job_title": "Seller"}
    page = client.post(address, values, follow=True).content
    assert User.objects.get(pk=cast.ines.pk).name == "Ines N."
    client.post(undo_of(page))
    assert User.objects.get(pk=cast.ines.pk).name == "Ines Navarro"


def test_team_and_manager_hold_from_a_day(company, cast, signed_in):
    client, address = signed_in("ada"), f"/settings/people/{cast.ines.pk}"
    client.post(address, {"form": "team", "team": cast.north.pk, "team-since": "2026-12-01"})
    client.post(address, {"form": "manager", "manager": cast.mei.pk, "manager-since": "2026-12-01"})
    assert teams.team_of(cast.ines, dt.date(2026, 11, 30)) == cast.south
    assert teams.team_of(cast.ines, dt.date(2026, 12, 1)) == cast.north
    assert cast.ines.pk in teams.everyone_under(cast.mei.pk, dt.date(2026, 12, 1))


def test_a_circle_of_managers_is_refused(company, cast, signed_in):
    answer = signed_in("ada").post(
        f"/settings/people/{cast.daniel.pk}", {"form": "manager", "manager": cast.ines.pk, "manager-since": "2026-11-20"}
    )
    assert answer.status_code == 422
    assert b'id="f-manager-error"' in answer.content


def test_employment_and_leave(company, cast, signed_in):
    client, address = signed_in("ada"), f"/settings/people/{cast.ines.pk}"
    client.post(address, {"form": "employment", "employment-since": "2026-01-01", "ramp_until": "2026-04-01"})
    client.post(address, {"form": "leave", "leave-since": "2026-08-01", "leave-until": "2026-08-15", "kind": "parental"})
    page = client.get(address).content.decode()
    assert "ramping up until" in page
    assert "Parental leave" in page
    assert Leave.objects.filter(user=cast.ines).count() == 1
    refused = client.post(address, {"form": "leave", "leave-since": "2026-08-20", "leave-until": "2026-08-10", "kind": "leave"})
    assert refused.status_code == 422


def test_deactivating_ends_the_sign_in_but_not_of_the_last_administrator(company, cast, signed_in):
    client = signed_in("ada")
    client.post(f"/settings/people/{cast.ines.pk}", {"form": "active"})
    assert not User.objects.get(pk=cast.ines.pk).is_active
    client.post(f"/settings/people/{cast.ada.pk}", {"form": "active"})
    assert User.objects.get(pk=cast.ada.pk).is_active


def test_why_somebody_cannot_see_a_record(company, cast, signed_in):
    address = f"/settings/people/{cast.ines.pk}?record=/deals/"
    hidden = signed_in("ada").get(f"{address}{company['theirs'].pk}").content.decode()
    assert "Ines Navarro cannot see it: it belongs to Hugo Marchetti" in hidden
    assert "Ines Navarro sees it" in signed_in("ada").get(f"{address}{company['ours'].pk}").content.decode()
    assert b'aria-invalid="true"' in signed_in("ada").get(f"{address}none").content


def test_the_list_is_searched_and_narrowed(company, cast, signed_in):
    page = signed_in("ada").get("/settings/people?q=nav").content.decode()
    assert "Ines Navarro" in page
    assert "Hugo Marchetti" not in page
    assert b"Nobody here" in signed_in("ada").get("/settings/people?show=records").content


def test_a_team_is_added_hung_below_and_archived(company, cast, signed_in):
    client = signed_in("ada")
    client.post("/settings/teams/new", {"form": "team", "name": "West", "parent": cast.south.pk})
    west = Team.objects.get(name="West")
    assert west.parent == cast.south
    assert client.post(f"/settings/teams/{cast.south.pk}", {"form": "team", "name": "South", "parent": west.pk}).status_code == 422
    client.post(f"/settings/teams/{west.pk}", {"form": "archive"})
    assert Team.objects.get(pk=west.pk).archived_on
    client.post(f"/settings/teams/{west.pk}", {"form": "restore"})
    assert Team.objects.get(pk=west.pk).archived_on is None


def test_a_team_with_people_stays(company, cast, signed_in):
    page = signed_in("ada").post(f"/settings/teams/{cast.south.pk}", {"form": "archive"}, follow=True)
    assert b"is used by" in page.content
    assert Team.objects.get(pk=cast.south.pk).archived_on is None


def granted() -> list[str]:
    return [f"{role.pk}:{key}" for role in Role.objects.all() for key in role.capabilities]


def test_a_tick_changes_one_role_only(company, signed_in):
    seller = Role.objects.get(key="seller")
    before = {role.key: role.capabilities for role in Role.objects.all()}
    page = (
        signed_in("ada")
        .post("/settings/roles", {"form": "roles", "granted": [*granted(), f"{seller.pk}:record.export"]}, follow=True)
        .content
    )
    assert "record.export" in Role.objects.get(key="seller").capabilities
    assert {r.key: r.capabilities for r in Role.objects.exclude(key="seller")} == {k: v for k, v in before.items() if k != "seller"}
    signed_in("ada").post(undo_of(page))
    assert "record.export" not in Role.objects.get(key="seller").capabilities


def test_somebody_keeps_managing_roles(company, signed_in):
    left = [one for one in granted() if not one.endswith("roles.manage")]
    page = signed_in("ada").post("/settings/roles", {"form": "roles", "granted": left}, follow=True)
    assert b"must remain administrator" in page.content
    assert "roles.manage" in Role.objects.get(key="administrator").capabilities


def test_those_who_manage_people_read_roles_without_ticking(company, signed_in):
    client = signed_in("chiara")
    assert b"Save roles" not in client.get("/settings/roles").content
    assert client.post("/settings/roles", {"form": "roles", "granted": []}).status_code == 403
