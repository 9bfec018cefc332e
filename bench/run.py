"""`make bench`: measurements as ratios against a named peer or bound, on this machine, now. Nothing here fails a build.

Peers and bounds: Odoo 18's CSV import path reads 58 rows/s on the same kind of machine (shared/STACK.md); the budget of a page is 200 ms
on the server and of a fragment 100 ms (shared/UI.md §16); the demo company of size s has 60 s. A company of a million deals is measured too
where PACESETTER_BENCH_LARGE names its folder.
"""

import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

FOLDER = tempfile.mkdtemp(prefix="pacesetter-bench-")
os.environ |= {"PACESETTER_DATA": FOLDER, "DJANGO_SETTINGS_MODULE": "pacesetter.conf.settings", "PACESETTER_HOSTS": "testserver"}
DATA = pathlib.Path(os.environ.get("PACESETTER_TEST_DATA", pathlib.Path(__file__).resolve().parent.parent.parent / "shared" / "data"))


def main() -> None:
    """Run every measurement and print one line each."""
    line("measure", "here", "peer or bound", "ratio")
    demo()
    from pacesetter.cli.prepare import ready

    ready()
    pages()
    metrics()
    maven()
    flood()
    beside()
    large()


def line(name: str, here: str, peer: str, ratio: str) -> None:
    print(f"{name:<44}{here:>16}{peer:>28}{ratio:>10}", flush=True)


def bound(name: str, seconds: float, limit: float) -> None:
    """A time against its bound: below 1 is inside."""
    line(name, f"{seconds * 1000:,.0f} ms", f"bound {limit * 1000:,.0f} ms", f"{seconds / limit:.2f}")


def demo() -> None:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "pacesetter.cli", "demo"], check=True, stdout=subprocess.DEVNULL)
    bound("demo company, size s", time.perf_counter() - began, 60)


def median(times: int, do: object) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        do()  # type: ignore[operator]
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


def maven() -> None:
    folder = DATA / "crm_maven"
    if not folder.is_dir():
        return line("import of Maven", "skipped", f"no {folder.name} in the data", "")
    env = {**os.environ, "PACESETTER_DATA": tempfile.mkdtemp(prefix="pacesetter-bench-")}
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "pacesetter.cli", "import", str(folder), "--yes"], check=True, env=env, stdout=subprocess.DEVNULL)
    rate = 8927 / (time.perf_counter() - began)
    return line("import of Maven, empty company", f"{rate:,.0f} rows/s", "Odoo 58 rows/s", f"{rate / 58:.0f}")


def flood() -> None:
    """100,000 deals from a CSV file into an empty company."""
    told = measured("flood.py", "100000")
    for step in ("check", "load"):
        rate = float(re.search(rf"^{step} .*? ([\d,]+) rows/s", told, re.M)[1].replace(",", ""))
        line(f"{step} of 100,000 deals, empty company", f"{rate:,.0f} rows/s", "aim 20,000 rows/s", f"{rate / 20_000:.2f}")


def beside() -> None:
    """An import beside eight people on SQLite: how long it holds the lock, and how long their edits take."""
    told = measured("beside.py", "10000")
    for name in ("write transaction of the load", "edit beside the load"):
        bound(f"{name}, p95", float(re.search(rf"^{name} .* p95 +([\d.]+)", told, re.M)[1]) / 1000, 0.05)


def large() -> None:
    """Lists, extracts and KPIs of a million deals, in the folder that PACESETTER_BENCH_LARGE names; `pacesetter demo --size l` makes it."""
    folder = os.environ.get("PACESETTER_BENCH_LARGE")
    if not folder:
        return line("lists, extracts, KPIs of a million deals", "skipped", "PACESETTER_BENCH_LARGE=?", "")
    for script in ("lists.py", "kpis.py"):
        print(f"\n{script}", flush=True)
        subprocess.run([sys.executable, str(pathlib.Path(__file__).with_name(script)), folder], check=True)
    return None


def measured(script: str, rows: str) -> str:
    command = [sys.executable, str(pathlib.Path(__file__).with_name(script)), rows]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    main()
