"""Another program keeps the SQLite file locked: every door says so, nothing is half done, and reading goes on."""

import pathlib
import sqlite3
from contextlib import closing

import pytest

from tests import houses
from tests.faults.beside import doors, is_refused
from tests.houses import run


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
    with doors(house) as open_doors:
        with lock(house):
            answers = open_doors.ask("page", "part", "api", "list")
        is_refused(answers, "database_locked", "try again in a moment")
        assert answers["list"]["status"] == 200
    assert accounts(house) == 0
