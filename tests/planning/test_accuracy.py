"""How right forecasts were: models and people by week, the same number as the metric, and why a quarter missed."""

import datetime as dt
from decimal import Decimal

import pytest

from pacesetter.analytics import numbers
from pacesetter.base import clock, warehouse
from pacesetter.core import periods
from pacesetter.planning import accuracy, calls, reviews, runs
from pacesetter.planning.accuracy import Error, Score
from pacesetter.planning.models import ForecastReview, ForecastRow
from tests.planning.past import TODAY, D, live

pytestmark = pytest.mark.django_db
Q3 = periods.parse("2026-Q3", TODAY)
BAND = (Q3, 3, None, "model")


@pytest.fixture
def company(cast, system, settings, tmp_path):
    """The model was asked in the third week of Q3; then and later people called."""
    settings.PACESETTER_DATA = tmp_path
    live(cast, system)
    runs.make(D(2026, 7, 20), by=system)
    for day, amounts in ((D(2026, 7, 6), (900, 1000, 2000)), (D(2026, 7, 20), (1100, 1200, 2500)), (D(2026, 8, 24), (1500, 1600, 3000))):
        with clock.set_to(dt.datetime.combine(day, dt.time(9), dt.UTC)):
            for who, amount in zip(("ines", "hugo"), amounts, strict=False):
                calls.submit(period=Q3, amount=amount * 100, by=cast.actor(who))
            calls.submit(period=Q3, amount=amounts[2] * 100, company=True, by=cast.actor("chiara"))
            calls.submit(period=Q3, amount=1, by=cast.actor("daniel"))
    warehouse.refresh()
    return cast


def test_the_call_of_the_week_counts_and_equals_the_metric(company, system):
    (call,) = [one for one in accuracy.scores([Q3], [3], by=system) if (one.method, one.user_id) == ("call", None)]
    assert call.said == 2500_00
    (cell,) = numbers.measure("forecast_accuracy", by=system, period=Q3)
    assert 1 - Error.of([call]).wape == pytest.approx(cell.value) and call.actual == int(cell.den * 100)


def test_people_are_scored_without_netting_and_those_who_lead_others_not(company, system):
    found = [one for one in accuracy.scores([Q3], [3], by=system) if one.method == "call" and one.user_id]
    assert {one.user_id: one.said for one in found} == {company.ines.pk: 1100_00, company.hugo.pk: 1200_00}
    (cell,) = numbers.measure("forecast_accuracy", by=system, period=Q3, variants={"level": "rep"})
    assert 1 - Error.of(found).wape == pytest.approx(cell.value)


@pytest.mark.parametrize(("who", "level"), [("chiara", "company"), ("chiara", "rep"), ("daniel", "rep"), ("ines", "rep")])
def test_the_models_error_is_the_metrics_variant(company, who, level):
    """To the cent: what was missed and what came, of the company, and of the people whom somebody sees."""
    by = company.actor(who)
    found = [one for one in accuracy.scores([Q3], [3], by=by) if one.method == "model" and (one.user_id is None) == (level == "company")]
    (cell,) = numbers.measure("forecast_accuracy", by=by, period=Q3, variants={"said": "model", "level": level})
    error = Error.of(found)
    assert error.n and (int(cell.num * 100), int(cell.den * 100)) == (error.actual - error.missed, error.actual)
    assert cell.beside["bias"] == pytest.approx(error.bias)


def test_behind_the_models_error_lie_its_forecasts_and_the_deals(company):
    asked = {"by": company.actor("ines"), "period": Q3, "variants": {"said": "model", "level": "rep"}}
    found = numbers.records("forecast_accuracy", **asked)
    said = [one for one in found if one.noun == "forecast"]
    (hers,) = ForecastRow.objects.filter(user=company.ines, since=Q3.since, until=Q3.until)
    assert [(one.id, one.owner, int(one.num * 100)) for one in said] == [(hers.pk, company.ines.pk, hers.mean)]
    (cell,) = numbers.measure("forecast_accuracy", **asked)
    assert sum(one.den for one in found if one.noun == "deal") == cell.den
    (nothing,) = numbers.measure("forecast_accuracy", by=company.actor("ines"), period=Q3, variants={"said": "model"})
    assert nothing.value is None, "the company's forecast is for those who see the company"


