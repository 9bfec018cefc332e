"""The worker's warming builds plans within its budget, and stops when all are there."""

import pytest

from pacesetter.analytics import warm
from pacesetter.base.warehouse import plans


@pytest.mark.django_db
def test_it_builds_a_few_at_a_time_and_then_rests(monkeypatch):
    built = []
    monkeypatch.setattr(plans, "plan", built.append)
    monkeypatch.setattr(warm, "_waiting", iter(list(warm._asks())[:3]))
    warm.warm()
    assert len(built) == 3 and len({str(ask) for ask in built}) == 3
    warm.warm()
    assert len(built) == 3
