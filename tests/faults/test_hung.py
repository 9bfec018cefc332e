"""A worker that hangs and wakes up again, and several workers after one job: every effect happens once."""

import csv
import os
import signal
import subprocess
import sys
import time

import pytest

from tests.houses import ROOT, House

ROUNDS = int(os.environ.get("PACESETTER_FAULTS", "1"))
ROWS = 6_000  # more than one transaction of a load that is alone
FORGOTTEN = "UPDATE base_job SET lease_until = '2020-01-01 00:00:00', run_at = '2020-01-01 00:00:00'"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    made = House(tmp_path_factory.mktemp("house") / "data")
    made.pacesetter("settings", "forecast.nightly=false")
    yield made
    made.close()


def deals(path, number):
    """A file of this round's own."""
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["Deal ID", "Deal Name", "Stage", "Amount", "Close Date", "Created Date"])
        writer.writerows([f"D{number}-{n}", f"Deal {number} {n}", "Closed Won", n, "2026-03-20", "2025-12-01"] for n in range(ROWS))
    return str(path)


def begin(house, *arguments):
    call = [sys.executable, "-m", "pacesetter.cli", *arguments]
    return subprocess.Popen(call, env=house.environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def count(house, table):
    return house.sql(f"SELECT count(*) FROM {table}")[0][0]


def has_begun(house, rows):
    return count(house, "crm_deal") > rows


def hang(house, running, rows):
    """Stop a process once it stored some rows, where it holds no lock: what a stopped process locks, no other can give free."""
    until = time.monotonic() + 120
    while running.poll() is None and time.monotonic() < until:
        if has_begun(house, rows):
            running.send_signal(signal.SIGSTOP)
            if is_free(house):
                return
            running.send_signal(signal.SIGCONT)
        time.sleep(0.02)


def is_free(house):
    wait = "SET lock_timeout = '200ms'; " if house.on_postgres else ""
    try:
        house.sql(f"{wait}UPDATE base_job SET tick = tick")
    except Exception:
        return False
    return True


def is_once(house, rounds, kind):
    """As many rows, ids, entries and changes as lines were loaded, and one entry for each import."""
    rows = rounds * ROWS
    assert count(house, "crm_deal") == count(house, "base_externalid WHERE noun = 'deal'") == rows
    assert count(house, f"base_historyentry WHERE kind = 'deal.{kind}'") == rows
    assert house.sql("SELECT count(DISTINCT deal_id), count(*) FROM crm_dealchange") == [(rows, 2 * rows)]
    assert count(house, "base_historyentry WHERE kind = 'import.loaded'") == rounds
    assert house.sql("SELECT DISTINCT state, error FROM base_job WHERE substr(key, 1, 6) = 'import'") == [("done", None)]


def test_a_worker_that_hung_and_two_that_took_over_do_the_work_once(house, tmp_path):
    for number in range(ROUNDS):
        hung = begin(house, "import", deals(tmp_path / "deals.csv", number), "--yes")
        hang(house, hung, number * ROWS)
        house.sql(f"{FORGOTTEN} WHERE state = 'running'")
        others = [begin(house, "worker", "--once") for _ in range(2)]
        time.sleep(1.0)  # one of them is in the middle of it by now, or waits
        hung.send_signal(signal.SIGCONT)
        for process in (hung, *others):
            process.wait(300)
        house.sql(f"{FORGOTTEN} WHERE state IN ('queued', 'running')")  # they may have met at a lock, and gone for later
        house.pacesetter("worker", "--once")
        is_once(house, number + 1, "created")


def test_a_revert_that_hung_takes_back_once(house, tmp_path):
    if not count(house, "crm_deal"):
        house.pacesetter("import", deals(tmp_path / "deals.csv", 0), "--yes")
    there = count(house, "crm_deal")
    hung = begin(house, "import", "--revert", str(house.sql("SELECT max(id) FROM intake_import")[0][0]))
    until = time.monotonic() + 60
    while count(house, "crm_deal") == there and hung.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    hang(house, hung, -1)
    house.sql(f"{FORGOTTEN} WHERE state = 'running'")
    house.pacesetter("worker", "--once")
    hung.send_signal(signal.SIGCONT)
    hung.wait(300)
    left = there - ROWS
    assert count(house, "crm_deal") == count(house, "base_externalid") == left and count(house, "crm_dealchange") == 2 * left
    assert count(house, "base_historyentry WHERE kind = 'deal.reverted'") == ROWS
    assert count(house, "base_historyentry WHERE kind = 'import.reverted'") == 1
