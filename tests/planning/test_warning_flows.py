"""A drop in lead flow and a model that has drifted: raised, not raised, and what came of it."""

import datetime as dt

import pytest

from pacesetter.base import clock, fields, warehouse
from pacesetter.core import periods
from pacesetter.core.periods import add_months
from pacesetter.crm import leads
from pacesetter.planning import runs, warning_keeping
from pacesetter.planning.models import EarlyWarning, ForecastRow, ForecastRun, WarningReview
from pacesetter.planning.warning_flows import AFTER, drifted, dropped, dropping
from pacesetter.planning.warning_shape import Seen
from tests.planning.past import TODAY, D, live

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.PACESETTER_DATA = tmp_path


def received(cast, system, weekly):
    """So many leads each week up to yesterday, the oldest first; two of three from an event."""
    fields.add_options("source", ["Event"], by=system)
    rows, last = [], TODAY - DAY
    for back, count in enumerate(reversed(weekly)):
        at = dt.datetime.combine(last - dt.timedelta(days=7 * back + 3), dt.time(9), dt.UTC)
        rows += [
            {"last_name": f"L{back}.{n}", "company": "Aster", "owner": cast.ana.pk, "received_at": at, "source": "event" if n % 3 else ""}
            for n in range(count)
        ]
    leads.create_many(rows, by=system, facts=True)
    warehouse.refresh()


def asked(day=TODAY - DAY):
    run = ForecastRun.objects.create(as_of=day, made_at=clock.now(), version="1")
    return Seen(run, None, None, None, [])


class TestLeads:
    def test_a_drop_is_warned_of_as_a_whole_and_by_source(self, cast, system):
        received(cast, system, [12] * 30 + [4] * 4)
        found = {one.subject: one for one in dropping(asked())}
        assert set(found) == {"company", "source:event"}
        whole = found["company"]
        assert whole.facts["count"] == 16 and whole.facts["usual"] == pytest.approx(48) and whole.facts["chance"] < 0.01
        assert (whole.since, whole.until) == (D(2026, 11, 1), D(2026, 12, 1))

    def test_a_steady_flow_a_small_drop_and_a_young_company_are_not(self, cast, system):
        received(cast, system, [12] * 30 + [11] * 4)
        assert list(dropping(asked())) == [] and list(dropping(asked(TODAY - dt.timedelta(weeks=20)))) == []

    def test_later_leads_change_nothing(self, cast, system):
        received(cast, system, [12] * 30 + [4] * 4)
        past = asked(TODAY - DAY - dt.timedelta(weeks=1))
        before = [(one.subject, one.facts) for one in dropping(past)]
        leads.create_many(
            [{"last_name": f"N{n}", "company": "Aster", "received_at": clock.now()} for n in range(40)], by=system, facts=True
        )
        warehouse.refresh()
        assert before and [(one.subject, one.facts) for one in dropping(past)] == before

    def test_what_came_is_asked_of_the_deals_of_the_eight_weeks_after(self, cast, system):
        live(cast, system)
        received(cast, system, [12] * 50)
        month = periods.parse("2026-08", TODAY)
        came, day = dropped(None, month, {})["company"]
        assert day == month.last + dt.timedelta(weeks=AFTER) and came is False, "a deal begins every eight days all along"
        assert dropped(None, month, {"company": D(2026, 8, 10)})["company"][1] == D(2026, 8, 10) + dt.timedelta(weeks=AFTER)


class TestModel:
    @pytest.fixture
    def company(self, cast, system):
        live(cast, system)
        return cast

    def said(self, mean, months=8):
        """On the last day before each of the past months, far more (or just what came) was expected of it."""
        for back in range(1, months + 1):
            since = add_months(D(2026, 11, 1), -back)
            run = ForecastRun.objects.create(as_of=since - DAY, made_at=dt.datetime.combine(since, dt.time(2), dt.UTC), version="1")
            money = {"mean": mean, "p10": mean - 1, "p50": mean, "p90": mean + 1, "won": 0, "open": mean, "new": 0}
            ForecastRow.objects.create(run=run, since=since, until=add_months(since, 1), method="deals", currency="USD", **money)

    def test_errors_on_one_side_and_missed_bands_are_warned_of(self, company, system):
        self.said(900_000_00)
        runs.make(by=system)
        one = EarlyWarning.objects.get(kind="model", subject="company")
        told = {sign["code"]: sign for sign in one.facts["signs"]}
        assert told["one_sided"]["value"] == pytest.approx(8) and told["one_sided"]["over"] is True
        assert (told["missed"]["value"], told["missed"]["usual"]) == (8, 8) and told["missed"]["chance"] < 0.01 and one.facts["months"] == 8

    def test_few_months_say_nothing_of_errors(self, company, system):
        self.said(900_000_00, months=4)
        runs.make(by=system)
        signs = [sign["code"] for one in EarlyWarning.objects.filter(kind="model") for sign in one.facts["signs"]]
        assert not {"one_sided", "missed"} & set(signs)

    def test_a_past_day_says_nothing_of_the_model_of_then(self, company, system):
        self.said(900_000_00)
        runs.make(D(2026, 11, 1), by=system)
        assert not EarlyWarning.objects.filter(kind="model").exists()

    def test_months_are_judged_by_their_own_band_where_the_model_spoke_by_itself(self, company, system):
        self.said(900_000_00)
        ground, october = runs.Ground.now(), periods.parse("2026-10", TODAY)
        assert drifted(ground, october, {}) == {"company": (True, october.last)}
        assert drifted(ground, october.shifted(-20), {}) == {}
        ForecastRun.objects.create(as_of=D(2026, 10, 25), made_at=clock.now(), version="1")
        warning_keeping.catch_up(ground)
        review = WarningReview.objects.get(kind="model", since=october.since)
        assert (review.cases, review.came, review.raised) == (1, 1, 0)
