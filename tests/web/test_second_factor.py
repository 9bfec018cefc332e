"""Two-factor sign-in: set up, asked for, used once, lost, demanded; and signing out everywhere."""

import datetime as dt
import re

import pyotp
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from pacesetter.base import clock, factors, sessions, users
from pacesetter.base import settings as company_settings
from pacesetter.base.actor import Actor
from pacesetter.base.models import HistoryEntry, RecoveryCode, SecondFactor
from pacesetter.core.errors import NotAllowed, Refused
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
PASSWORD = "tall-grass-9041"


@pytest.fixture(autouse=True)
def calm():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def ines(cast, system):
    return users.set_password(cast.ines, PASSWORD, by=system)


def by(user):
    return Actor.of(user, via="web")


def app_of(user, at=NOW):
    """What the telephone shows."""
    from pacesetter.base import sealed

    return pyotp.TOTP(sealed.opened(SecondFactor.objects.get(user=user).secret)).at(int(at.timestamp()))


@pytest.fixture
def codes(ines):
    """Her recovery codes, after she switched it on a minute ago."""
    with clock.set_to(NOW - dt.timedelta(minutes=1)):
        factors.begin(ines, by=by(ines))
        return factors.confirm(ines, app_of(ines, clock.now()), by=by(ines))


def sign_in(client=None, password=PASSWORD):
    client = client or Client(headers={"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"})
    return client, client.post("/door/login/", {"login": "ines@example.com", "password": password})


def in_(client):
    return client.get("/deals").status_code == 200


# setting up -----------------------------------------------------------------------------------------
def test_it_is_set_up_with_a_picture_and_a_first_code(ines, signed_in):
    client = signed_in("ines")
    assert "Off: your password alone" in client.get("/me/security").content.decode()
    client.post("/me/security", {"form": "begin"})
    page = client.get("/me/security")
    assert 'src="data:image/svg+xml' in page.content.decode() and "img-src 'self' data:" in page["Content-Security-Policy"]
    wrong = client.post("/me/security", {"form": "confirm", "code": "000000"})
    assert wrong.status_code == 422 and "This code is not right" in wrong.content.decode() and factors.of(ines) is None
    page = client.post("/me/security", {"form": "confirm", "code": app_of(ines)}).content.decode()
    shown = re.search(r"<pre[^>]*>(.*?)</pre>", page, re.S)[1].split()
    assert "They are not shown again" in page and len(shown) == factors.codes_left(ines) == 10
    assert factors.passes(ines, shown[3], by=by(ines))
    assert "They are not shown again" not in client.get("/me/security").content.decode()
    assert HistoryEntry.objects.filter(kind="user.second_factor_on", user_id=ines.pk).count() == 1


def test_the_database_alone_reveals_neither_secret_nor_codes(ines, codes, settings):
    secret = pyotp.TOTP(factors.sealed.opened(SecondFactor.objects.get().secret)).secret
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM base_secondfactor UNION ALL SELECT digest FROM base_recoverycode")
        kept = " ".join(row[0] for row in cursor.fetchall())
    assert secret not in kept and not any(code in kept for code in codes)
    settings.SECRET_KEY = "another"
    with pytest.raises(Refused, match="sealed with another secret key"):
        factors.passes(ines, "123456", by=by(ines))


# signing in -----------------------------------------------------------------------------------------
def test_without_one_the_password_is_enough(ines):
    assert in_(sign_in()[0])


def test_the_password_alone_is_not_enough_any_more(ines, codes):
    client, answer = sign_in()
    assert answer["Location"] == "/door/code" and not in_(client)
    wrong = client.post("/door/code", {"code": "000000"})
    assert wrong.status_code == 422 and "This code is not right" in wrong.content.decode() and not in_(client)
    client.post("/door/code", {"code": app_of(ines)})
    assert in_(client)


def test_nobody_reaches_the_code_page_without_the_password(ines, codes):
    client = Client()
    assert client.post("/door/code", {"code": app_of(ines)})["Location"] == "/door/login/" and not in_(client)


def test_a_code_lets_in_once_also_the_ones_beside_it(ines, codes):
    assert factors.passes(ines, app_of(ines), by=by(ines))
    assert not factors.passes(ines, app_of(ines), by=by(ines))
    assert not factors.passes(ines, app_of(ines, NOW - dt.timedelta(seconds=30)), by=by(ines)), "an earlier step than the last"
    assert factors.passes(ines, app_of(ines, NOW + dt.timedelta(seconds=30)), by=by(ines)), "a clock that is ahead"
    assert not factors.passes(ines, app_of(ines, NOW + dt.timedelta(seconds=90)), by=by(ines))


