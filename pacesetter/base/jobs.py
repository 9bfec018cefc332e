"""Long work on a leased table: claim with a lease and a fence, heartbeat, finish in one fenced transaction.

A worker that dies loses its lease; the next one repeats the job from its last chunk. A job function therefore works in
chunks that may be repeated, and calls `running.step(...)` after each.
"""

import datetime as dt
import logging
import random
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from pacesetter.base import clock
from pacesetter.base.busy import busy, let_go
from pacesetter.base.models import Job, JobLine, User
from pacesetter.core.errors import NotAllowed, NotFound, Refused
from pacesetter.core.registry import Registry

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

log = logging.getLogger(__name__)
LEASE = dt.timedelta(seconds=60)
AHEAD = 2 * LEASE
STEP_SECONDS = 0.5


class Cancelled(Exception):
    """Somebody asked the job to stop."""


class LeaseLost(Exception):
    """Another worker took the job over; nothing more may be written by this one."""


@dataclass(frozen=True)
class JobType:
    """A kind of long work: `run(running, **args)` returns a JSON-able result."""

    key: str
    label: str
    run: Callable[..., Any]
    attempts: int


JOBS: Registry[JobType] = Registry("job")


def job(key: str, label: str, attempts: int = 3) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as a kind of job."""

    def register(run: Callable[..., Any]) -> Callable[..., Any]:
        JOBS.add(key, JobType(key, label, run, attempts))
        return run

    return register


def start(key: str, *, by: "Actor", tick: str | None = None, **args: Any) -> Job:
    """Queue a job; a second one with the same `tick` is refused by the table, so that no schedule fires twice."""
    now, kind = clock.now(), JOBS[key]
    try:
        with transaction.atomic():
            return Job.objects.create(
                key=key, args=args, user_id=by.user_id, via=by.via, created_at=now, run_at=now, tick=tick, max_attempts=kind.attempts
            )
    except IntegrityError:
        raise Refused("job_running", name=kind.label) from None


def once(key: str, *, by: "Actor", tick: str, **args: Any) -> Job | None:
    """Queue a job unless one with the same `tick` was queued before: what chores do again and again."""
    try:
        return start(key, by=by, tick=tick, **args)
    except Refused:
        return None


def visible_to(by: "Actor") -> Any:
    """One's own jobs, or everyone's for those who may."""
    return Job.objects.all() if by.can("job.all") else Job.objects.filter(user_id=by.user_id)


def by_id(pk: int, *, by: "Actor") -> Job:
    """One job that the actor may see."""
    job: Job | None = visible_to(by).filter(pk=pk).first()
    if job is None:
        raise NotFound("not_found", noun="job", id=pk)
    return job


def cancel(job: Job, *, by: "Actor") -> Job:
    """Ask a job to stop after its current chunk; a waiting one stops at once."""
    _may(job, by)
    if job.finished:
        raise Refused("job_finished", name=JOBS[job.key].label)
    waiting = Job.objects.filter(pk=job.pk, state="queued").update(state="cancelled", finished_at=clock.now())
    if not waiting:
        Job.objects.filter(pk=job.pk, state="running").update(cancel_asked=True)
    job.refresh_from_db()
    return job


def retry(job: Job, *, by: "Actor") -> Job:
    """Run a failed or cancelled job again from where it stopped."""
    _may(job, by)
    Job.objects.filter(pk=job.pk, state__in=["failed", "cancelled"]).update(
        state="queued", run_at=clock.now(), attempts=0, error=None, cancel_asked=False, finished_at=None, tick=None
    )
    job.refresh_from_db()
    return job


def _may(job: Job, by: "Actor") -> None:
    if job.user_id != by.user_id and not by.can("job.all"):
        raise NotAllowed("not_yours", noun="job")


def claim(only: int | None = None) -> Job | None:
    """Take the oldest job that waits or whose lease ran out, by one conditional UPDATE."""
    now = clock.now()
    ready = _ready(now)
    found = Job.objects.filter(ready, **({"pk": only} if only else {})).order_by("run_at", "id").values_list("pk", "attempts").first()
    if found is None:
        return None
    pk, attempts = found
    mine = Job.objects.filter(ready, pk=pk, attempts=attempts).update(
        state="running", attempts=attempts + 1, lease_until=now + LEASE, started_at=now, error=None
    )
    return Job.objects.get(pk=pk) if mine else None


def others_wait(job: Job) -> bool:
    """Whether another job could run now: work that nobody waits for steps aside, and starts again behind it."""
    return Job.objects.filter(state="queued", run_at__lte=clock.now()).exclude(pk=job.pk).exists()


def _ready(now: dt.datetime) -> Q:
    """Waiting, or left by a worker that is gone. What lies farther ahead than we ever plan was written before the clock went back."""
    waits = Q(run_at__lte=now) | Q(run_at__gt=now + AHEAD)
    left = Q(lease_until__lt=now) | Q(lease_until__gt=now + AHEAD)
    return Q(waits, state="queued") | Q(left, state="running")


def run_inline(job: Job, watch: Callable[[int, int], None] | None = None) -> Job:
    """Claim and run one job here and now; the command line and tests do this, and may `watch` its progress.

    Where a worker was quicker, its end is waited for.
    """
    while (claimed := claim(job.pk)) is None:
        job.refresh_from_db()
        if job.state != "running":
            return job
        if watch:
            watch(job.done, job.total)
        time.sleep(STEP_SECONDS)
    run(claimed, watch)
    job.refresh_from_db()
    return job


@dataclass
class Running:
    """A claimed job as its function sees it."""

    job: Job
    by: "Actor"
    watch: Callable[[int, int], None] | None = None
    _last: float = field(default=0.0)

    def step(self, done: int, total: int, code: str = "", **params: Any) -> None:
        """Report progress, extend the lease, and stop here if asked to; writes at most twice a second."""
        if self.watch:
            self.watch(done, total)
        if time.monotonic() - self._last < STEP_SECONDS and done < total:
            return
        self._last = time.monotonic()
        self.write(done=done, total=total, step_code=code, step_params=params, lease_until=clock.now() + LEASE)
        if Job.objects.filter(pk=self.job.pk, cancel_asked=True).exists():
            raise Cancelled

    def log(self, code: str, **params: Any) -> None:
        """Add a line to the job's log."""
        JobLine.objects.create(job=self.job, at=clock.now(), code=code, params=params)

    def hold(self) -> None:
        """Extend the lease in the caller's transaction: what is written with it is undone if another worker has the job by now."""
        self.write(lease_until=clock.now() + LEASE)

    def write(self, **values: Any) -> None:
        """Update the job's row, if it is still ours."""
        if not Job.objects.filter(pk=self.job.pk, state="running", attempts=self.job.attempts).update(**values):
            raise LeaseLost

    @contextmanager
    def final(self, result: Any = None) -> Iterator[None]:
        """The job's last effect and its done mark, in one transaction."""
        with transaction.atomic():
            self.hold()
            yield
            self.write(state="done", result=result, finished_at=clock.now(), done=F("total"))


