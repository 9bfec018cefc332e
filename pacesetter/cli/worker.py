"""`pacesetter worker`: the job worker alone."""

import signal
import threading

import click


@click.command("worker")
def command() -> None:
    """Run the job worker until it is told to stop."""
    from pacesetter.cli.prepare import ready

    ready(quiet=False)
    from pacesetter.base import worker

    stop = threading.Event()
    for which in (signal.SIGINT, signal.SIGTERM):
        signal.signal(which, lambda *_: stop.set())
    worker.work(stop)
