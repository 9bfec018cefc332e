"""A disk that is full, and one that is read-only: every door says so, nothing is half done, and work goes on once there is room."""

import csv
import json

import pytest
from django.conf import settings

from tests.faults.beside import doors, is_refused
from tests.faults.disks import small
from tests.houses import House, run

ROWS = 3_000
on_our_disk = pytest.mark.skipif(
    "postgresql" in settings.DATABASES["default"]["ENGINE"], reason="the disk of a PostgreSQL server is not ours to fill"
)


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    with small(tmp_path_factory.mktemp("small") / "disk", 40) as made:
        yield made


@pytest.fixture(scope="module")
def house(disk):
    made = House(disk.path / "data")
    made.pacesetter("user", "add", "Ada Byrne", "ada@example.com", "--role", "administrator")
    yield made
    made.close()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "deals.csv"
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["Deal ID", "Deal Name", "Stage", "Amount", "Close Date", "Created Date"])
        writer.writerows([f"D{n}", f"Deal {n}", ("Closed Won", "Closed Lost")[n % 2], n, "2026-03-20", "2025-12-01"] for n in range(ROWS))
    return str(path)


def one_line(house, *arguments):
    """What a refused command says: one line, and exit code 2."""
    done = run(house.environment, *arguments)
    lines = done.stderr.strip().splitlines()
    assert done.returncode == 2 and len(lines) == 1, done.stdout + done.stderr
    return lines[0]


def count(house, table):
    return house.sql(f"SELECT count(*) FROM {table}")[0][0]


@on_our_disk
def test_doors_refuse_on_a_full_disk_and_go_on_when_there_is_room(house, disk):
    with doors(house.environment) as open_doors:
        with disk.full():
            answers = open_doors.ask("page", "part", "api", "upload", "list", "today")
            said = one_line(house, "settings", "company.name=Northwind")
        is_refused(answers, "storage_full", "The disk is full")
        assert answers["upload"]["status"] == 503 and "The disk is full" in answers["upload"]["text"]
        assert not list((disk.path / "data").glob("uploads/*"))
        assert answers["list"]["status"] == answers["today"]["status"] == 200
        assert "full" in said
        assert count(house, "crm_account") == 0
        assert open_doors.ask("api")["api"]["status"] == 201
    assert count(house, "crm_account") == 1


@on_our_disk
def test_a_load_stops_on_a_full_disk_and_goes_on_when_there_is_room(house, disk, file):
    with disk.full(leave=5_000_000):
        assert "full" in one_line(house, "import", file, "--yes")
    loaded = count(house, "crm_deal")
    assert loaded < ROWS
    assert house.sql("SELECT loaded_line FROM intake_importfile")[0][0] in (0, loaded + 1)
    house.sql("UPDATE base_job SET run_at = '2020-01-01 00:00:00', lease_until = '2020-01-01 00:00:00'")
    house.pacesetter("worker", "--once")
    assert count(house, "crm_deal") == count(house, "base_externalid") == ROWS
    assert house.sql("SELECT state, error FROM base_job WHERE substr(key, 1, 6) = 'import'") == [("done", None)]


def test_numbers_stay_as_they_were_when_a_refresh_finds_no_room(house, disk, file):
    if not count(house, "crm_deal"):
        house.pacesetter("import", file, "--yes")
    asked = ("metric", "win_rate", "--period", "all", "--format", "json")
    before = house.pacesetter(*asked)
    extracts = disk.path / "data" / "extracts"
    kept = {path: path.stat().st_mtime_ns for path in extracts.rglob("*.parquet")}
    version = (extracts / "manifest.json").read_text()
    house.sql("INSERT INTO base_dirty (noun, object_id) SELECT 'deal', id FROM crm_deal")
    with disk.full(leave=20_000):
        assert "full" in one_line(house, *asked)
        assert (extracts / "manifest.json").read_text() == version
        assert {path: path.stat().st_mtime_ns for path in extracts.rglob("*.parquet")} == kept
    assert json.loads(house.pacesetter(*asked))[0]["num"] == json.loads(before)[0]["num"]
    assert (extracts / "manifest.json").read_text() != version


@on_our_disk
def test_a_read_only_folder_is_said_at_once(house, disk, file):
    imports = count(house, "intake_import")
    with disk.read_only():
        for arguments in (("settings", "company.name=Northwind"), ("import", file, "--yes")):
            assert "opened" in one_line(house, *arguments)
    assert count(house, "intake_import") == imports
    house.pacesetter("settings", "company.name=Northwind")
