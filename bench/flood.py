"""`python bench/flood.py [rows]`: deals from one CSV file into an empty company, checked and loaded as a job.

Works on SQLite, or on the PostgreSQL of PACESETTER_DATABASE_URL. CPU seconds are those of our processes; on a busy machine they say
more than the clock.
"""

import os
import pathlib
import resource
import sys
import tempfile
import time
from collections.abc import Callable

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from bench.companies import write_deals


def main(rows: int) -> None:
    folder = os.environ["PACESETTER_DATA"] = tempfile.mkdtemp(prefix="pacesetter-flood-")
    os.environ["DJANGO_SETTINGS_MODULE"] = "pacesetter.conf.settings"
    import django

    django.setup()
    from pacesetter.base.actor import Actor
    from pacesetter.cli.prepare import ready
    from pacesetter.intake import imports

    ready()
    by = Actor.system()
    file = write_deals(pathlib.Path(folder) / "deals.csv", rows)
    print(f"{rows:,} rows, {file.stat().st_size / 2**20:.0f} MB; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    batch = timed("upload and look", rows, lambda: imports.start(file, by=by))
    timed("check", rows, lambda: imports.check_now(batch, by=by))
    imports.accept_all(batch, by=by)
    job = imports.run(batch, by=by)
    timed("load", rows, lambda: imports.run_now(job, batch))
    own, beside = (resource.getrusage(whose).ru_maxrss / 1024 for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    told = ", ".join(f"{batch.count(what):,} {what}" for what in ("new", "updates", "refused"))
    print(f"{told}; job {job.state}; peak memory {own:,.0f} MB and beside {beside:,.0f} MB; load {os.getloadavg()[0]:.1f}")


def timed(name: str, rows: int, do: Callable[[], object]) -> object:
    clock, own, beside = time.perf_counter(), time.process_time(), _beside()
    result = do()
    seconds, busy, more = time.perf_counter() - clock, time.process_time() - own, _beside() - beside
    told = f"CPU {busy:6.1f} s" + (f" and beside {more:6.1f} s" if more else "")
    print(f"{name:<18}{seconds:8.1f} s {rows / seconds:>10,.0f} rows/s   {told} {rows / (busy + more):>10,.0f} rows/s", flush=True)
    return result


def _beside() -> float:
    times = os.times()
    return times.children_user + times.children_system


if __name__ == "__main__":
    main(int((sys.argv[1:] or ["200000"])[0]))
