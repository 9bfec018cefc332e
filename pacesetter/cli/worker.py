"""`pacesetter worker`: the job worker alone."""

import os
import signal
import threading

import click


@click.command("worker")
@click.option("--warm", is_flag=True, help="Only build the SQL of all pages ahead of time, politely, and end.")
@click.option("--once", is_flag=True, help="Only do what waits, jobs of a worker that is gone included, and end.")
def command(warm: bool, once: bool) -> None:
    """Run the job worker until it is told to stop."""
    from pacesetter.cli.prepare import ready

    ready(quiet=False)
    if warm:
        _warm()
    elif once:
        _once()
    else:
        _work()


def _warm() -> None:
    from pacesetter.analytics import warm

    os.nice(10)
    warm.everything()


def _once() -> None:
    from pacesetter.base import worker

    while worker.one_round():
        pass


def _work() -> None:
    from pacesetter.base import worker

    stop = threading.Event()
    for which in (signal.SIGINT, signal.SIGTERM):
        signal.signal(which, lambda *_: stop.set())
    worker.work(stop)
