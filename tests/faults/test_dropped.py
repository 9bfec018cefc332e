"""PostgreSQL drops connections in the middle: the request says so, the next one works, and a load goes on where it stopped."""

import contextlib
import os
import random
import time

import psycopg
import pytest
from django.conf import settings

from tests.faults.beside import doors, is_refused
from tests.faults.test_hung import FORGOTTEN, ROWS, begin, count, deals, is_once
from tests.houses import House

ROUNDS = int(os.environ.get("PACESETTER_FAULTS", "1"))
OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
DROP = f"SELECT count(pg_terminate_backend(pid)) {OTHERS}"

pytestmark = pytest.mark.skipif("postgresql" not in settings.DATABASES["default"]["ENGINE"], reason="SQLite has no connections to drop")


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    made = House(tmp_path_factory.mktemp("house") / "data")
    made.pacesetter("user", "add", "Ada Byrne", "ada@example.com", "--role", "administrator")
    yield made
    made.close()


@contextlib.contextmanager
def held(house, table):
    """Keep everybody else away from a table."""
    with psycopg.connect(host=settings.DATABASES["default"]["HOST"], user="pacesetter", dbname=house.name) as con:
        con.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
        con.rollback()


def drop_who_waits(house):
    """End the one who waits for a lock, as soon as somebody does."""
    until = time.monotonic() + 60
    while not house.sql(f"SELECT pg_terminate_backend(pid) {OTHERS} AND wait_event_type = 'Lock'"):
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_connection_that_was_lost_between_requests_is_not_noticed(house):
    with doors(house.environment) as open_doors:
        for name, status in (("list", 200), ("api", 201), ("page", 302)):
            assert house.sql(DROP)[0][0] >= 1
            assert open_doors.ask(name)[name]["status"] == status


def test_a_connection_that_is_lost_in_a_request_is_said_and_the_next_one_works(house):
    before = count(house, "crm_account")
    with doors(house.environment) as open_doors:
        answers = {}
        for door in ("page", "part", "api"):
            with held(house, "crm_account"):
                open_doors.begin(door)
                drop_who_waits(house)
                answers |= open_doors.answers()
            assert open_doors.ask("list")["list"]["status"] == 200
        is_refused(answers, "database_gone", "connection to the database was lost")
        assert count(house, "crm_account") == before
        assert open_doors.ask("api")["api"]["status"] == 201


def test_a_load_goes_on_after_its_connections_were_dropped(house, tmp_path):
    chance = random.Random(15)
    for number in range(ROUNDS):
        loading = begin(house, "import", deals(tmp_path / "deals.csv", number), "--yes")
        while count(house, "crm_deal") == number * ROWS and loading.poll() is None:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.5))
        house.sql(DROP)
        loading.wait(300)
        house.sql(f"{FORGOTTEN} WHERE state IN ('queued', 'running')")
        house.pacesetter("worker", "--once")
        is_once(house, number + 1, "created")
