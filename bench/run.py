"""`make bench`: measurements as ratios against a named peer or bound, on this machine, now, as a page of Markdown. Nothing here fails a build.

Peers and bounds: Odoo's CSV import path and its ORM, read on the same kind of machine (shared/STACK.md); the budget of a page is 200 ms
on the server and of a fragment 100 ms (shared/UI.md §16); the demo company of size s has 60 s. Imports are measured on SQLite, and on a
PostgreSQL of their own where one is installed; PACESETTER_BENCH_ROWS says how many rows. A company of a million deals is measured where
PACESETTER_BENCH_LARGE names its folder. `docs/benchmarks.md` is one such page.
"""

import contextlib
import datetime as dt
import os
import pathlib
import platform
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # and not this folder, whose names are those of modules

FOLDER = tempfile.mkdtemp(prefix="pacesetter-bench-")
os.environ |= {"PACESETTER_DATA": FOLDER, "DJANGO_SETTINGS_MODULE": "pacesetter.conf.settings", "PACESETTER_HOSTS": "testserver,127.0.0.1"}
DATA = pathlib.Path(os.environ.get("PACESETTER_TEST_DATA", ROOT.parent / "shared" / "data"))
ROWS = int(os.environ.get("PACESETTER_BENCH_ROWS", "100000"))
MAVEN_ROWS = 8_927


def main() -> None:
    """Print the page, each line when it is known."""
    say(f"# Benchmarks\n\n`make bench` printed this page. {machine()}\n")
    table("A small company", [demo, prepared, pages, metrics])
    table("Imports", [maven, imports])
    large()
    say(f"\nLoad of the machine at the end: {os.getloadavg()[0]:.1f}.")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def machine() -> str:
    """What it ran on, in two sentences."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    model = next((line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    system = next(
        (line.split("=")[1].strip('"') for line in _lines("/etc/os-release") if line.startswith("PRETTY_NAME")), platform.system()
    )
    parts = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, DuckDB {version('duckdb')}, Django {version('django')}"
    busy = f"its load was {os.getloadavg()[0]:.1f} when it began"
    return f"{dt.date.today():%Y-%m-%d}, {os.cpu_count()} cores ({model}), {memory:.0f} GB, {system}; {busy}.\n{parts}."


def _lines(path: str) -> list[str]:
    file = pathlib.Path(path)
    return file.read_text().splitlines() if file.exists() else []


def table(title: str, measures: list[Callable[[], None]]) -> None:
    say(f"\n## {title}\n")
    line("measure", "here", "peer or bound", "ratio")
    line("---", "---:", "---:", "---:")
    for measure in measures:
        measure()


def line(name: str, here: str, peer: str, ratio: str) -> None:
    say(f"| {name:<56} | {here:>15} | {peer:>26} | {ratio:>6} |")


def bound(name: str, seconds: float, limit: float) -> None:
    """A time against its bound: below 1 is inside."""
    line(name, f"{seconds * 1000:,.0f} ms", f"bound {limit * 1000:,.0f} ms", f"{seconds / limit:.2f}")


def rate(name: str, here: float, aim: float) -> None:
    """Rows a second against the aim, and as so many times the peer's."""
    line(name, f"{here:,.0f} rows/s", f"aim {aim:,.0f} rows/s", f"{here / aim:.2f}")


# a small company --------------------------------------------------------------------------------
def demo() -> None:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "pacesetter.cli", "demo"], check=True, stdout=subprocess.DEVNULL)
    bound("demo company, size s", time.perf_counter() - began, 60)


def prepared() -> None:
    from pacesetter.cli.prepare import ready

    ready()


def median(times: int, do: Callable[[], object]) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        do()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def pages() -> None:
    from django.test import Client

    from pacesetter.base import warehouse
    from pacesetter.base.models import User

    warehouse.refresh()
    client = Client()
    client.force_login(User.objects.get(name="Chiara Romano"), backend="allauth.account.auth_backends.AuthenticationBackend")
    for path in ("/", "/dashboards/overview", "/metrics/win_rate", "/deals", "/deals/board", "/leads", "/accounts"):
        client.get(path)
        bound(f"page {path}", median(9, lambda path=path: client.get(path)), 0.2)


