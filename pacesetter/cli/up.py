"""`pacesetter up`: the web and the job worker, started and stopped together."""

import os
import secrets
import signal
import subprocess
import sys
import time

import click

THREADS = 8  # that answer requests, of all web processes together
HUNG_SECONDS = 60  # of silence after a worker's last sign of life has grown old


@click.command("up")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--demo/--no-demo", default=True, help="Fill an empty data folder with the demo company.")
@click.option("--seed", default=7, show_default=True, help="Seed of the demo company.")
def command(host: str, port: int, demo: bool, seed: int) -> None:
    """Start the web and the job worker; Ctrl-C stops both."""
    from pacesetter.cli.prepare import ready

    ready()
    warming = start("-m", "pacesetter.cli", "worker", "--warm")
    address = f"http://{'localhost' if host in ('127.0.0.1', '0.0.0.0') else host}:{port}"
    try:
        greet(address, demo, seed)
        _Processes(host, port).run()
    finally:
        warming.terminate()
        warming.wait()


def start(*arguments: str) -> subprocess.Popen[bytes]:
    """A child process that Ctrl-C on the terminal does not reach: `up` ends it."""
    return subprocess.Popen([sys.executable, *arguments], env={**os.environ, "OMP_NUM_THREADS": "1"}, start_new_session=True)


def greet(address: str, demo: bool, seed: int) -> None:
    """Say where it runs and how to sign in; an empty company becomes the demo company, or gets a first-run link."""
    from pacesetter.base import find, users
    from pacesetter.base.models import User
    from pacesetter.demo import is_unfinished

    if demo and (is_unfinished() or not find.every(User).exists()):
        _show_signins(*_make_demo(seed))
    elif not User.objects.able_to_sign_in().exists():
        click.echo(f"\nNobody can sign in yet. Begin here: {address}/first-run/{users.first_run_key()}")
    else:
        click.echo("Forgot a password? `pacesetter user link EMAIL` prints a link to set a new one.")
    click.echo(f"\nPacesetter runs at {address}   (Ctrl-C stops it)\n")


def _make_demo(seed: int) -> tuple[str, list[tuple[str, str, str]]]:
    """Make the demo company; returns the password, and (role, name, e-mail) of one person per role."""
    from pacesetter import demo
    from pacesetter.cli.output import with_bar

    password = "-".join(secrets.token_hex(2) for _ in range(3))
    people = with_bar("Starting", lambda step: demo.make("s", seed=seed, password=password, step=step))
    first = {str(person.role): person for person in reversed(people)}
    return password, [(role, person.name, person.email or "") for role, person in reversed(first.items())]


def _show_signins(password: str, people: list[tuple[str, str, str]]) -> None:
    from pacesetter.cli.output import table

    click.echo("\nThe demo company is ready. Everybody in it signs in with the password")
    click.secho(f"\n    {password}\n", bold=True)
    click.echo("which is shown only now. One person of each role (all of them: `pacesetter user list`):")
    table(["Role", "Name", "E-mail"], people)


def web_processes() -> int:
    """As many as the setting says; else two where there are cores for them, because one Python process uses one core at a time."""
    from django.conf import settings

    return settings.WEB_PROCESSES or min(2, os.cpu_count() or 1)


class _Processes:
    """The children of `up`: the web and the worker. A worker that dies or hangs is started again; the web going down ends everything."""

    def __init__(self, host: str, port: int) -> None:
        self.web = start(
            "-m",
            "granian",
            "--interface",
            "wsgi",
            "--host",
            host,
            "--port",
            str(port),
            "--workers",
            str(web_processes()),
            "--blocking-threads",
            str(max(1, THREADS // web_processes())),
            "--no-access-log",
            "--log-level",
            "error",
            "pacesetter.conf.wsgi:application",
        )
        self._hire()
        self.stopping = False

    def _hire(self) -> None:
        self.worker = start("-m", "pacesetter.cli", "worker")
        self.heard = time.monotonic()

    def run(self) -> None:
        for which in (signal.SIGINT, signal.SIGTERM):
            signal.signal(which, self._stop)
        while not self.stopping and self.web.poll() is None:
            time.sleep(0.2)
            if not self.stopping:
                self._tend()
        self._end()
        sys.exit(0 if self.stopping else 1)

    def _tend(self) -> None:
        if self._hangs():
            click.echo("The job worker gives no sign of life.", err=True)
            self.worker.kill()
            self.worker.wait()
        if self.worker.poll() is not None:
            click.echo("The job worker ended unexpectedly; starting it again.", err=True)
            self._hire()
            time.sleep(1)

    def _hangs(self) -> bool:
        from pacesetter.base import worker

        if worker.is_alive():
            self.heard = time.monotonic()
        return time.monotonic() - self.heard > HUNG_SECONDS

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def _end(self) -> None:
        for child in (self.web, self.worker):
            if child.poll() is None:
                child.terminate()
        for child in (self.web, self.worker):
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.kill()
