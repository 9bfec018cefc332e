"""The job worker: claims and runs jobs, and between them does the chores (refreshing extracts, scheduled work)."""

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import Error, connection

from pacesetter.base import clock, jobs
from pacesetter.base.busy import let_go
from pacesetter.base.logs import request_id
from pacesetter.base.models import Job

log = logging.getLogger(__name__)
IDLE_SECONDS = 0.5
BEAT_SECONDS = 15
ALIVE_SECONDS = 30
BREATHER_SECONDS = 2

CHORES: list[Callable[[], None]] = []


def chore(run: Callable[[], None]) -> Callable[[], None]:
    """Register something the worker does whenever it is idle; it must return at once when there is nothing to do."""
    CHORES.append(run)
    return run


def work(stop: threading.Event) -> None:
    """Work until `stop` is set."""
    while not stop.is_set():
        try:
            _say_alive()
            if not one_round():
                stop.wait(IDLE_SECONDS)
        except Exception:  # a full disk, a database that went away, a chore that broke: none of them ends the worker
            log.exception("this round of work broke; going on")
            let_go()
            stop.wait(BREATHER_SECONDS)


def one_round() -> bool:
    """Run the oldest job that may run, or do the chores; whether there was a job."""
    job = jobs.claim()
    if job is None:
        for run in CHORES:
            run()
        return False
    request_id.set(f"job-{job.pk}")
    with _Heartbeat(job):
        jobs.run(job)
    request_id.set("-")
    return True


class _Heartbeat:
    """Extends a job's lease from a second thread, for chunks that take long."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._beat, daemon=True)

    def _beat(self) -> None:
        while not self.over.wait(BEAT_SECONDS):
            try:
                _say_alive()
                Job.objects.filter(pk=self.job.pk, attempts=self.job.attempts, state="running").update(lease_until=clock.now() + jobs.LEASE)
            except (Error, OSError):
                log.exception("a heartbeat was lost; the next one may get through")
                let_go()
        connection.close()

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()


def _alive_file() -> Path:
    return Path(settings.PACESETTER_DATA) / "worker.alive"


def _say_alive() -> None:
    file = _alive_file()
    file.touch()
    os.utime(file)


def is_alive() -> bool:
    """Whether a worker gave a sign of life lately."""
    try:
        return abs(time.time() - _alive_file().stat().st_mtime) < ALIVE_SECONDS  # a sign from the future is none: the clock went back
    except FileNotFoundError:
        return False
