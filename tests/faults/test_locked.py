"""Another program keeps the SQLite file locked: every door says so, nothing is half done, and reading goes on."""

import json
import pathlib
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tests import houses
from tests.houses import ROOT, run


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A data folder with one administrator, and the environment of programs that work in it."""
    data = tmp_path_factory.mktemp("house")
    environment = houses.environment(data, PACESETTER_SQLITE_TIMEOUT="0.2")
    made = run(environment, "user", "add", "Ada Byrne", "ada@example.com", "--role", "administrator")
    assert made.returncode == 0, made.stderr
    return environment


def lock(environment):
    """A connection that holds the one place for writing until it is closed."""
    other = sqlite3.connect(pathlib.Path(environment["PACESETTER_DATA"]) / "pacesetter.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return closing(other)


def accounts(environment):
    with closing(sqlite3.connect(pathlib.Path(environment["PACESETTER_DATA"]) / "pacesetter.sqlite3")) as con:
        return con.execute("SELECT count(*) FROM crm_account").fetchone()[0]


def test_the_command_line_says_one_line_and_exits_2(house):
    with lock(house):
        answer = run(house, "settings", "company.name=Northwind")
    assert answer.returncode == 2
    assert answer.stderr.strip().splitlines() == ["Another program keeps the database locked. Nothing was changed; try again in a moment."]


def test_web_and_api_answer_503_and_reading_goes_on(house):
    call = [sys.executable, "-m", "tests.faults.doors"]
    doors = subprocess.Popen(call, env=house, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert doors.stdout.readline() == "ready\n"
        with lock(house):
            out, _ = doors.communicate("go\n", timeout=120)
    finally:
        doors.kill()
    page, part, api, reading = json.loads(out)
    assert (page["status"], part["status"], api["status"], reading["status"]) == (503, 503, 503, 200)
    assert "try again in a moment" in page["text"] and "Traceback" not in page["text"]
    assert "try again in a moment" in part["text"] and "<html" not in part["text"]
    assert api["type"] == "application/problem+json" and json.loads(api["text"])["code"] == "database_locked"
    assert accounts(house) == 0
