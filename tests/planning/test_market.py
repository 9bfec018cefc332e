"""Market series in the company: kept with the day they became known, taken by the nightly series where they earned it."""

import datetime as dt

import numpy as np
import pytest

from pacesetter.base.models import HistoryEntry
from pacesetter.core.errors import Conflict, Invalid, NotAllowed
from pacesetter.core.forecasting.assumptions import Assumptions
from pacesetter.core.forecasting.histories import day_number
from pacesetter.core.periods import containing
from pacesetter.planning import market, market_effects, scenarios, series, what_if
from pacesetter.planning.histories import Booked
from pacesetter.planning.models import ForecastRun, MarketSeries, MarketValue
from tests.planning.past import TODAY, D
from tests.planning.past import asked as asked_company

pytestmark = pytest.mark.django_db
AS_OF = TODAY - dt.timedelta(days=1)
MONTHS, LAG, BEFORE = 60, 4, 14


def company(cast, seed=3, elasticity=2.0):
    """Five years of bookings of two teams that follow a market four months later; and that market by month."""
    dice = np.random.default_rng(seed)
    x = np.zeros(MONTHS + BEFORE)
    for at in range(1, len(x)):
        x[at] = 0.95 * x[at - 1] + dice.normal(0, 0.07)
    months = [containing(AS_OF, "month").shifted(at - len(x) + 1).since for at in range(len(x))]
    t = np.arange(len(x))
    logs = np.log(50_000_00) + 0.15 * np.sin(2 * np.pi * t / 12) + elasticity * np.roll(x, LAG) + dice.normal(0, 0.06, len(x))
    amount = np.rint(np.exp(logs)).astype(np.int64)[BEFORE:]
    day = np.asarray([day_number(month + dt.timedelta(days=4)) for month in months[BEFORE:]])
    booked = Booked(
        np.tile(day, 2),
        np.repeat([cast.ines.pk, cast.hugo.pk], MONTHS),
        np.repeat([cast.south.pk, cast.north.pk], MONTHS),
        np.tile(amount, 2),
    )
    return booked, {month: round(float(np.exp(one + 4)), 3) for month, one in zip(months[:-1], x[:-1], strict=True)}


def bring(values, by, name="Orders", **more):
    return market.put_many([{"series": name, "month": month, "value": value, **more} for month, value in values.items()], by=by)


def asked(booked, as_of=AS_OF):
    run = ForecastRun(as_of=as_of)
    rows = list(series.rows(run, booked))
    return run.card.get("market"), {(row.since, row.until, row.team_id): (row.mean, row.p10, row.p90) for row in rows}


def test_a_market_that_drives_is_taken_and_noise_is_not(cast, system):
    booked, drives = company(cast)
    nothing, plain = asked(booked)
    assert nothing is None
    bring(drives, system)
    noise = np.random.default_rng(12).normal(0, 0.1, len(drives))
    bring({month: float(np.exp(4 + one)) for month, one in zip(drives, noise, strict=True)}, system, "Noise")
    card, found = asked(booked)
    told = {one["name"]: one for one in card}
    assert told["Orders"]["taken"] and told["Orders"]["effect"]["lag"] == LAG
    assert told["Orders"]["effect"]["elasticity"] == pytest.approx(2.0, abs=0.4)
    assert told["Orders"]["beside"] < 0.95 * told["Orders"]["without"] and told["Orders"]["known_until"] == "2026-10-01"
    assert not told["Noise"]["taken"]
    assert found.keys() == plain.keys() and found != plain
    for (since, until, team), (mean, p10, p90) in found.items():
        assert p10 <= mean <= p90
        if team is None:
            assert mean == pytest.approx(found[since, until, cast.south.pk][0] + found[since, until, cast.north.pk][0], abs=2)


def test_noise_alone_leaves_what_series_say_as_it_is(cast, system):
    booked, _ = company(cast, elasticity=0.0)
    plain = asked(booked)[1]
    bring(company(cast, seed=8)[1], system)
    card, found = asked(booked)
    assert [one["taken"] for one in card] == [False] and found == plain


def test_a_past_run_knows_only_what_was_known_then(cast, system):
    """Everything that became known after the day is changed: the run of that day stays as it was, to the last digit."""
    booked, drives = company(cast)
    bring(drives, system)
    day = D(2026, 8, 10)
    before = asked(booked, day)
    later = {month: 1e6 for month in drives if market.known_by_default(month, "") > day}
    assert later and before[0][0]["taken"]
    bring(later, system)
    bring({D(2026, 1, 1): 1e6}, system, known_on=day + dt.timedelta(days=1))
    bring({D(2026, 9, 1): 1e6}, system, path="base")
    assert asked(booked, day) == before


def test_a_future_that_is_expected_moves_the_forecast(cast, system):
    booked, drives = company(cast)
    bring(drives, system)
    card, held = asked(booked)
    assert card[0]["expected_until"] is None
    last = drives[max(drives)]
    bring({D(2026, 11, 1): last * 1.1, D(2027, 12, 1): last * 1.1}, system, path="base", known_on=AS_OF)
    card, risen = asked(booked)
    assert card[0]["expected_until"] == "2027-12-01"
    month = (D(2027, 9, 1), D(2027, 10, 1), None)
    assert risen[month][0] == pytest.approx(held[month][0] * 1.1 ** card[0]["effect"]["elasticity"], rel=0.001)


