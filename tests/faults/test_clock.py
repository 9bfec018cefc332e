"""A clock that jumps by a day while jobs are leased: nothing is run twice, and no lease hangs for ever."""

import datetime as dt
import os
import time

import pytest

from pacesetter.base import clock, jobs, worker
from pacesetter.base.models import Job

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
EFFECTS: list[int] = []


@jobs.job("test.effect", "One effect", attempts=2)
def effect(running):
    with running.final("done"):
        EFFECTS.append(running.job.attempts)


@pytest.fixture(autouse=True)
def fresh():
    EFFECTS.clear()


@pytest.mark.parametrize("jump", [DAY, -DAY])
def test_a_leased_job_is_taken_over_and_its_first_worker_writes_nothing(system, jump):
    jobs.start("test.effect", by=system)
    first = jobs.claim()
    with clock.set_to(clock.now() + jump):
        second = jobs.claim()
        assert second is not None and second.attempts == 2
        jobs.run(second)
        with pytest.raises(jobs.LeaseLost):
            jobs.Running(first, system).hold()
        assert jobs.claim() is None
    assert (Job.objects.get().state, Job.objects.get().attempts) == ("done", 2)


@pytest.mark.parametrize("jump", [DAY, -DAY])
def test_a_heartbeat_after_the_jump_keeps_the_job(system, jump):
    jobs.start("test.effect", by=system)
    mine = jobs.claim()
    with clock.set_to(clock.now() + jump):
        jobs.Running(mine, system).hold()
        assert jobs.claim() is None


def test_a_waiting_job_does_not_wait_a_day_longer(system):
    jobs.start("test.effect", by=system)
    with clock.set_to(clock.now() - DAY):
        assert jobs.claim() is not None


def test_a_retry_still_waits_its_seconds(system):
    job = jobs.start("test.effect", by=system)
    Job.objects.filter(pk=job.pk).update(run_at=clock.now() + dt.timedelta(seconds=20))
    assert jobs.claim() is None


def test_a_sign_of_life_from_the_future_is_none():
    worker._say_alive()
    assert worker.is_alive()
    tomorrow = time.time() + 86_400
    os.utime(worker._alive_file(), (tomorrow, tomorrow))
    assert not worker.is_alive()
