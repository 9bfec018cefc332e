"""Jobs: leases, fences, retries, cancelling."""

import datetime as dt

import pytest

from pacesetter.base import clock, jobs
from pacesetter.base.models import Job
from pacesetter.core.errors import Invalid, NotAllowed, Refused

pytestmark = pytest.mark.django_db
RUNS: list[str] = []


@jobs.job("test.counts", "Counting", attempts=2)
def counts(running, upto=3, breaks_at=None, refuses=False):
    for done in range(upto):
        if done == breaks_at:
            raise RuntimeError("power cut")
        running.step(done, upto, "counting", at=done)
        RUNS.append(f"{running.job.pk}:{done}")
    if refuses:
        raise Invalid("required", field="name")
    return {"counted": upto}


@pytest.fixture(autouse=True)
def fresh():
    RUNS.clear()


def test_a_job_runs_to_its_end(system):
    job = jobs.run_inline(jobs.start("test.counts", by=system, upto=2))
    assert (job.state, job.result, job.percent) == ("done", {"counted": 2}, 100)


def test_unknown_jobs_are_refused(system):
    with pytest.raises(Refused):
        jobs.start("nothing.like.it", by=system)


def test_nobody_else_takes_a_leased_job(system):
    job = jobs.start("test.counts", by=system)
    assert jobs.claim().pk == job.pk
    assert jobs.claim() is None


def test_a_dead_workers_job_is_taken_over_and_the_dead_one_writes_nothing_more(system):
    jobs.start("test.counts", by=system)
    first = jobs.claim()
    with clock.set_to(clock.now() + dt.timedelta(minutes=2)):
        second = jobs.claim()
        assert second.attempts == 2
        with pytest.raises(jobs.LeaseLost):
            jobs.Running(first, system).write(done=1)
        jobs.run(first)  # it wakes up, notices, and leaves the job alone
        assert Job.objects.get().state == "running"
        jobs.run(second)
    assert Job.objects.get().state == "done"


def test_a_broken_job_is_tried_again_and_then_given_up(system):
    job = jobs.run_inline(jobs.start("test.counts", by=system, breaks_at=1))
    assert (job.state, job.attempts) == ("queued", 1) and job.run_at > clock.now()
    with clock.set_to(clock.now() + dt.timedelta(minutes=5)):
        job = jobs.run_inline(job)
    assert (job.state, job.error["code"]) == ("failed", "job_broke") and "power cut" in job.error["params"]["trace"]


def test_a_refusal_is_not_tried_again(system):
    job = jobs.run_inline(jobs.start("test.counts", by=system, refuses=True))
    assert (job.state, job.attempts, job.error["code"]) == ("failed", 1, "required")


def test_cancelling_before_and_during(system):
    waiting = jobs.cancel(jobs.start("test.counts", by=system), by=system)
    assert waiting.state == "cancelled"
    running = jobs.start("test.counts", by=system)
    Job.objects.filter(pk=running.pk).update(cancel_asked=True)
    assert jobs.run_inline(running).state == "cancelled" and RUNS == []
    with pytest.raises(Refused):
        jobs.cancel(running, by=system)
    running.refresh_from_db()
    assert jobs.run_inline(jobs.retry(running, by=system)).state == "done"


def test_a_schedule_fires_once_per_tick(system):
    jobs.start("test.counts", by=system, tick="nightly:2026-11-20")
    with pytest.raises(Refused):
        jobs.start("test.counts", by=system, tick="nightly:2026-11-20")
    assert Job.objects.count() == 1


def test_only_ones_own_jobs_unless_one_may_see_all(cast):
    job = jobs.start("test.counts", by=cast.actor("ines"))
    assert list(jobs.visible_to(cast.actor("hugo"))) == []
    with pytest.raises(NotAllowed):
        jobs.cancel(job, by=cast.actor("hugo"))
    assert list(jobs.visible_to(cast.actor("chiara"))) == [job]


def test_whoever_runs_a_job_that_a_worker_has_waits_for_its_end(system, monkeypatch):
    job = jobs.start("test.counts", by=system)
    taken = jobs.claim(job.pk)
    seen = []
    monkeypatch.setattr(jobs.time, "sleep", lambda _: jobs.run(taken))
    assert jobs.run_inline(job, lambda done, total: seen.append(total)).state == "done" and seen