def test_a_recovery_code_lets_in_once_is_counted_and_told(ines, codes):
    client, _ = sign_in()
    client.post("/door/code", {"code": codes[0].upper().replace("-", " ")})
    assert in_(client) and factors.codes_left(ines) == 9
    assert not factors.passes(ines, codes[0], by=by(ines))
    assert HistoryEntry.objects.get(kind="user.recovery_code_used").data == {"left": 9}
    assert "9 recovery codes are left" in client.get("/me/security").content.decode()


@pytest.mark.parametrize("step", ["password", "code"])
def test_guessing_is_slowed_down_and_says_how_long(ines, codes, step):
    client, _ = sign_in()
    answers = [client.post("/door/code", {"code": "000000"}) if step == "code" else sign_in(Client(), "wrong")[1] for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422 if step == "code" else 200] * 5 + [429]
    assert (answers[-1]["Retry-After"], answers[-1]["RateLimit"]) == ("300", '"signin";r=0;t=300')
    if step == "code":
        assert client.post("/door/code", {"code": app_of(ines)}).status_code == 429 and not in_(client)


# getting rid of it ----------------------------------------------------------------------------------
def test_switching_it_off_and_new_codes_ask_for_the_password(ines, codes, signed_in):
    client = signed_in("ines")
    for form in ("off", "codes"):
        assert client.post("/me/security", {"form": form, "password": "wrong"}).status_code == 422
    assert factors.of(ines) and RecoveryCode.objects.filter(digest=factors._digest(codes[0])).exists()
    client.post("/me/security", {"form": "codes", "password": PASSWORD})
    assert not RecoveryCode.objects.filter(digest=factors._digest(codes[0])).exists() and factors.codes_left(ines) == 10
    client.post("/me/security", {"form": "off", "password": PASSWORD})
    assert factors.of(ines) is None and not RecoveryCode.objects.exists()


def test_who_manages_people_resets_it_and_that_is_written_down(ines, codes, cast, signed_in):
    path = f"/settings/people/{ines.pk}"
    assert signed_in("daniel").post(path, {"form": "factor"}).status_code in (403, 404) and factors.of(ines)
    assert "Reset second factor" in signed_in("ada").get(path).content.decode()
    signed_in("ada").post(path, {"form": "factor"})
    entry = HistoryEntry.objects.get(kind="user.second_factor_reset")
    assert factors.of(ines) is None and (entry.object_id, entry.user_id) == (ines.pk, cast.ada.pk)


def test_nobody_resets_that_of_somebody_who_may_do_more(cast):
    with pytest.raises(NotAllowed):
        factors.switch_off(cast.ada, by=cast.actor("chiara"))


# everybody must -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("asked", "who", "must"), [("everybody", "ines", True), ("administrators", "ines", False), ("administrators", "ada", True)]
)
def test_who_must_sets_it_up_before_anything_else(cast, system, signed_in, asked, who, must):
    company_settings.put("signin.second_factor", asked, by=system)
    client = signed_in(who)
    for path in ("/deals", "/metrics", "/palette?q=a"):
        assert (client.get(path).headers.get("Location") == "/me/security") is must
    assert client.get("/api/v1/me").status_code == (401 if must else 200)
    assert client.get("/me/security").status_code == 200


def test_who_must_cannot_switch_it_off(ines, codes, system):
    company_settings.put("signin.second_factor", "everybody", by=system)
    with pytest.raises(Refused, match="cannot be switched off"):
        factors.switch_off(ines, by=by(ines))


# sessions -------------------------------------------------------------------------------------------
def test_sessions_are_listed_and_end_everywhere_else(ines):
    here, _ = sign_in()
    other, _ = sign_in()
    assert [one.browser for one in sessions.of(ines)] == ["Firefox · Linux"] * 2
    assert in_(here) and in_(other)
    assert here.get("/me/security").content.decode().count("Firefox · Linux") == 2
    here.post("/me/security", {"form": "sessions"})
    assert in_(here) and not in_(other)
    assert HistoryEntry.objects.get(kind="user.signed_out").data == {"sessions": 1}


def test_a_new_password_ends_all_sessions(ines, system):
    client, _ = sign_in()
    users.set_password(ines, "other-grass-9041", by=system)
    assert not in_(client) and sessions.of(ines) == []


def test_who_manages_people_signs_somebody_out(ines, signed_in):
    client, _ = sign_in()
    signed_in("ada").post(f"/settings/people/{ines.pk}", {"form": "sessions"})
    assert not in_(client)
