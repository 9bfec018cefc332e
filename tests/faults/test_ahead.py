"""A large file is read and prepared by a process beside the one that writes; killing either loses and repeats nothing."""

import csv
import pathlib
import signal
import subprocess
import sys
import time

import pytest

from tests.houses import ROOT, House

BESIDE = "pacesetter.intake.beside"
ROWS = 20_000  # from which on it pays (`intake/load.py`)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("file") / "deals.csv"
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["Deal ID", "Deal Name", "Stage", "Amount", "Close Date", "Created Date", "Owner", "Product"])
        for n in range(ROWS):
            amount = "a lot" if n % 100 == 0 else f"{n}.25"
            writer.writerow(
                [f"D{n}", f"Deal {n}", "Closed Won", amount, f"2026-0{n % 9 + 1}-20", "2025-12-01", f"Seller {n % 7}", "Widget"]
            )
    return str(path)


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path / "data")
    yield made
    made.close()


def counted(house):
    whole = (
        "(SELECT count(*) FROM crm_deal), (SELECT count(*) FROM base_externalid WHERE noun = 'deal'), (SELECT count(*) FROM crm_lineitem)"
    )
    told = "(SELECT count(*) FROM base_historyentry WHERE kind = 'deal.created'), (SELECT count(DISTINCT deal_id) FROM crm_dealchange)"
    kept = "(SELECT count(*) FROM intake_refusal)"
    return house.sql(f"SELECT {whole}, {told}, {kept}")[0]


def loading(house, file):
    """A load in the middle, and the process beside it."""
    call = [sys.executable, "-m", "pacesetter.cli", "import", file, "--yes"]
    running = subprocess.Popen(call, env=house.environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 120
    while time.monotonic() < until and running.poll() is None:
        beside = [pid for pid in children(running.pid) if BESIDE in words(pid)]
        if beside and house.sql("SELECT loaded_line FROM intake_importfile")[0][0]:
            return running, beside[0]
        time.sleep(0.01)
    pytest.fail("the load ended without a process beside it")


def children(pid):
    return [int(one) for one in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def words(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except FileNotFoundError:
        return []


def go_on(house):
    house.sql("UPDATE base_job SET lease_until = '2020-01-01 00:00:00' WHERE state = 'running'")
    house.sql("UPDATE base_job SET run_at = '2020-01-01 00:00:00' WHERE state = 'queued'")
    house.pacesetter("worker", "--once")


GOOD, BAD = ROWS - ROWS // 100, ROWS // 100
ALL = (GOOD, GOOD, GOOD, GOOD, GOOD, BAD)


def test_what_two_processes_load_is_all_there_once(house, file):
    house.pacesetter("import", file, "--yes")
    assert counted(house) == ALL
    assert house.sql("SELECT count(*) FROM base_dirty WHERE noun = 'deal'") == [(GOOD,)]
    assert house.sql("SELECT max(id) FROM crm_deal")[0][0] <= ROWS, "ids are reserved for what is made, and hardly more"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at /proc")
@pytest.mark.parametrize("killed", ["the one that writes", "the one that prepares"])
def test_killing_either_process_loses_and_repeats_nothing(house, file, killed):
    running, beside = loading(house, file)
    if killed == "the one that writes":
        running.send_signal(signal.SIGKILL)
        running.wait()
        until = time.monotonic() + 30
        while BESIDE in words(beside) and time.monotonic() < until:
            time.sleep(0.05)
        assert BESIDE not in words(beside), "nobody asks it any more, so it ends"
    else:
        subprocess.run(["kill", "-9", str(beside)], check=True)
        assert running.wait(60), "a load that stopped says so"
        assert house.sql("SELECT state FROM base_job WHERE key = 'import.load'") == [("queued",)]
    assert 0 < counted(house)[0] < GOOD
    go_on(house)
    assert house.sql("SELECT state FROM intake_import") == [("done",)]
    assert counted(house) == ALL
