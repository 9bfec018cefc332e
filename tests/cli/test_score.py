"""Scores on plain files: no company, no database."""

import csv
import json

import pytest
from click.testing import CliRunner

from pacesetter.cli import main
from tests.core.scoring.test_scores import leads

ASKED = ("--outcome", "came", "--at", "day", "--id", "who")


def run(*arguments, code=0):
    done = CliRunner().invoke(main, ["score", *(str(one) for one in arguments)])
    assert done.exit_code == code, done.output
    return done.output


def write(path, data):
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        out = csv.writer(file)
        out.writerow(data)
        out.writerows(zip(*data.values(), strict=True))
    return path


@pytest.fixture
def file(tmp_path):
    return write(tmp_path / "leads.csv", leads(opened=12))


def test_open_rows_get_a_chance_a_band_and_reasons(file, tmp_path):
    told = run(file, *ASKED, "--out", tmp_path / "scores.csv")
    assert "12 scores written" in told and "Judged on the last 120 of 400 rows" in told
    with (tmp_path / "scores.csv").open() as text:
        rows = [*csv.DictReader(text)]
    assert len(rows) == 12 and rows[0]["id"] == "person400" and rows[0]["row"] == "401"
    assert all(0 < float(one["chance"]) < 1 and one["band"] in "ABCD" for one in rows)
    assert any("source is" in one["reasons"] for one in rows)


def test_scripts_get_the_card(file, tmp_path):
    card = json.loads(run(file, *ASKED, "--out", tmp_path / "scores.parquet", "--format", "json"))
    assert card["verdict"] == "scores" and card["skill"] > 0.1 and len(card["bins"]) == 15 and card["left_out"] == []


def test_without_skill_nothing_is_written(tmp_path):
    data = leads() | {"source": ["x"] * 400, "visits": ["1"] * 400, "late": [one if one == "Won" else "" for one in leads()["came"]]}
    told = run(write(tmp_path / "leads.csv", data), *ASKED, "--out", tmp_path / "scores.csv")
    assert "No skill" in told and "Left out: late" in told and not (tmp_path / "scores.csv").exists()
    few = {name: values[:9] for name, values in data.items()}
    asked = (write(tmp_path / "few.csv", few), *ASKED, "--out", tmp_path / "scores.csv", "--format", "json")
    card = json.loads(run(*asked))
    assert card["verdict"] == "few_outcomes" and card["brier"] is None and "There are no scores" in card["says"]


def test_refusals_are_one_line(file, tmp_path):
    told = run(file, "--outcome", "nothing", "--at", "day", "--out", tmp_path / "scores.csv", code=2)
    assert told.strip().count("\n") == 0 and "no column nothing" in told