def test_who_may_and_what_is_kept_of_it(cast, system):
    with pytest.raises(NotAllowed):
        bring({D(2026, 10, 1): 1.0}, cast.actor("ines"))
    (value,) = bring({D(2026, 10, 1): 1.0}, cast.actor("chiara"), unit="index")
    assert (value.brought_by_id, value.known_on) == (cast.chiara.pk, D(2026, 10, 31))
    bring({D(2026, 10, 1): 2.0}, system, name="orders")
    kinds = list(HistoryEntry.objects.filter(noun__startswith="market").order_by("id").values_list("kind", "changes"))
    assert kinds == [("market_value.set", {"value": [None, 1.0]}), ("market_value.set", {"value": [1.0, 2.0]})]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"month": D(2026, 10, 15)}, "not_a_month"), ({"path": "best"}, "not_a_path"), ({"known_on": D(2026, 9, 30)}, "known_before"),
        ({"value": float("nan")}, "wrong_type"), ({"series": " "}, "required"), ({"series": "x" * 81}, "too_long"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(cast, system, changes, code):
    with pytest.raises(Invalid) as refused:
        market.put_many([{"series": "Orders", "month": D(2026, 10, 1), "value": 1.0, **changes}], by=system)
    assert refused.value.code == code and not MarketSeries.objects.exists()


def test_a_series_that_was_taken_away_comes_back_whole(cast, system):
    bring({D(2026, 9, 1): 1.0, D(2026, 10, 1): 2.0}, system, unit="index")
    bring({D(2026, 9, 1): 1.5}, system, known_on=D(2026, 10, 20))
    bring({D(2027, 1, 1): 3.0}, system, path="high")
    whole = list(MarketValue.objects.values_list("month", "path", "value", "known_on"))
    market.remove(MarketSeries.objects.get(), by=system)
    assert not MarketSeries.objects.exists()
    entry = HistoryEntry.objects.get(kind="market_series.removed")
    market.bring_back(entry, by=system)
    assert list(MarketValue.objects.values_list("month", "path", "value", "known_on")) == whole
    with pytest.raises(Conflict):
        market.bring_back(entry, by=system)


def test_gaps_are_told_and_a_revision_stands(cast, system):
    bring({D(2026, 6, 1): 1.0, D(2026, 9, 1): 2.0}, system)
    bring({D(2026, 6, 1): 1.5}, system, known_on=D(2026, 8, 15))
    (told,) = market.listed()
    assert told.missing == [D(2026, 7, 1), D(2026, 8, 1)] and told.came[D(2026, 6, 1)] == 1.5


def taken(monkeypatch, until, lag=0):
    """Runs as if they followed a market that is known until a month."""
    effect = {"lag": lag, "elasticity": 2.0}
    one = {"series": 1, "name": "Orders", "effect": effect, "without": 0.12, "beside": 0.09, "days": 12, "logs": True, "taken": True}
    monkeypatch.setattr(market_effects, "followed", lambda run: one | {"known_until": until, "expected_until": None})


def test_a_what_if_of_the_market_is_drawn_and_saved(cast, system, settings, tmp_path, monkeypatch):
    asked_company(cast, system, settings, tmp_path)
    period, assumed = containing(TODAY, "quarter"), Assumptions.of({"market": 1.1})
    nothing = what_if.ask(period, assumed, by=system)
    assert nothing.market.tried is None and nothing.after == nothing.before
    taken(monkeypatch, "2026-10-01", lag=4)
    late = what_if.ask(period, assumed, by=system)
    assert late.market.begins == D(2027, 3, 1) and late.after.mean == late.before.mean
    taken(monkeypatch, "2026-10-01")
    said = what_if.ask(period, assumed, by=system)
    assert said.market.begins == D(2026, 11, 1) and said.effects[-1][0] == "market"
    still = said.before.open + said.before.new
    assert said.after.mean - said.before.mean == pytest.approx(0.21 * still, rel=0.001) and said.after.won == said.before.won
    part = what_if.ask(period, Assumptions.of({"market": 1.1, "market_since": D(2026, 12, 5)}), by=system)
    assert part.market.begins == D(2026, 12, 1) and said.before.mean < part.after.mean < said.after.mean
    kept = scenarios.save("Weaker market", period=period, assumed=part.assumed, by=cast.actor("chiara"))
    assert kept.assumptions == {"market": 1.1, "market_since": "2026-12-05"}
    assert scenarios.again(kept, by=cast.actor("chiara")).after == part.after


def test_a_market_below_zero_moves_by_shares_of_its_size():
    one = {"effect": {"lag": 0, "elasticity": 0.5}}
    assert market_effects.times(one | {"logs": True}, 1.1) == pytest.approx(1.1**0.5)
    assert market_effects.times(one | {"logs": False}, 1.1) == pytest.approx(np.exp(0.05))
