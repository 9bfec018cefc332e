"""People, teams, tokens, settings, calendars and rates."""

import datetime as dt
from decimal import Decimal

import pytest

from pacesetter.base import calendars, clock, history, rates, roles, settings, teams, tokens, users
from pacesetter.base.models import HistoryEntry, RateSet, Reporting, TeamMembership, User
from pacesetter.core.errors import Invalid, NotAllowed, Refused

pytestmark = pytest.mark.django_db


class TestSigningIn:
    def test_an_invitation_works_once(self, system):
        user = users.create("New Person", email="New@Example.com", role=roles.by_key("seller"), by=system)
        key = users.invitation(user, by=system)
        assert users.invited(key) == user and user.email == "new@example.com"
        users.set_password(user, "amber-quarry-77", by=system)
        with pytest.raises(Invalid):
            users.invited(key)

    def test_an_invitation_expires(self, system):
        key = users.invitation(users.create("New Person", email="new@example.com", by=system), by=system)
        assert users.invited(key)
        with pytest.raises(Invalid):
            users.invited(key + "x")

    def test_easy_passwords_are_refused(self, system, cast):
        for password in ("short", "password1234", "ines.navarro"):
            with pytest.raises(Invalid):
                users.set_password(cast.ines, password, by=system)

    def test_the_first_run_link_works_only_while_nobody_can_sign_in(self, db):
        key = users.first_run_key()
        user = users.begin(key, name="Ada Byrne", email="ada@example.com", password="amber-quarry-77")
        assert user.role.key == "administrator" and user.check_password("amber-quarry-77")
        with pytest.raises(Invalid):
            users.begin(key, name="Eve", email="eve@example.com", password="amber-quarry-77")

    def test_one_may_change_ones_own_language_but_not_role(self, cast):
        users.edit(cast.ines, by=cast.actor("ines"), language="es")
        with pytest.raises(NotAllowed):
            users.edit(cast.ines, by=cast.actor("ines"), role=roles.by_key("administrator"))

    def test_nobody_hands_out_or_takes_over_more_than_they_have(self, cast):
        chiara = cast.actor("chiara")
        for act in (
            lambda: users.edit(cast.chiara, by=chiara, role=roles.by_key("administrator")),
            lambda: users.create("Eve", email="eve@example.com", role=roles.by_key("administrator"), by=chiara),
            lambda: users.invitation(cast.ada, by=chiara),
            lambda: users.set_password(cast.ada, "amber-quarry-77", by=chiara),
            lambda: users.edit(cast.ada, by=chiara, email="mine@example.com"),
        ):
            with pytest.raises(NotAllowed) as refusal:
                act()
            assert refusal.value.code == "role_too_high"


class TestTeams:
    def test_a_new_team_ends_the_old_membership_that_day(self, cast, system):
        teams.join(cast.ines, team=cast.north, since=dt.date(2026, 11, 1), by=system)
        rows = TeamMembership.objects.filter(user=cast.ines).order_by("since")
        assert [(row.team, row.until) for row in rows] == [(cast.south, dt.date(2026, 11, 1)), (cast.north, teams.FAR)]
        assert teams.team_of(cast.ines, dt.date(2026, 10, 31)) == cast.south

    def test_nobody_reports_to_their_own_report(self, cast, system):
        with pytest.raises(Invalid) as refusal:
            teams.report_to(cast.daniel, manager=cast.ines, by=system)
        assert refusal.value.code == "cycle" and not Reporting.objects.filter(user=cast.daniel).exists()

    def test_a_team_with_people_is_not_archived(self, cast, system):
        with pytest.raises(Refused):
            teams.archive(cast.south, by=system)

    def test_sellers_cannot(self, cast):
        with pytest.raises(NotAllowed):
            teams.create("West", by=cast.actor("ines"))


class TestTokens:
    def test_only_the_hash_is_kept_and_it_expires(self, cast):
        token, secret = tokens.create(cast.ines, name="laptop", days=7, by=cast.actor("ines"))
        assert secret not in str(token.__dict__) and tokens.actor_for(secret).user == cast.ines
        with clock.set_to(clock.now() + dt.timedelta(days=8)):
            assert tokens.actor_for(secret) is None

    def test_a_revoked_or_unknown_one_opens_nothing(self, cast):
        token, secret = tokens.create(cast.ines, name="laptop", by=cast.actor("ines"))
        tokens.revoke(token, by=cast.actor("ines"))
        assert tokens.actor_for(secret) is None and tokens.actor_for("pace_x") is None


class TestSettings:
    def test_they_are_checked_and_leave_a_trace(self, cast):
        chiara = cast.actor("chiara")
        settings.put("company.fiscal_start", "4", by=chiara)
        assert settings.get("company.fiscal_start") == 4
        for key, value in (
            ("company.fiscal_start", "13"),
            ("company.fiscal_start", "x"),
            ("company.language", "fr"),
            ("company.currency", "EURO"),
            ("company.time_zone", "Mars"),
        ):
            with pytest.raises(Invalid):
                settings.put(key, value, by=chiara)
        assert HistoryEntry.objects.get(kind="setting.changed").changes == {"company.fiscal_start": [1, 4]}


class TestTime:
    def test_working_minutes_skip_nights_weekends_and_holidays(self, system):
        office = calendars.create("Madrid", time_zone="Europe/Madrid", country="ES", region="MD", by=system)
        assert calendars.fill_holidays(office, years=[2026], by=system) > 8
        friday = dt.datetime(2026, 11, 6, 16, 0, tzinfo=dt.UTC)  # 17:00 in Madrid; Monday 9 Nov is Almudena, a city holiday only
        tuesday = dt.datetime(2026, 11, 10, 9, 0, tzinfo=dt.UTC)
        monday = 540 if not office.holidays.filter(day=dt.date(2026, 11, 9)).exists() else 0
        assert calendars.working_minutes(office, friday, tuesday) == 60 + monday + 60

    def test_the_clock_change_is_counted_right(self, system):
        night = calendars.create("Night", time_zone="Europe/Madrid", hours=[[[0, 1440]]] * 7, by=system)
        saturday = dt.datetime(2026, 10, 24, 22, 0, tzinfo=dt.UTC)
        assert calendars.working_minutes(night, saturday, dt.datetime(2026, 10, 25, 23, 0, tzinfo=dt.UTC)) == 25 * 60


class TestRates:
    def test_the_rate_that_holds_on_the_day(self, system):
        plan = RateSet.objects.get(key="plan")
        rates.put(plan, currency="EUR", on=dt.date(2025, 1, 1), rate=Decimal("1.10"), by=system)
        rates.put(plan, currency="EUR", on=dt.date(2026, 1, 1), rate=Decimal("1.08"), by=system)
        convert = rates.Converter()
        assert convert.minor(10000, "EUR", dt.date(2025, 12, 31)) == 11000
        assert convert.minor(10000, "EUR", dt.date(2026, 11, 20)) == 10800
        assert convert.minor(10000, "EUR", dt.date(2024, 12, 31)) is None
        assert convert.total([(10000, "EUR"), (5, "USD"), (7, "GBP"), (None, "USD")], dt.date(2026, 1, 1)) == (10805, 1)


def test_history_cannot_be_deleted(system):
    from django.db import DatabaseError, transaction

    User(name="x", created_at=clock.now()).save()
    history.record_plain("user", 1, "user.created", by=system)
    with pytest.raises(DatabaseError), transaction.atomic():
        HistoryEntry.objects.all().delete()
