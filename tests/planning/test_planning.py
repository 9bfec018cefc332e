"""Quotas and forecast calls."""

import datetime as dt

import pytest

from pacesetter.base import clock, history, settings
from pacesetter.core import periods
from pacesetter.core.errors import Invalid, NotAllowed
from pacesetter.planning import calls, quotas
from pacesetter.planning.loaders import QuotaLoader
from pacesetter.planning.models import ForecastCall, ForecastRow, ForecastRun, Quota

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

    def test_a_managers_adjustment_stands_beside_the_sellers_call(self, cast):
        calls.submit(period=Q4, amount=100, by=cast.actor("ines"))
        adjusted = calls.submit(period=Q4, amount=80, user=cast.ines, reason="caution", note="thin", by=cast.actor("daniel"))
        assert (adjusted.submitted_by_id, adjusted.reason) == (cast.daniel.pk, "caution")
        assert list(ForecastCall.objects.order_by("id").values_list("amount", flat=True)) == [100, 80]
        assert history.of("forecast_call", adjusted.pk).get().data["reason"] == "caution"

    @pytest.mark.parametrize("values", [{"reason": "mood"}, {"category": "hopes"}, {"amount": -1}])
    def test_what_is_no_call_is_refused(self, cast, values):
        with pytest.raises(Invalid):
            calls.submit(**{"period": Q4, "amount": 1, "by": cast.actor("ines"), **values})
        assert not ForecastCall.objects.exists()

    def test_far_from_the_model_a_call_needs_a_reason(self, cast):
        """The model says 1,000 of Ines, 500 of Hugo and 2,000 of the company; Daniel's team is Ines."""
        run = ForecastRun.objects.create(as_of=dt.date(2026, 11, 19), made_at=clock.now(), version="test")
        for user, mean in ((cast.ines, 1000), (cast.hugo, 500), (None, 2000)):
            spread = {"mean": mean, "p10": mean, "p50": mean, "p90": mean, "won": 0, "open": mean, "new": 0}
            ForecastRow.objects.create(run=run, user=user, since=Q4.since, until=Q4.until, method="deals", currency="USD", **spread)
        near = [("ines", {}, 1100), ("ines", {}, 900), ("daniel", {}, 1100), ("chiara", {"company": True}, 2200)]
        for name, whose, amount in near:
            calls.submit(period=Q4, amount=amount, by=cast.actor(name), **whose)
        far = [("ines", {}, 1101), ("daniel", {"user": cast.ines}, 899), ("daniel", {}, 1500), ("chiara", {"company": True}, 2201)]
        for name, whose, amount in far:
            with pytest.raises(Invalid) as refusal:
                calls.submit(period=Q4, amount=amount, by=cast.actor(name), **whose)
            assert (refusal.value.code, refusal.value.field) == ("call_far", "reason")
            calls.submit(period=Q4, amount=amount, reason="deal", by=cast.actor(name), **whose)
        calls.submit(period=Q4, amount=5000, category="best_case", by=cast.actor("ines"))
        settings.put("forecast.reason_beyond", 60, by=cast.actor("chiara"))
        calls.submit(period=Q4, amount=1600, by=cast.actor("ines"))

    def test_a_model_that_spoke_later_asks_nobody(self, cast):
        run = ForecastRun.objects.create(as_of=dt.date(2026, 11, 21), made_at=clock.now(), version="test")
        spread = dict.fromkeys(("mean", "p10", "p50", "p90", "won", "open", "new"), 1)
        ForecastRow.objects.create(run=run, user=cast.ines, since=Q4.since, until=Q4.until, method="deals", currency="USD", **spread)
        assert calls.submit(period=Q4, amount=1600, by=cast.actor("ines")).reason == ""

    def test_calls_are_never_deleted(self, cast):
        from django.db import DatabaseError, transaction

        call = calls.submit(period=Q4, amount=1, by=cast.actor("ines"))
        with pytest.raises(DatabaseError), transaction.atomic():
            call.delete()
