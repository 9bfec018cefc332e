"""Forecasts of series: coherent, from nothing but the past, the same in parts, and honest where little is known."""

import datetime as dt

import numpy as np
import pytest

from pacesetter.core.errors import Refused
from pacesetter.core.forecasting.series import forecasts, ladders, panels, partitions, plans
from tests.core.forecasting.series.invented import month, quarter, seasonal, seasonal_table, table, week

pytestmark = pytest.mark.usefixtures("quick")
RUNGS = ladders.rungs  # as it is without the fixture
NAMES = ["region", "team"]
ROWS = seasonal(4, 20, name=quarter, season=4)


def rows_of(found, **wanted):
    return [row for row in found.table().to_pylist() if all(row[key] == value for key, value in wanted.items())]


@pytest.fixture(scope="module")
def plain(quick):
    return forecasts.forecast(panels.read(table(ROWS, *NAMES), "Q"), 6)


@pytest.fixture(scope="module")
def tree(quick):
    return forecasts.forecast(panels.read(table(ROWS, *NAMES), "Q", hierarchy=NAMES), 6, names=NAMES)


def test_a_table_of_all_series_and_periods(plain):
    found = plain.table()
    assert found.column_names == ["unique_id", "ds", "mean", "lo-80", "hi-80", "lo-95", "hi-95", "model"]
    assert found.num_rows == 4 * 6
    assert sorted({str(day) for day in found["ds"].to_pylist()}) == [str(quarter(at)) for at in range(20, 26)]
    for row in found.to_pylist():
        assert 0 <= row["lo-95"] <= row["lo-80"] <= row["mean"] <= row["hi-80"] <= row["hi-95"]


def test_children_add_up_to_parents(tree):
    means = {(row["level"], row["unique_id"], row["ds"]): row["mean"] for row in tree.table().to_pylist()}
    days = {day for _, _, day in means}
    for day in days:
        whole = means["total", "total", day]
        for level in (*NAMES, "series"):
            assert sum(mean for (of, _, on), mean in means.items() if (of, on) == (level, day)) == pytest.approx(whole, rel=1e-9)
        for region in ("North", "South"):
            teams = sum(mean for (of, key, on), mean in means.items() if of == "team" and on == day and key.startswith(region))
            assert teams == pytest.approx(means["region", region, day], rel=1e-9)


def test_sums_are_surer_than_their_parts(tree):
    def relative(**wanted):
        (first, *_) = rows_of(tree, **wanted)
        return (first["hi-80"] - first["lo-80"]) / first["mean"]

    assert relative(level="total") < relative(level="series", unique_id="S03")


def thrown_about(rows, cut):
    dice = np.random.default_rng(3)
    later = [(key, day, round(float(dice.normal(0, 1e6)), 2), "South", "T9") for key, day, *_ in rows if day > cut]
    return [row for row in rows if row[1] <= cut] + later + [("New", quarter(19), 1e9, "South", "T9")]


@pytest.mark.parametrize("names", [(), NAMES], ids=["series", "hierarchy"])
def test_nothing_from_the_future_is_looked_at(names):
    cut = dt.date(2025, 3, 31)
    some, others = (
        forecasts.forecast(panels.read(table(rows, *NAMES), "Q", hierarchy=names, as_of=cut), 6, names=names).table()
        for rows in (ROWS, thrown_about(ROWS, cut))
    )
    assert some.equals(others)


def test_parts_get_the_rows_of_the_whole_where_models_are_local(plain):
    plan = plans.Plan(6, (), plain.plan.origins, {"series": plans.Rung("theta", {}, 1.0, plain.plan.rungs["series"].bands)})
    panel = panels.read(table(ROWS, *NAMES), "Q")
    whole = forecasts.forecast(panel, 6, plan=plan).table().to_pylist()
    parts = [forecasts.forecast(panel.rows(part), 6, plan=plan).table().to_pylist() for part in (np.arange(1), np.arange(1, 4))]
    assert whole == parts[0] + parts[1]


def test_processes_say_the_same_to_the_last_bit():
    rows = [(f"S{one:02}", month(at), (7 * one + 5 * at) % 11 * (at % 3 == one % 3)) for one in range(partitions.FEW) for at in range(14)]
    panel = panels.read(table(rows), "M")
    alone = forecasts.forecast(panel, 2).table()
    with partitions.over(2) as run:
        assert forecasts.forecast(panel, 2, run=run).table().equals(alone)


