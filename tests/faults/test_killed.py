"""Processes that are killed at random moments: nothing committed is lost, nothing happens twice, and work goes on where it stopped.

`PACESETTER_FAULTS` says how many kills (`make faults` asks for 50, the ordinary tests for a few).
"""

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings

from pacesetter.base.keeping import backup
from tests.houses import ROOT, House
from tests.upgrade import test_older_versions as older

KILLS = int(os.environ.get("PACESETTER_FAULTS", "1"))
ROWS, DEMO = 1_500, 2_000
FORGOTTEN = "UPDATE base_job SET lease_until = '2020-01-01 00:00:00' WHERE state = 'running'"


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path / "data")
    yield made
    made.close()


@pytest.fixture(scope="module")
def company(tmp_path_factory, file):
    """One with deals, for kills that change nothing in it."""
    made = House(tmp_path_factory.mktemp("company") / "data")
    made.pacesetter("import", file, "--yes")
    yield made
    made.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("file") / "deals.csv"
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["Deal ID", "Deal Name", "Stage", "Amount", "Close Date", "Created Date", "Owner"])
        for n in range(ROWS):
            stage = ("Closed Won", "Closed Lost", "Discovery")[n % 3]
            writer.writerow([f"D{n}", f"Deal {n}", stage, f"{n}.25", f"2026-0{n % 9 + 1}-20", "2025-12-01", f"Seller {n % 7}"])
    return str(path)


def kill_after(house, seconds, *arguments):
    """Start a command and kill it, unless it ends before; returns whether it was killed."""
    call = [sys.executable, "-m", "pacesetter.cli", *arguments]
    running = subprocess.Popen(call, env=house.environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        running.wait(seconds)
    except subprocess.TimeoutExpired:
        running.send_signal(signal.SIGKILL)
    return running.wait() == -signal.SIGKILL


def one(house, statement):
    return house.sql(statement)[0][0]


def count(house, table):
    return one(house, f"SELECT count(*) FROM {table}")


def go_on(house):
    """What the next worker does once the lease of the dead one has run out."""
    house.sql(FORGOTTEN)
    house.pacesetter("worker", "--once")


def test_a_load_goes_on_where_it_was_killed_and_a_revert_too(house, file):
    chance = random.Random(11)
    house.pacesetter("settings", "forecast.nightly=false")  # an empty, migrated company, whose worker does nothing else
    begun = time.monotonic()
    kill_after(house, 60, "import", file, "--check")
    check = time.monotonic() - begun
    for _ in range(KILLS):
        for _ in range(6):  # until a kill falls into the load itself
            kill_after(house, check * chance.uniform(0.8, 1.6), "import", file, "--yes")
            if count(house, "crm_deal"):
                break
        go_on(house)
        if not count(house, "crm_deal"):  # every kill came before the load was queued
            house.pacesetter("import", file, "--yes")
        assert count(house, "crm_deal") == count(house, "base_externalid WHERE noun = 'deal'") == ROWS
        assert count(house, "base_historyentry WHERE kind = 'deal.created'") == ROWS
        assert one(house, "SELECT count(DISTINCT deal_id) FROM crm_dealchange") == ROWS
        (number,) = house.sql("SELECT id FROM intake_import WHERE state = 'done' ORDER BY id DESC LIMIT 1")[0]
        kill_after(house, check * chance.uniform(0.4, 0.9), "import", "--revert", str(number))
        go_on(house)
        if count(house, "crm_deal"):  # the kill came before the revert was queued
            house.pacesetter("import", "--revert", str(number))
        assert count(house, "crm_deal") == count(house, "crm_dealchange") == count(house, "base_externalid") == 0
        house.sql("DROP TRIGGER base_historyentry_keeps" + (" ON base_historyentry" if house.on_postgres else ""))
        house.sql("DELETE FROM base_historyentry WHERE kind = 'deal.created'")
        house.pacesetter("doctor", "--fix", "--yes")


def test_numbers_are_right_after_a_refresh_was_killed(company):
    house, chance = company, random.Random(12)
    for _ in range(KILLS):
        house.sql("INSERT INTO base_dirty (noun, object_id) SELECT 'deal', id FROM crm_deal")
        kill_after(house, chance.uniform(1.0, 3.5), "metric", "win_rate", "--period", "all")
        (cell,) = json.loads(house.pacesetter("metric", "win_rate", "--period", "all", "--format", "json"))
        assert (cell["num"], cell["den"]) == (ROWS / 3, ROWS * 2 / 3)
    assert count(house, "base_dirty") == 0


def test_a_first_start_that_was_killed_is_finished_by_the_next(house):
    chance = random.Random(13)
    for _ in range(KILLS):
        kill_after(house, chance.uniform(0.5, 3.0), "settings")
    house.pacesetter("settings")
    assert "  ok  guards" in house.pacesetter("doctor") and count(house, "base_role") == 9
    house.sql("DROP TRIGGER base_historyentry_keeps" + (" ON base_historyentry" if house.on_postgres else ""))
    (house.data / "migrating").touch()  # as if the kill had come between the tables and their guards
    house.pacesetter("settings")
    assert "  ok  guards" in house.pacesetter("doctor") and not (house.data / "migrating").exists()


def test_a_file_with_the_name_of_a_backup_is_a_whole_one(company, tmp_path):
    house, chance = company, random.Random(14)
    for at in range(KILLS):
        file = tmp_path / f"kept-{at}.zip"
        kill_after(house, chance.uniform(1.0, 2.5), "backup", str(file))
        assert not file.exists() or backup.check(file).rows
    house.pacesetter("backup", str(tmp_path / "kept.zip"))


def test_a_demo_that_was_killed_is_made_anew(house):
    """The large one: it takes indexes and guards off while it writes."""
    chance = random.Random(16)
    make = ("demo", "--size", "l", "--deals", str(DEMO))
    begun = time.monotonic()
    house.pacesetter("settings")
    start = time.monotonic() - begun  # what a first command costs on this machine
    for _ in range(KILLS):
        if not kill_after(house, start * chance.uniform(0.5, 2.5), *make):
            (house.data / "demo" / "unfinished").touch()  # it was quicker: once more, over a whole one
        assert count(house, "crm_deal") <= DEMO
    if (house.data / "demo" / "unfinished").exists() or not count(house, "base_user"):
        house.pacesetter(*make)
    assert count(house, "crm_deal") == count(house, "base_historyentry WHERE kind = 'deal.created'") == DEMO
    examined = house.pacesetter("doctor", code=1)  # the numbers are not made yet
    assert "  ok  guards" in examined and "  ok  indexes" in examined and "  ok  database" in examined


def test_an_older_company_opens_though_the_program_was_killed_while_it_brought_it_up_to_date(tmp_path):
    if "postgresql" in settings.DATABASES["default"]["ENGINE"]:
        pytest.skip("the older company is a file")
    chance = random.Random(17)
    for at in range(KILLS):
        data = tmp_path / f"old-{at}"
        older.put("v0.1", data)
        kill_after(House(data), chance.uniform(0.6, 3.0), "settings")
        older.opens("v0.1", data)


def test_an_export_of_the_company_is_whole_or_not_there(company, tmp_path):
    house, chance = company, random.Random(18)
    for at in range(KILLS):
        folder = tmp_path / f"out-{at}"
        kill_after(house, chance.uniform(0.8, 2.5), "export", "--all", str(folder))
        if not folder.exists():
            house.pacesetter("export", "--all", str(folder))
        assert len((folder / "deals.csv").read_text().splitlines()) == ROWS + 1
