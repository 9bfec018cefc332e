"""Data folders that older versions wrote open in this one, and answer every number as they did."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.upgrade.live import answers, command

HERE = Path(__file__).resolve().parent
VERSIONS = sorted(folder.name for folder in HERE.glob("v*"))


def put(version: str, data: Path) -> None:
    """The data folder as that version left it."""
    data.mkdir()
    with closing(sqlite3.connect(data / "pacesetter.sqlite3")) as con:
        con.executescript((HERE / version / "company.sql").read_text())
    shutil.copytree(HERE / version / "extracts", data / "extracts")


def opens(version: str, data: Path) -> None:
    """Every number is as it was, and the doctor finds nothing."""
    assert answers(data) == json.loads((HERE / version / "answers.json").read_text())
    assert json.loads(command(data, "doctor", "--format", "json")) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_it_opens_and_answers_alike(version, tmp_path):
    put(version, tmp_path / "data")
    opens(version, tmp_path / "data")


def test_there_is_a_version_and_it_is_small():
    assert VERSIONS
    for version in VERSIONS:
        assert sum(file.stat().st_size for file in (HERE / version).rglob("*") if file.is_file()) < 300_000