def test_a_run_that_is_stored_reaches_the_metric(company, system):
    before = numbers.measure("forecast_accuracy", by=system, period=Q3, variants={"said": "model", "week": "5"})
    assert before[0].value is None and not warehouse.is_stale()
    runs.make(D(2026, 8, 2), by=system)
    assert warehouse.is_stale()
    warehouse.refresh()
    after = numbers.measure("forecast_accuracy", by=system, period=Q3, variants={"said": "model", "week": "5"})
    assert after[0].value is not None


def test_on_the_last_day_the_forecast_of_the_days_before_still_stands(company, system):
    runs.make(D(2026, 9, 29), by=system)
    runs.make(D(2026, 9, 30), by=system)  # which asks of the next quarter
    warehouse.refresh()
    (score,) = [one for one in accuracy.scores([Q3], [13], by=system) if (one.method, one.user_id) == ("model", None)]
    (cell,) = numbers.measure("forecast_accuracy", by=system, period=Q3, variants={"said": "model", "week": "13"})
    assert cell.num == (score.actual - abs(score.said - score.actual)) / Decimal(100)


def test_models_stand_beside_and_later_weeks_have_later_calls(company, system):
    found = accuracy.scores([Q3], [2, 3, 13], by=system)
    models = [one for one in found if one.method == "model"]
    assert {one.week for one in models} == {3}, "a run of another week does not stand"
    assert {one.user_id for one in models} >= {None, company.ines.pk, company.hugo.pk}
    assert all(one.low <= one.high for one in models)
    said = {one.week: one.said for one in found if (one.method, one.user_id) == ("call", None)}
    assert said == {2: 2000_00, 3: 2500_00, 13: 3000_00}


@pytest.mark.parametrize(
    ("who", "sees"), [("ines", {"ines"}), ("daniel", {"ines"}), ("mei", {"hugo"}), ("chiara", {"", "ines", "hugo"}), ("nobody", set())]
)
def test_everybody_sees_their_own(company, who, sees):
    found = {one.user_id for one in accuracy.scores([Q3], [3], by=company.actor(who))}
    assert found == {getattr(company, name).pk if name else None for name in sees}


def test_an_adjustment_is_scored_beside_the_call_that_it_adjusts(company, system):
    with clock.set_to(dt.datetime(2026, 7, 21, 9, tzinfo=dt.UTC)):
        calls.submit(period=Q3, amount=1_234_00, user=company.ines, by=company.actor("daniel"), reason="timing", note="Two of them slip")
    warehouse.refresh()
    hers = {one.method: one.said for one in accuracy.scores([Q3], [3], by=system) if one.user_id == company.ines.pk}
    assert (hers["call"], hers["adjusted"]) == (1100_00, 1234_00)
    found = [one for one in accuracy.scores([Q3], [3], by=system) if one.user_id and one.method == "call"]
    (cell,) = numbers.measure("forecast_accuracy", by=system, period=Q3, variants={"level": "rep"})
    assert 1 - Error.of(found).wape == pytest.approx(cell.value), "an adjustment is nobody's call in the metric"


def test_errors_add_up_from_rows():
    rows = [Score(*BAND, 90, 100, 80, 95), Score(*BAND, 130, 100, 90, 140), Score(*BAND, 5, 0, 1, 9)]
    found = Error.of(rows)
    assert (found.n, found.missed, found.moved, found.actual, found.held, found.banded) == (2, 40, 20, 200, 1, 2)
    assert (found.wape, found.bias, found.coverage) == (0.2, 0.1, 0.5)
    nothing = Error.of([])
    assert nothing.wape is nothing.bias is nothing.coverage is None


def test_value_added_compares_only_where_both_stand():
    model, call = Score(*BAND, 90, 100), Score(Q3, 3, None, "call", 97, 100)
    alone = Score(Q3, 3, 5, "call", 1, 100)
    assert accuracy.value_added([model, call, alone]) == (10 - 3, 100)
    assert accuracy.value_added([alone]) == (0, 0)


def test_a_closed_quarter_is_reviewed_once_and_its_parts_add_up(company, system):
    ground = runs.Ground.now()
    assert (reviews.catch_up(ground), reviews.catch_up(ground)) == (1, 0)
    found = ForecastReview.objects.get()
    assert (found.since, found.until, found.week) == (Q3.since, Q3.until, 3)
    parts = found.timing + found.win_rate + found.deal_size + found.new + found.corrected
    assert found.actual == found.said + parts > 0 and found.win_rate != 0
