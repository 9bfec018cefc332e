"""Quotas and forecast calls."""

import datetime as dt

import pytest

from pacesetter.base import clock, history
from pacesetter.core import periods
from pacesetter.core.errors import Invalid, NotAllowed
from pacesetter.planning import calls, quotas
from pacesetter.planning.loaders import QuotaLoader
from pacesetter.planning.models import ForecastCall, Quota

pytestmark = pytest.mark.django_db
Q4 = periods.parse("2026-Q4", dt.date(2026, 11, 20))


class TestQuotas:
    def test_a_second_quota_for_the_same_days_replaces_the_first(self, cast):
        chiara = cast.actor("chiara")
        for amount in (100, 200, 200):
            quotas.put(cast.ines, since=Q4.since, until=Q4.until, amount=amount, by=chiara)
        quota = Quota.objects.get()
        assert quota.amount == 200
        assert [entry.changes["amount"] for entry in history.of("quota", quota.pk).order_by("id")] == [[None, 100], [100, 200]]

    @pytest.mark.parametrize(
        ("values", "code"),
        [({"amount": -1}, "negative"), ({"until": Q4.since}, "bad_interval"), ({"currency": "EURO"}, "unknown_currency")],
    )
    def test_nonsense_is_refused(self, cast, values, code):
        with pytest.raises(Invalid) as refusal:
            quotas.put(cast.ines, by=cast.actor("chiara"), **{"since": Q4.since, "until": Q4.until, "amount": 1, **values})
        assert refusal.value.code == code and not Quota.objects.exists()

    def test_nobody_sets_their_own_and_sellers_none(self, cast):
        for who, whose in (("chiara", cast.chiara), ("daniel", cast.ines), ("ines", cast.hugo)):
            with pytest.raises(NotAllowed):
                quotas.put(whose, since=Q4.since, until=Q4.until, amount=1, by=cast.actor(who))

    def test_another_currency_is_a_change_too(self, cast):
        days = {"since": Q4.since, "until": Q4.until}
        quota = quotas.put(cast.ines, **days, amount=5, currency="USD", by=cast.actor("chiara"))
        quotas.put(cast.ines, **days, amount=5, currency="EUR", by=cast.actor("chiara"))
        entry = history.of("quota", quota.pk).first()
        assert entry.changes == {"amount": [5, 5], "currency": ["USD", "EUR"]}
        QuotaLoader().undo(entry, by=cast.actor("chiara"))
        quota.refresh_from_db()
        assert quota.currency == "USD"

    def test_one_taken_away_leaves_its_trace(self, cast):
        quota = quotas.put(cast.ines, since=Q4.since, until=Q4.until, amount=5, by=cast.actor("chiara"))
        pk = quota.pk
        quotas.remove(quota, by=cast.actor("chiara"))
        assert history.of("quota", pk).first().kind == "quota.removed"


class TestCalls:
    def test_a_newer_call_stands_beside_the_older_one(self, cast):
        ines = cast.actor("ines")
        first = calls.submit(period=Q4, amount=100, by=ines)
        with clock.set_to(clock.now() + dt.timedelta(days=7)):
            second = calls.submit(period=Q4, amount=150, by=ines)
            assert calls.standing(cast.ines, Q4.since, Q4.until) == second
        assert calls.standing(cast.ines, Q4.since, Q4.until, at=first.submitted_at) == first
        assert ForecastCall.objects.count() == 2

    def test_a_manager_may_call_for_a_report_and_not_for_others(self, cast):
        assert calls.submit(period=Q4, amount=1, user=cast.ines, by=cast.actor("daniel")).user == cast.ines
        with pytest.raises(NotAllowed):
            calls.submit(period=Q4, amount=1, user=cast.hugo, by=cast.actor("daniel"))

    def test_the_companys_call_is_its_own_capability(self, cast):
        assert calls.submit(period=Q4, amount=1, company=True, by=cast.actor("chiara")).user is None
        with pytest.raises(NotAllowed):
            calls.submit(period=Q4, amount=1, company=True, by=cast.actor("daniel"))

    def test_a_period_that_is_over_is_no_forecast(self, cast):
        with pytest.raises(Invalid) as refusal:
            calls.submit(period=periods.parse("2026-Q3", dt.date(2026, 11, 20)), amount=1, by=cast.actor("ines"))
        assert refusal.value.code == "period_over"

    def test_calls_are_never_deleted(self, cast):
        from django.db import DatabaseError, transaction

        call = calls.submit(period=Q4, amount=1, by=cast.actor("ines"))
        with pytest.raises(DatabaseError), transaction.atomic():
            call.delete()
