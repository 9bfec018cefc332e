"""`python bench/beside.py [rows]`: an import beside eight people who edit deals through the verbs, while extracts are refreshed.

Prints how long the write transactions of the import held the lock, how long an edit of a person took, and how many were refused
(a "database is locked" that reaches a person is one). Works on SQLite, or on the PostgreSQL of PACESETTER_DATABASE_URL.
"""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable

PEOPLE = 8
THINK_SECONDS = (0.1, 0.3)
STAGES = ("Discovery", "Qualification", "Proposal", "Negotiation", "Closed Won", "Closed Lost")


def main(rows: int) -> None:
    folder = os.environ["PACESETTER_DATA"] = tempfile.mkdtemp(prefix="pacesetter-beside-")
    start()
    from bench.companies import write_deals
    from pacesetter.intake import imports

    by = begin()
    batch = imports.check_now(imports.start(write_deals(pathlib.Path(folder) / "deals.csv", rows), by=by), by=by)
    imports.accept_all(batch, by=by)
    print(f"load {os.getloadavg()[0]:.1f}; {rows:,} rows; {PEOPLE} people")
    alone = sell(folder, lambda: time.sleep(8))
    held: list[float] = []
    began = time.perf_counter()
    beside = sell(folder, lambda: with_refreshes(lambda: load(batch, by, held)))
    seconds = time.perf_counter() - began
    show("edit, nobody loads", alone)
    show("edit beside the load", beside)
    show("write transaction of the load", held)
    print(f"{rows / seconds:,.0f} rows/s beside {PEOPLE} people")


def start() -> None:
    """Settings and a migrated database."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": "pacesetter.conf.settings"}
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
    import django

    django.setup()


def begin() -> object:
    """A company with deals to edit."""
    from pacesetter.base.actor import Actor
    from pacesetter.cli.prepare import ready
    from pacesetter.crm import deals

    ready()
    by = Actor.system()
    deals.create_many([{"name": f"Deal {number}", "amount": number, "owner": None} for number in range(800)], by=by)
    return by


def load(batch: object, by: object, held: list[float]) -> None:
    """Load beside people, noting how long every transaction holds the lock, from the first statement to the end of the commit."""
    from django.db.transaction import Atomic

    from pacesetter.intake import imports, work

    work._alone = lambda batch: False
    enter, leave, since = Atomic.__enter__, Atomic.__exit__, []

    def entered(self: Atomic) -> None:
        enter(self)
        since.append(time.perf_counter())

    def left(self: Atomic, *error: object) -> None:
        leave(self, *error)
        begin = since.pop()
        if not since:
            held.append(time.perf_counter() - begin)

    Atomic.__enter__, Atomic.__exit__ = entered, left
    job = imports.run_now(imports.run(batch, by=by), batch)
    Atomic.__enter__, Atomic.__exit__ = enter, leave
    assert job.state == "done", job.error


def sell(folder: str, meanwhile: object) -> list[float]:
    """How long the edits of people in a process of their own took while something else went on."""
    people = subprocess.Popen([sys.executable, __file__, "--sell"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    people.stdout.readline()
    meanwhile()
    told, _ = people.communicate("\n")
    found = json.loads(told)
    print(f"{len(found['failed'])} edits failed {found['failed'][:3] or ''}")
    return found["took"]


def with_refreshes(do: Callable[[], None]) -> None:
    """Do something while another process refreshes the extracts, as the worker does every minute and here without a pause."""
    refresher = subprocess.Popen(
        [sys.executable, __file__, "--refresh"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    do()
    told, _ = refresher.communicate("\n")
    print(f"{told.strip()} refreshes of the extracts meanwhile")


def refreshing() -> None:
    """Refresh until a line comes in."""
    start()
    from pacesetter.base import warehouse

    over, count = threading.Event(), 0
    threading.Thread(target=lambda: (sys.stdin.readline(), over.set())).start()
    while not over.wait(0.2):
        warehouse.refresh()
        count += 1
    print(count)


def selling() -> None:
    """One process with a thread for each person, like the web server's, until a line comes in."""
    start()
    from pacesetter.base.actor import Actor
    from pacesetter.crm.models import Deal

    ids, over = list(Deal.objects.filter(owner=None).values_list("pk", flat=True)[:800]), threading.Event()
    took: list[float] = []
    failed: list[str] = []
    by = Actor.system()
    people = [
        threading.Thread(target=work, args=(random.Random(seed), ids[seed::PEOPLE], by, over, took, failed)) for seed in range(PEOPLE)
    ]
    print("ready", flush=True)
    for person in people:
        person.start()
    sys.stdin.readline()
    over.set()
    for person in people:
        person.join()
    print(json.dumps({"took": took, "failed": failed}))


def work(dice: random.Random, ids: list[int], by: object, over: threading.Event, took: list[float], failed: list[str]) -> None:
    from pacesetter.crm import deals
    from pacesetter.crm.models import Deal

    while not over.wait(dice.uniform(*THINK_SECONDS)):
        deal = Deal.objects.get(pk=dice.choice(ids))
        began = time.perf_counter()
        try:
            deals.edit(deal, by=by, next_step=f"Call {dice.randrange(10**6)}")
        except Exception as error:  # whatever it is, it reached a person
            failed.append(repr(error))
        took.append(time.perf_counter() - began)


def show(name: str, seconds: list[float]) -> None:
    times = sorted(1000 * one for one in seconds)
    at = [times[int(len(times) * share)] for share in (0.5, 0.95, 0.99)]
    print(f"{name:<32}{len(times):>7,}   median {at[0]:6.1f}   p95 {at[1]:6.1f}   p99 {at[2]:6.1f}   max {times[-1]:6.1f} ms")


if __name__ == "__main__":
    if "--sell" in sys.argv:
        selling()
    elif "--refresh" in sys.argv:
        refreshing()
    else:
        main(int((sys.argv[1:] or ["20000"])[0]))
