"""`python bench/kpis.py FOLDER`: extracts and KPIs of a large company, a data folder that `pacesetter demo --size l` made. The folder's
extracts are made anew, its records are not touched.

Records that changed lie anywhere in the database: with a cold disk the delta is the disk's time (`cat` the SQLite file first).
KPIs are held against the same question written by hand in DuckDB SQL over the same files; extracts against the bounds of the project.
"""

import os
import pathlib
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

FAR = "DATE '9999-12-31'"
# What an analyst would write: no reasons, no variants, no figures beside.
BY_HAND = {
    "win_rate": f"""
        SELECT owner, date_trunc('quarter', closed_on) AS quarter, count(*) FILTER (status = 'won') AS won, count(*) AS closed
        FROM deal_versions WHERE until = {FAR} AND status <> 'open' AND type <> 'renewal' AND archived_on IS NULL
            AND NOT (status = 'lost' AND never_real) GROUP BY 1, 2 ORDER BY 1, 2""",
    "bookings": """
        SELECT owner, date_trunc('quarter', b."on") AS quarter, count(DISTINCT id) AS deals,
            sum(CASE WHEN b.currency = 'USD' THEN annual ELSE worth(annual, scaled, b.currency, 2) END) AS amount
        FROM bookings b ASOF LEFT JOIN (FROM rates WHERE rate_set = 'plan') r ON r.currency = b.currency AND r.since <= b."on"
        WHERE type <> 'renewal' AND archived_on IS NULL GROUP BY 1, 2 ORDER BY 1, 2""",
}


def main(folder: str) -> None:
    os.environ |= {"PACESETTER_DATA": folder, "DJANGO_SETTINGS_MODULE": "pacesetter.conf.settings"}
    import django

    django.setup()
    from pacesetter.base import warehouse
    from pacesetter.crm.models import Deal

    count = Deal.objects.count()
    print(f"{count:,} deals; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    full(warehouse)
    delta(warehouse, count)
    for key in BY_HAND:
        kpi(key)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB; load {os.getloadavg()[0]:.1f}")


def line(name: str, here: float, bound: float, what: str = "bound") -> None:
    print(f"{name:<44}{here * 1000:>12,.0f} ms{what + ' ' + format(bound * 1000, ',.0f') + ' ms':>26}{here / bound:>8.2f}", flush=True)


def processor() -> float:
    """Seconds that the processor worked for us and for those we started."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def full(warehouse: Any) -> None:
    """Everything anew: the reading of the database by itself, and with the facts that are made of it."""
    from pacesetter.base.warehouse import reading

    real, took = reading.Reading.tables, []

    def timed(self: Any) -> Any:
        began = time.perf_counter()
        found = real(self)
        took.append(time.perf_counter() - began)
        return found

    reading.Reading.tables = timed  # type: ignore[method-assign]
    began, spent = time.perf_counter(), processor()
    warehouse.refresh(full=True)
    line("full extract: reading the database", took[0], 45)
    line("full extract: with all facts", time.perf_counter() - began, 45)
    print(f"{'… its processor time, the readers beside too':<44}{(processor() - spent) * 1000:>12,.0f} ms")
    reading.Reading.tables = real  # type: ignore[method-assign]


def delta(warehouse: Any, count: int) -> None:
    """A thousand deals marked as changed: read again and made anew."""
    from pacesetter.base import history

    dice = random.Random(7)
    times, spent = [], []
    for _ in range(5):
        history.mark_dirty("deal", dice.sample(range(1, count + 1), 1000))
        began, before = time.perf_counter(), processor()
        warehouse.refresh()
        times.append(time.perf_counter() - began)
        spent.append(processor() - before)
    line("1,000 changes into it, median of 5", statistics.median(times), 0.2)
    print(f"{'… their processor time':<44}{statistics.median(spent) * 1000:>12,.0f} ms")


def kpi(key: str) -> None:
    """A question by owner and quarter over all time: our query against the other, then with the cells that people get, not remembered."""
    from pacesetter.analytics import numbers, reader
    from pacesetter.base import warehouse
    from pacesetter.base.actor import Actor
    from pacesetter.base.warehouse import plans

    by, version = Actor.system(), warehouse.current()
    assert version
    mine = reader.Reader(by)
    variables = mine._variables(mine.period("all"), mine.today)
    sql = plans.plan(mine.ask(key, ("owner", "quarter"), None, None)).sql

    def asked() -> None:
        reader._ANSWERS.clear()
        numbers.measure(key, by=by, period="all", dims=("owner", "quarter"), reader=mine)

    hand = median(lambda: warehouse.query(version, BY_HAND[key], variables))
    line(f"{key} by owner and quarter: query", median(lambda: warehouse.query(version, sql, variables)), hand, "by hand")
    line(f"{key} by owner and quarter: cells", median(asked), hand, "by hand")


def median(do: Callable[[], object]) -> float:
    do()
    times = []
    for _ in range(7):
        began = time.perf_counter()
        do()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


if __name__ == "__main__":
    main(sys.argv[1])
