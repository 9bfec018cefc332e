"""Quotas come from files like everything else, and are reverted like everything else."""

import datetime as dt

import pytest

from pacesetter.planning.models import Quota
from tests.intake.test_check import refused
from tests.intake.test_load import counts

TEXT = "Rep,Period,Quota\nInes Navarro,2026-Q4,250000\nHugo Marchetti,2026-10,80000.50\n"


def test_quotas_by_person_and_period(bring, load, revert, cast):
    batch = load(bring(TEXT, "quotas.csv"))
    ines = Quota.objects.get(user=cast.ines)
    assert (ines.since, ines.until, ines.amount) == (dt.date(2026, 10, 1), dt.date(2027, 1, 1), 25_000_000)
    assert counts(bring(TEXT, "quotas.csv")) == (0, 0, 2, 0)
    newer = load(bring(TEXT.replace("250000", "300000"), "quotas.csv"))
    assert counts(newer) == (0, 1, 1, 0)
    revert(newer)
    assert Quota.objects.get(user=cast.ines).amount == 25_000_000
    revert(batch)
    assert not Quota.objects.exists()


@pytest.mark.parametrize(("row", "code"), [("Ines Navarro,someday,1", "no_period"), ("Ines Navarro,2026-Q1,much", "not_a_number")])
def test_bad_quotas_are_refused(bring, cast, row, code):
    assert refused(bring(f"{TEXT}{row}\n", "quotas.csv")) == [(4, code)]
