"""Counts that several processes share: exact between them, gone after their time, and never in the company's database."""

import datetime as dt
import subprocess
import sys

import pytest
from django.db import OperationalError

from pacesetter.base import busy, clock
from pacesetter.base.shared import SharedCache

COUNTING = """
import sys; from django.conf import settings
import os; os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings"); import django; django.setup()
from pacesetter.base.shared import SharedCache
cache = SharedCache(sys.argv[1], {})
print(max(cache.count("calls", 1000) for _ in range(200)))
"""
OPENING = """
import os, sys, time; os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings"); import django; django.setup()
from pacesetter.base.shared import SharedCache
print("ready", flush=True); sys.stdin.readline()
for file in sys.argv[1:]: SharedCache(file, {}).count("calls", 1000)
"""


@pytest.fixture
def cache(tmp_path):
    return SharedCache(tmp_path / "shared.sqlite3", {})


def test_processes_count_together_and_none_is_lost(cache):
    started = [subprocess.Popen([sys.executable, "-c", COUNTING, cache.file], stdout=subprocess.PIPE) for _ in range(2)]
    said = [int(one.communicate()[0]) for one in started]
    assert max(said) == 400
    assert SharedCache(cache.file, {}).count("calls", 1000) == 401  # whoever starts anew goes on from there


def test_processes_may_make_the_file_at_one_moment(tmp_path):
    files = [str(tmp_path / f"{number}.sqlite3") for number in range(40)]
    opening = [
        subprocess.Popen([sys.executable, "-c", OPENING, *files], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for one in opening:
        assert one.stdout.readline() == "ready\n"
    for one in opening:
        one.stdin.write("go\n")
        one.stdin.flush()
    assert [one.wait(60) for one in opening] == [0, 0, 0]
    assert {SharedCache(file, {}).count("calls", 1000) for file in files} == {4}


def test_a_count_begins_anew_after_its_time(cache):
    assert [cache.count("tries", 60) for _ in range(3)] == [1, 2, 3]
    with clock.set_to(clock.now() + dt.timedelta(seconds=59)):
        assert cache.count("tries", 60) == 4
    with clock.set_to(clock.now() + dt.timedelta(seconds=61)):
        assert cache.count("tries", 60) == 1


def test_what_is_kept_is_kept_for_its_time(cache):
    cache.set("tries", [1.5, 2.5], 10)
    assert cache.get("tries") == [1.5, 2.5]
    assert cache.touch("tries", 100)
    with clock.set_to(clock.now() + dt.timedelta(seconds=50)):
        assert cache.get("tries") == [1.5, 2.5]
    with clock.set_to(clock.now() + dt.timedelta(seconds=101)):
        assert cache.get("tries", "nothing") == "nothing"
    assert cache.delete("tries") and not cache.delete("tries")


def test_only_one_takes_a_lock(cache):
    assert cache.add("lock", True, 10)
    assert not SharedCache(cache.file, {}).add("lock", True, 10)
    with clock.set_to(clock.now() + dt.timedelta(seconds=11)):
        assert cache.add("lock", True, 10)
    cache.clear()
    assert cache.get("lock") is None


def test_old_entries_go(cache, monkeypatch):
    monkeypatch.setattr("pacesetter.base.shared.SWEEP", 1)
    cache.set("old", 1, 1)
    with clock.set_to(clock.now() + dt.timedelta(seconds=5)):
        cache.set("new", 1, None)
    with cache._open() as (db, _now):
        assert [key for (key,) in db.execute("SELECT key FROM kept")] == [cache.make_key("new")]


def test_a_file_that_cannot_be_opened_is_a_fault_around_us(tmp_path):
    with pytest.raises(OperationalError) as caught:
        SharedCache(tmp_path / "nowhere" / "shared.sqlite3", {}).get("x")
    assert busy.busy(caught.value).code == "cannot_open"
