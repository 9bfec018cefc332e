"""Forecasts on plain files: no company, no database."""

import csv
import json

import pyarrow.parquet as parquet
import pytest
from click.testing import CliRunner

from pacesetter.cli import main
from tests.core.forecasting.invented import company, day, table

SPAN = ("--as-of", str(day(240)), "--until", str(day(268)))


@pytest.fixture
def history(tmp_path):
    path = tmp_path / "history.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        out = csv.writer(file)
        out.writerow(["deal_id", "occurred_at", "field", "value"])
        out.writerows(company())
    return path


def run(*arguments, code=0):
    done = CliRunner().invoke(main, [str(one) for one in arguments])
    assert done.exit_code == code, done.output
    return done.output


def test_a_file_is_forecast_for_scripts(history):
    found = json.loads(run("forecast", "deals", history, *SPAN, "--format", "json"))
    assert (found["as_of"], found["until"]) == (str(day(240)), str(day(268)))
    assert found["total"]["p10"] <= found["total"]["p50"] <= found["total"]["p90"]
    assert found["total"]["mean"] == pytest.approx(found["open_deals"]["mean"] + found["new_business"]["mean"], abs=0.02)
    assert found["open_deals"]["mean"] == pytest.approx(sum(one["expected_amount"] for one in found["deals"]), abs=0.1)
    assert all(0 <= one["p_win"] <= 1 for one in found["deals"])


def test_a_file_is_forecast_for_people(history):
    told = run("forecast", "deals", history, *SPAN)
    assert "New business" in told and "Learned from" in told and "measured on" in told


def test_parquet_says_the_same(history, tmp_path):
    parquet.write_table(table(company()), tmp_path / "history.parquet")
    some, others = (run("forecast", "deals", path, *SPAN, "--format", "json") for path in (history, tmp_path / "history.parquet"))
    assert some == others


def test_a_backtest_stands_beside_simple_rules(history):
    asked = ("--since", str(day(200)), "--until", str(day(240)), "--days", "14", "--every", "20")
    found = json.loads(run("backtest", "deals", history, *asked, "--format", "json"))
    assert [one["method"] for one in found["scores"]] == ["pacesetter", "stage_age", "stage_weighted", "previous"]
    assert (found["asked"], len(found["origins"]), found["independent"]) == (3, 3, 3)
    told = run("backtest", "deals", history, *asked)
    assert "stage weighted" in told and "3 of the windows do not overlap" in told


def test_refusals_are_one_line(history, tmp_path):
    told = run("forecast", "deals", history, "--as-of", "2020-01-01", "--until", "2020-02-01", code=2)
    assert told.strip().count("\n") == 0 and "Only 0 deals had closed" in told
    (tmp_path / "bad.csv").write_text("deal_id,value\na,1\n")
    assert "occurred_at, field is missing" in run("forecast", "deals", tmp_path / "bad.csv", *SPAN, code=2)
    (tmp_path / "empty.csv").write_text("")
    assert "no table" in run("forecast", "deals", tmp_path / "empty.csv", *SPAN, code=2)
