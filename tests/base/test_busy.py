"""Faults around us, told by their codes, and what jobs and the worker do about them."""

import datetime as dt
import errno
import sqlite3
import threading

import pytest
from django.db import OperationalError

from pacesetter.base import clock, jobs, worker
from pacesetter.base.busy import busy
from pacesetter.base.models import Job

FAULTS = {"now": None}


@jobs.job("test.fault", "Meets a fault", attempts=2)
def meets(running):
    if FAULTS["now"]:
        raise FAULTS["now"]
    return "well"


def of_sqlite(code):
    error = OperationalError("something")
    error.__cause__ = sqlite3.OperationalError("something")
    error.__cause__.sqlite_errorcode = code
    return error


def of_postgres(state):
    error = OperationalError("something")
    error.__cause__ = type("Raised", (Exception,), {"sqlstate": state})()
    return error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (of_sqlite(5 | 2 << 8), "database_locked"),
        (of_sqlite(13), "storage_full"),
        (of_sqlite(8), "storage_read_only"),
        (of_sqlite(14), "cannot_open"),
        (of_postgres("57P01"), "database_gone"),
        (of_postgres("08006"), "database_gone"),
        (of_postgres("53100"), "storage_full"),
        (of_postgres("25006"), "storage_read_only"),
        (OperationalError("consuming input failed: server closed the connection unexpectedly"), "database_gone"),
        (OSError(errno.ENOSPC, "No space left on device"), "storage_full"),
        (OSError(errno.EROFS, "Read-only file system"), "storage_read_only"),
        (RuntimeError("IO Error: could not write: No space left on device"), "storage_full"),
    ],
)
def test_a_fault_is_known_by_its_code(error, code):
    assert busy(error).code == code and busy(error).status == 503
    assert "{" not in str(busy(error))


@pytest.mark.parametrize("error", [of_sqlite(1), of_postgres("42P01"), OSError(errno.ENOENT, "No such file"), KeyError("lock"), None])
def test_our_own_bugs_are_none(error):
    assert busy(error) is None


@pytest.mark.django_db
def test_a_job_that_met_a_fault_says_so_and_is_well_when_it_is_gone(system):
    FAULTS["now"] = of_sqlite(13)
    job = jobs.run_inline(jobs.start("test.fault", by=system))
    assert (job.state, job.error) == ("queued", {"code": "storage_full", "params": {}})
    FAULTS["now"] = None
    with clock.set_to(clock.now() + dt.timedelta(minutes=1)):
        job = jobs.run_inline(job)
    assert (job.state, job.result, job.error) == ("done", "well", None)


@pytest.mark.django_db
def test_a_job_that_meets_it_each_time_fails_with_that_sentence(system):
    FAULTS["now"] = OSError(errno.ENOSPC, "No space left on device")
    job = jobs.start("test.fault", by=system)
    for minutes in (0, 1):
        with clock.set_to(clock.now() + dt.timedelta(minutes=minutes)):
            job = jobs.run_inline(job)
    assert (job.state, job.error["code"]) == ("failed", "storage_full")
    FAULTS["now"] = None
    assert jobs.run_inline(jobs.retry(job, by=system)).state == "done"
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_no_round_of_work_ends_the_worker(monkeypatch):
    stop, rounds = threading.Event(), []

    def breaks():
        rounds.append(len(rounds))
        if len(rounds) == 3:
            stop.set()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(worker, "CHORES", [breaks])
    monkeypatch.setattr(worker, "BREATHER_SECONDS", 0)
    worker.work(stop)
    assert rounds == [0, 1, 2]
