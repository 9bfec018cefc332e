"""The models' forecasts asked by machines: scope, accuracy, and asking anew."""

import datetime as dt

import pytest

from pacesetter.base import clock, jobs, warehouse
from pacesetter.base.models import Job
from pacesetter.planning import quotas, runs, warnings
from pacesetter.planning.models import ForecastRow, ForecastRun
from tests.planning.past import asked

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(cast, system, settings, tmp_path):
    return asked(cast, system, settings, tmp_path)


def whose(found):
    return {row["user"] or row["team"] or "company" for row in found}


def test_everybody_reads_what_lies_in_their_scope(company, caller):
    people = {company.ines.pk, company.hugo.pk}
    seen = {"chiara": people | {"company", company.south.pk, company.north.pk}, "yuki": people | {"company", company.south.pk, company.north.pk},
        "ines": {company.ines.pk}, "daniel": {company.ines.pk, company.south.pk}, "mei": {company.hugo.pk, company.north.pk}, "nobody": set()}  # fmt: skip
    for who, expected in seen.items():
        status, found = caller(who).call("GET", "/forecast")
        assert status == 200 and whose(found) == expected, who
    (hers,) = caller("ines").call("GET", "/forecast")[1]
    assert hers["mean"] == pytest.approx(hers["won"] + hers["open"] + hers["new"]) and hers["p10"] <= hers["p90"]
    assert hers["as_of"] == "2026-11-19" and hers["currency"] == "USD"


def test_a_day_before_the_first_run_knows_nothing(company, caller):
    assert caller("chiara").call("GET", "/forecast?at=2026-11-01") == (200, [])
    assert caller("chiara").call("GET", "/forecast?period=never")[0] == 422


def test_asking_is_a_job_for_those_who_set_targets(company, caller):
    status, job = caller("chiara").call("POST", "/forecast/runs", {"as_of": "2026-07-20"})
    assert status == 202 and jobs.run_inline(Job.objects.get(pk=job["id"])).state == "done"
    assert ForecastRun.objects.filter(as_of=dt.date(2026, 7, 20)).exists()
    assert caller("ines").call("POST", "/forecast/runs", {})[0] == 403
    found = caller("yuki").call("GET", "/forecast/accuracy")[1]
    assert {(row["method"], row["since"]) for row in found} == {("model", "2026-07-01")}
    assert caller("hugo").call("GET", "/forecast/accuracy")[1][0]["user"] == company.hugo.pk
    assert caller("chiara").call("GET", "/forecast/accuracy?grain=decade")[0] == 422


def test_the_long_view_is_read_by_those_who_see_everybody_in_it(cast, caller):
    run = ForecastRun.objects.create(as_of=dt.date(2026, 11, 19), made_at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC), version="1")
    money = dict.fromkeys(("mean", "p10", "p50", "p90", "new"), 500_000_00) | {"won": 0, "open": 0}
    days = {"since": dt.date(2027, 1, 1), "until": dt.date(2027, 4, 1)}
    ForecastRow.objects.create(run=run, **days, method="series", currency="USD", **money)
    (row,) = caller("chiara").call("GET", "/forecast/ahead?grain=quarter")[1]
    assert (row["mean"], row["since"], row["method"]) == (500_000, "2027-01-01", "series")
    assert caller("chiara").call("GET", "/forecast/ahead") == (200, []) == caller("ines").call("GET", "/forecast/ahead?grain=quarter")
    assert caller("chiara").call("GET", "/forecast/ahead?grain=week")[0] == 422


def test_warnings_as_far_as_one_sees_and_how_right_they_were(company, caller, system):
    for user, amount in ((company.ines, 10**10), (company.hugo, 10**10)):
        quotas.put(user, since=dt.date(2026, 10, 1), until=dt.date(2027, 1, 1), amount=amount, by=system)
    warehouse.refresh()
    with clock.set_to(dt.datetime(2026, 11, 21, 9, tzinfo=dt.UTC)):
        runs.make(by=system)
        seen = {who: caller(who).call("GET", "/forecast/warnings")[1] for who in ("chiara", "ines", "nobody")}
        kinds = {who: caller(who).call("GET", "/forecast/warnings/kinds")[1] for who in ("chiara", "ines")}
    assert {row["user"] for row in seen["chiara"] if row["kind"] == "rep"} == {company.ines.pk, company.hugo.pk}
    (hers,) = [row for row in seen["ines"] if row["kind"] == "rep"]
    assert hers["user"] == company.ines.pk and hers["stake"] == pytest.approx(hers["facts"]["plan"] - hers["facts"]["mean"])
    assert hers["raised_on"] == hers["as_of"] == "2026-11-20" and not [row for row in seen["ines"] if row["kind"] == "quarter"]
    assert seen["nobody"] == [] and {one["kind"] for one in kinds["ines"]} == set(warnings.KINDS)
    assert all(one["precision"] is None and "cases" not in one for one in kinds["ines"]) and kinds["chiara"][0]["cases"] == 0