def metrics() -> None:
    from pacesetter.analytics import numbers
    from pacesetter.base.actor import Actor
    from pacesetter.core.metrics import METRICS

    by = Actor.system()
    for key in METRICS:
        numbers.measure(key, by=by)
        bound(f"metric {key}", median(7, lambda key=key: numbers.measure(key, by=by)), 0.1)


# imports ----------------------------------------------------------------------------------------
def maven() -> None:
    folder = DATA / "crm_maven"
    if not folder.is_dir():
        return line("import of Maven", "skipped", f"no {folder.name} in the data", "")
    env = {**os.environ, "PACESETTER_DATA": tempfile.mkdtemp(prefix="pacesetter-bench-")}
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "pacesetter.cli", "import", str(folder), "--yes"], check=True, env=env, stdout=subprocess.DEVNULL)
    here = MAVEN_ROWS / (time.perf_counter() - began)
    return line("Maven's five files, whole command", f"{here:,.0f} rows/s", "Odoo's import 58 rows/s", f"{here / 58:.0f}")


def imports() -> None:
    """The same file alone and beside people, on both databases; each time into a new one."""
    for measure in (flood, beside):
        for name, where in databases():
            with where as env:
                measure(name, env)


def databases() -> Iterator[tuple[str, contextlib.AbstractContextManager[dict[str, str]]]]:
    """SQLite, and a PostgreSQL server as its packages set it up."""
    from tests.postgres import Cluster

    yield "SQLite", contextlib.nullcontext(dict(os.environ))
    if found := Cluster.installed():
        yield "PostgreSQL", _served(found)


@contextlib.contextmanager
def _served(found: pathlib.Path) -> Iterator[dict[str, str]]:
    from tests.postgres import Cluster

    with tempfile.TemporaryDirectory(prefix="pacesetter-pg-") as folder, Cluster(found, pathlib.Path(folder)).served(careless=False) as url:
        yield {**os.environ, "PACESETTER_DATABASE_URL": url}


def flood(database: str, env: dict[str, str]) -> None:
    """Deals from a CSV file into an empty company."""
    told = measured("flood.py", str(ROWS), env)
    for step in ("check", "load"):
        here = float(re.search(rf"^{step} .*? ([\d,]+) rows/s", told, re.M)[1].replace(",", ""))
        rate(f"{step} of {ROWS:,} deals, empty company, {database}", here, 20_000)
    line(f"the load against Odoo's ORM, {database}", f"{here:,.0f} rows/s", "Odoo's ORM 66 rows/s", f"{here / 66:.0f}")
    peak = float(re.search(r"peak memory ([\d,]+) MB", told)[1].replace(",", ""))
    line(f"memory of check and load, {database}", f"{peak:,.0f} MB", "bound 1,000 MB", f"{peak / 1000:.2f}")


def beside(database: str, env: dict[str, str]) -> None:
    """An import beside eight people: its pace, how long it holds the lock, and how long their edits take."""
    told = measured("beside.py", str(ROWS // 5), env)
    rate(f"load beside eight people, {database}", float(re.search(r"^([\d,]+) rows/s", told, re.M)[1].replace(",", "")), 5_000)
    held = [("write transaction of the load", 0.05)] if database == "SQLite" else []  # elsewhere it keeps nobody waiting
    for name, limit in (*held, ("edit beside the load", 0.5)):
        bound(f"{name}, p95, {database}", float(re.search(rf"^{name} .* p95 +([\d.]+)", told, re.M)[1]) / 1000, limit)
    failed = sum(map(int, re.findall(r"^(\d+) edits failed", told, re.M)))
    line(f"edits that failed beside the load, {database}", str(failed), "bound 0", "")


def measured(script: str, rows: str, env: dict[str, str]) -> str:
    command = [sys.executable, str(ROOT / "bench" / script), rows]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=env).stdout


# a large company --------------------------------------------------------------------------------
def large() -> None:
    """Lists, extracts and KPIs of a million deals; `pacesetter demo --size l` makes the folder."""
    folder = os.environ.get("PACESETTER_BENCH_LARGE")
    say("\n## A company of a million deals\n")
    if not folder:
        return say("Skipped: PACESETTER_BENCH_LARGE names no folder.")
    for script in ("kpis.py", "lists.py"):
        say(f"`bench/{script}`\n```")
        subprocess.run([sys.executable, str(ROOT / "bench" / script), folder], check=True)
        say("```\n")
    return None


if __name__ == "__main__":
    main()
