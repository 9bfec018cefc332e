"""Series of plain files, forecast and backtested: no company, no database."""

import json

import pyarrow.csv as csv
import pyarrow.parquet as parquet
import pytest

from tests.cli.test_forecast import run
from tests.core.forecasting.series.invented import month, quarter, seasonal_table, table

ASKED = ("--horizon", "3", "--freq", "Q")


@pytest.fixture
def file(tmp_path):
    csv.write_csv(seasonal_table(4, 20, name=quarter, season=4), tmp_path / "series.csv")
    return tmp_path / "series.csv"


def test_a_file_is_written_as_csv_and_as_parquet(file, tmp_path):
    told = run("forecast", "series", file, *ASKED, "--levels", "50,80", "--out", tmp_path / "out.csv")
    assert "12 rows written" in told
    run("forecast", "series", file, *ASKED, "--levels", "50,80", "--out", tmp_path / "out.parquet")
    some, others = csv.read_csv(tmp_path / "out.csv"), parquet.read_table(tmp_path / "out.parquet")
    assert some.column_names == others.column_names == ["unique_id", "ds", "mean", "lo-50", "hi-50", "lo-80", "hi-80", "model"]
    assert some["mean"].to_pylist() == pytest.approx(others["mean"].to_pylist())


def test_a_hierarchy_is_shown_to_people_and_told_to_scripts(file):
    told = run("forecast", "series", file, *ASKED, "--hierarchy", "region,team")
    assert "North/T0" in told and "more rows" in told and "past days" in told
    found = json.loads(run("forecast", "series", file, *ASKED, "--hierarchy", "region,team", "--format", "json"))
    assert [one["level"] for one in found["levels"]] == ["total", "region", "team", "series"]
    assert len(found["rows"]) == (1 + 2 + 4 + 4) * 3


def test_parquet_as_of_a_day_says_what_a_shorter_file_says(file, tmp_path):
    whole, known = (
        seasonal_table(4, 20, name=quarter, season=4),
        seasonal_table(4, 20, name=quarter, season=4).filter([at % 20 < 16 for at in range(4 * 20)]),
    )
    for name, rows in (("whole", whole), ("known", known)):
        parquet.write_table(rows, tmp_path / f"{name}.parquet")
    some = run("forecast", "series", tmp_path / "whole.parquet", *ASKED, "--as-of", quarter(15), "--format", "json")
    assert some == run("forecast", "series", tmp_path / "known.parquet", *ASKED, "--format", "json")


def test_a_backtest_stands_beside_simple_rules(file):
    found = json.loads(run("backtest", "series", file, *ASKED, "--origins", "2", "--format", "json"))
    assert [one["method"] for one in found["scores"]] == ["pacesetter", "seasonal_naive", "year_on_year", "theta"]
    assert (found["asked"], found["independent"]) == (2, 2)
    told = run("backtest", "series", file, *ASKED, "--origins", "2")
    assert "2 past days asked" in told and "MSIS" in told


def test_what_cannot_be_measured_is_null(tmp_path):
    csv.write_csv(table([("A", quarter(at), 7) for at in range(16)]), tmp_path / "flat.csv")
    found = json.loads(run("backtest", "series", tmp_path / "flat.csv", *ASKED, "--format", "json"))
    assert {one["coverage"] for one in found["bands"]} == {None} and found["scores"][0]["wape"] == 0
    assert "?" in run("backtest", "series", tmp_path / "flat.csv", *ASKED)


def test_thin_series_gaps_and_guesses_are_told(tmp_path):
    rows = [("A", quarter(at), None if at == 5 else 100 + at) for at in range(24) if at != 8] + [("B", quarter(23), 1)]
    csv.write_csv(table(rows), tmp_path / "gaps.csv")
    told = run("forecast", "series", tmp_path / "gaps.csv", *ASKED)
    assert "1 periods without a row" in told and "1 empty values" in told and "1 series (B" in told


def test_covariates_are_told_to_have_helped_or_not(file, tmp_path):
    rows = [(quarter(at), at % 3, at) for at in range(23)]
    (tmp_path / "more.csv").write_text(
        "ds,three,short\n" + "".join(f"{day},{three},{short if at < 20 else ''}\n" for at, (day, three, short) in enumerate(rows))
    )
    told = run("forecast", "series", file, *ASKED, "--covariates", tmp_path / "more.csv")
    assert "three would not have helped" in told and "not in the file: short" in told


@pytest.mark.parametrize("levels", ["high", "0", "80,100", ""])
def test_levels_are_percentages(file, levels):
    assert "no percentages" in run("forecast", "series", file, *ASKED, "--levels", levels, code=2)


def test_refusals_are_one_line(tmp_path):
    csv.write_csv(table([("A", month(0), 1)]), tmp_path / "one.csv")
    assert "No series has three periods" in run("forecast", "series", tmp_path / "one.csv", *ASKED, code=2)
    assert "too few" in run("backtest", "series", tmp_path / "one.csv", *ASKED, code=2)
