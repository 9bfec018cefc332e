"""Whoever waits for SQLite's one place to write is heard, gets in as soon as it is free, and is told when it takes too long."""

import sqlite3
import threading
import time
from contextlib import closing

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler

from pacesetter.base import turns
from pacesetter.base.busy import busy

pytestmark = pytest.mark.django_db
SECONDS = 1.0


@pytest.fixture
def house(tmp_path):
    """Connections to one file, a different one in each thread."""
    options = {"transaction_mode": "IMMEDIATE", "timeout": SECONDS, "init_command": "PRAGMA journal_mode=WAL"}
    made = ConnectionHandler({"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "db"), "OPTIONS": options}})
    write(made["default"], "CREATE TABLE line (text)")
    yield made
    made.close_all()


@pytest.fixture
def other(house, tmp_path):
    """A program that keeps the place until it commits."""
    with closing(sqlite3.connect(tmp_path / "db", isolation_level=None, check_same_thread=False)) as con:
        con.execute("BEGIN IMMEDIATE")
        yield con


def write(connection, statement="INSERT INTO line VALUES ('one')", atomic=False):
    if atomic:
        connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    with connection.cursor() as cursor:
        cursor.execute(statement)
    if atomic:
        connection.commit()
        connection.set_autocommit(True)


def polite(connection):
    """How long a load would stand back."""
    began = time.monotonic()
    turns.let_others_write(connection)
    return time.monotonic() - began


@pytest.mark.parametrize("atomic", [True, False])
def test_who_waits_is_heard_and_gets_in(house, other, atomic):
    done = []

    def person():
        with closing(house["default"]) as mine:
            write(mine, atomic=atomic)
        done.append(time.monotonic())

    waiting = threading.Thread(target=person)
    waiting.start()
    until = time.monotonic() + SECONDS / 2
    while polite(house["default"]) < turns.POLITE_SECONDS and time.monotonic() < until:
        assert not done
    assert polite(house["default"]) >= turns.POLITE_SECONDS, "who never gets in stops a load only for so long"
    other.execute("COMMIT")
    waiting.join()
    assert len(done) == 1
    assert polite(house["default"]) < turns.POLITE_SECONDS
    assert other.execute("SELECT count(*) FROM line").fetchone() == (1,)


def test_nobody_waits_for_ever(house, other):
    began = time.monotonic()
    with pytest.raises(OperationalError) as told:
        write(house["default"])
    assert SECONDS <= time.monotonic() - began < 3 * SECONDS
    assert busy(told.value).code == "database_locked"
    assert polite(house["default"]) < turns.POLITE_SECONDS


def test_other_errors_come_at_once(house):
    began = time.monotonic()
    with pytest.raises(OperationalError, match="no such table"):
        write(house["default"], "INSERT INTO elsewhere VALUES (1)")
    assert time.monotonic() - began < SECONDS


def test_where_no_file_can_be_made_writers_wait_unheard(house, other, monkeypatch):
    monkeypatch.setattr(turns.os, "open", lambda *_: (_ for _ in ()).throw(PermissionError()))
    with pytest.raises(OperationalError, match="locked"):
        write(house["default"])
    assert polite(house["default"]) < turns.POLITE_SECONDS


def test_a_database_in_memory_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    turns.let_others_write(ConnectionHandler({"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})["default"])
    assert not list(tmp_path.iterdir())