def test_thin_series_are_refused_by_name_and_the_others_are_not():
    rows = [*ROWS, ("Thin", quarter(18), 5, "North", "T0"), ("Thin", quarter(19), 5, "North", "T0")]
    found = forecasts.forecast(panels.read(table(rows, *NAMES), "Q"), 3)
    assert found.refused == ["Thin"] and not rows_of(found, unique_id="Thin")
    assert len(rows_of(found, unique_id="S00")) == 3


def test_in_a_hierarchy_a_thin_series_counts_with_what_is_known_of_it_and_has_no_band():
    rows = [*ROWS, ("Thin", quarter(18), 4, "North", "T0"), ("Thin", quarter(19), 8, "North", "T0")]
    found = forecasts.forecast(panels.read(table(rows, *NAMES), "Q", hierarchy=NAMES), 3, names=NAMES)
    thin = rows_of(found, level="series", unique_id="Thin")
    assert [row["model"] for row in thin] == ["mean"] * 3 and all(row["mean"] == pytest.approx(6, abs=6) for row in thin)


def test_two_points_of_history_are_refused():
    with pytest.raises(Refused, match="three periods"):
        forecasts.forecast(panels.read(table([("A", quarter(0), 1), ("A", quarter(1), 2)]), "Q"), 3)


def test_three_points_are_answered_with_a_wide_band():
    found = forecasts.forecast(panels.read(table([("A", quarter(at), value) for at, value in enumerate((90, 110, 100))]), "Q"), 2)
    for row in rows_of(found):
        assert row["lo-95"] is None or row["hi-95"] - row["lo-95"] > 50


def test_zeros_stay_zero_and_say_so():
    rows = [*ROWS, *[("Zero", quarter(at), 0, "North", "T0") for at in range(20)]]
    found = rows_of(forecasts.forecast(panels.read(table(rows, *NAMES), "Q"), 2), unique_id="Zero")
    assert [(row["mean"], row["lo-80"], row["model"]) for row in found] == [(0, None, "zeros")] * 2


def test_one_outlier_does_not_become_the_forecast(plain):
    wild = [(key, day, y * 50 if (key, day) == ("S03", quarter(15)) else y, *more) for key, day, y, *more in ROWS]
    found = forecasts.forecast(panels.read(table(wild, *NAMES), "Q"), 6)
    for before, after in zip(rows_of(plain, unique_id="S03"), rows_of(found, unique_id="S03"), strict=True):
        assert after["mean"] == pytest.approx(before["mean"], rel=0.3)


def test_a_year_is_forecast_better_than_by_last_year():
    whole = panels.read(seasonal_table(4, 26, name=quarter, season=4, noise=0.03), "Q")
    panel, actual = whole.until(20), whole.y[:, 20:]
    found = forecasts.forecast(panel, 6)
    assert np.abs(found.said[0].mean - actual).sum() < np.abs(panel.y[:, [-4, -3, -2, -1, -4, -3]] - actual).sum()


@pytest.mark.parametrize("horizon", [0, 1001])
def test_horizons_without_sense_are_refused(horizon):
    with pytest.raises(Refused, match="horizon"):
        forecasts.forecast(panels.read(table(ROWS, *NAMES), "Q"), horizon)


def test_what_is_used_stays_until_another_is_better_by_a_twentieth():
    keys = ("mix4", "theta")
    assert ladders.choose(keys, {"mix4": 0.100, "theta": 0.096}) == "mix4"
    assert ladders.choose(keys, {"mix4": 0.100, "theta": 0.094}) == "theta"
    assert ladders.choose(keys, {"mix4": 0.096, "theta": 0.100}, incumbent="theta") == "theta"
    assert ladders.choose(keys, {}) == "mix4" and ladders.choose(keys, {"theta": 0.1}) == "theta"


def test_each_kind_of_series_has_its_ladder():
    months = panels.read(seasonal_table(2, 24), "M")
    weeks = panels.read(seasonal_table(2, 120, name=week, season=52), "W")
    year, start = panels.read(seasonal_table(2, 20), "M"), panels.read(seasonal_table(2, 9), "M")
    peaks = panels.read(table([("A", month(at), 9 * (at % 3 == 0)) for at in range(24)]), "M")
    assert [RUNGS(one)[0] for one in (months, weeks, year, start, peaks)] == ["mix4", "short", "short", "theta", "tsb"]