def run(job: Job, watch: Callable[[int, int], None] | None = None) -> None:
    """Run a claimed job to its end, its refusal, its cancellation or its retry."""
    running = Running(job, _actor(job), watch)
    try:
        result = JOBS[job.key].run(running, **job.args)
        if not Job.objects.filter(pk=job.pk, state="done").exists():
            running.write(state="done", result=result, finished_at=clock.now(), done=F("total"))
    except Cancelled:
        _end(running, "cancelled", None)
    except LeaseLost:
        log.warning("job %s was taken over by another worker", job.pk)
    except Refused as refusal:
        _end(running, "failed", {"code": refusal.code, "params": {k: str(v) for k, v in refusal.params.items()}})
    except Exception as error:
        fault = busy(error)
        log.info("job %s stopped: %s", job.pk, fault) if fault else log.exception("job %s (%s) broke", job.pk, job.key)
        let_go()
        _again_or_fail(running, fault)


def _end(running: Running, state: str, error: Any) -> None:
    Job.objects.filter(pk=running.job.pk, state="running", attempts=running.job.attempts).update(
        state=state, error=error, finished_at=clock.now()
    )


def _again_or_fail(running: Running, fault: Refused | None) -> None:
    """Back off with jitter, or give up and stay in the list of failed jobs; either way the job's page says what happened."""
    job = running.job
    told = {"code": fault.code, "params": {}} if fault else {"code": "job_broke", "params": {"trace": traceback.format_exc(limit=5)}}
    if job.attempts >= job.max_attempts:
        return _end(running, "failed", told)
    wait = dt.timedelta(seconds=min(2**job.attempts, LEASE.seconds) * random.uniform(0.5, 1.5))
    Job.objects.filter(pk=job.pk, state="running", attempts=job.attempts).update(state="queued", error=told, run_at=clock.now() + wait)


def _actor(job: Job) -> "Actor":
    from pacesetter.base.actor import Actor

    user = User.objects.select_related("role").filter(pk=job.user_id).first() if job.user_id else None
    return Actor.of(user, via=job.via) if user else Actor.system(job.via)  # type: ignore[arg-type]
