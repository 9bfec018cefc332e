"""The worker's warming builds plans within its budget, begins with the dashboards, and stops when all are there."""

import pytest

from pacesetter.analytics import warm
from pacesetter.base import settings
from pacesetter.base.warehouse import plans
from pacesetter.core.metrics import METRICS


@pytest.fixture
def built(monkeypatch):
    asked = []
    monkeypatch.setattr(plans, "plan", asked.append)
    monkeypatch.setattr(warm, "_waiting", {})
    return asked


@pytest.mark.django_db
def test_it_builds_a_few_at_a_time_and_then_rests(built, monkeypatch):
    three = list(warm.asks(1))[:3]
    monkeypatch.setattr(warm, "asks", lambda _: iter(three))
    warm.a_little()
    assert built == three
    warm.a_little()
    assert built == three


@pytest.mark.django_db
def test_another_fiscal_year_is_other_sql(built, system):
    warm.a_little()
    assert {ask.fiscal_start for ask in built} == {1}
    settings.put("company.fiscal_start", "4", by=system)
    warm.a_little()
    assert {ask.fiscal_start for ask in built} == {1, 4}


def test_every_metric_comes_before_any_breakdown_and_no_question_twice():
    asks = list(warm.asks(1))
    first = asks[: 2 * len(METRICS)]
    assert {(ask.metric, ask.scoped) for ask in first} == {(key, scoped) for key in METRICS for scoped in (False, True)}
    assert all(not ask.by for ask in first) and len(set(asks)) == len(asks)


@pytest.mark.django_db
def test_all_at_once_for_a_first_start(built):
    warm.everything()
    assert built == list(warm.asks(1))
