"""`python bench/flood.py [rows]`: deals from one CSV file into an empty company, checked and loaded as a job.

Works on SQLite, or on the PostgreSQL of PACESETTER_DATABASE_URL. CPU seconds are this process's own; on a busy machine they say
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
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = ", ".join(f"{batch.count(what):,} {what}" for what in ("new", "updates", "refused"))
    print(f"{told}; job {job.state}; peak memory {peak:,.0f} MB; load {os.getloadavg()[0]:.1f}")


def timed(name: str, rows: int, do: Callable[[], object]) -> object:
    clock, own = time.perf_counter(), time.process_time()
    result = do()
    seconds, busy = time.perf_counter() - clock, time.process_time() - own
    print(f"{name:<18}{seconds:8.1f} s {rows / seconds:>10,.0f} rows/s      CPU {busy:8.1f} s {rows / busy:>10,.0f} rows/s", flush=True)
    return result


if __name__ == "__main__":
    main(int((sys.argv[1:] or ["200000"])[0]))
