"""Large tables of a SQLite file are read by processes beside: they bring what the cursor brings, and when they fail nothing changes."""

import shutil
import subprocess
import sys

import pytest

from pacesetter.base.warehouse import extract
from pacesetter.core.metrics.tables import RAW
from tests.faults.disks import small
from tests.houses import ROOT, House

REFRESH = """
import json, sys
import django
django.setup()
import pyarrow.parquet as pq
from pacesetter.base import warehouse
from pacesetter.base.warehouse import extract
from pacesetter.base.warehouse.manifest import folder
extract.LARGE, extract.sys.executable = int(sys.argv[1]), sys.argv[2]
version = warehouse.refresh(full=True)
rows = {name: pq.read_table([folder() / file for file in table.base]) for name, table in version.raw.items()}
assert {name: table.rows for name, table in version.raw.items()} == {name: table.num_rows for name, table in rows.items()}
print(json.dumps({name: table.sort_by("id").to_pylist() for name, table in rows.items()}, default=str))
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> House:
    made = House(tmp_path_factory.mktemp("reader"))
    if made.on_postgres:
        pytest.skip("PostgreSQL copies its rows out itself")
    made.pacesetter("demo", "--size", "l", "--deals", "300")
    return made


def refresh(house: House, large: int, program: str = sys.executable) -> "subprocess.CompletedProcess[str]":
    call = [sys.executable, "-c", REFRESH, str(large), program]
    return subprocess.run(call, env=house.environment, cwd=ROOT, capture_output=True, text=True, timeout=300)


def test_a_process_beside_brings_what_the_cursor_brings(house) -> None:
    beside, within = refresh(house, 0), refresh(house, 10**9)
    assert not beside.returncode and not within.returncode, beside.stderr + within.stderr
    assert beside.stdout == within.stdout and len(beside.stdout) > 100_000


def test_readers_have_about_as_much_to_read() -> None:
    rows = {"deals": 10, "deal_changes": 50, "deal_lines": 10, "leads": 10, "meetings": 20, "calls": 6, "tool_uses": 9}
    each = {name: count * len(RAW[name]) for name, count in rows.items()}
    shares = extract._shares(each)
    values = [sum(each[name] for name in names) for names in shares]
    assert sorted(name for names in shares for name in names) == sorted(rows) and max(values) < 1.3 * min(values)
    assert extract._shares({"deals": 10}) == [["deals"]]


def test_a_reader_that_dies_leaves_the_version_that_was(house) -> None:
    refresh(house, 10**9)
    before = (house.data / "extracts" / "manifest.json").read_text()
    done = refresh(house, 0, "false")
    assert done.returncode and "the reader of large tables ended with 1" in done.stderr
    assert (house.data / "extracts" / "manifest.json").read_text() == before


def test_a_reader_without_room_says_so_and_leaves_nothing_behind(house, tmp_path) -> None:
    refresh(house, 10**9)
    extracts = house.data / "extracts"
    kept = sorted(path.name for path in extracts.glob("*.parquet"))
    with small(tmp_path / "disk", 2) as disk:
        full = disk.path / "extracts"
        shutil.copytree(extracts, full)
        shutil.move(extracts, tmp_path / "extracts")
        extracts.symlink_to(full)
        try:
            with disk.full(leave=4096):
                done = refresh(house, 0)
            left = sorted(path.name for path in full.glob("*.parquet"))
        finally:
            extracts.unlink()
            shutil.move(tmp_path / "extracts", extracts)
    assert done.returncode and "No space left on device" in done.stderr.splitlines()[-1]
    assert left == kept
