"""`python bench/lists.py [folder] [seconds]`: eight people at once over a large company, at work and without a pause between their clicks.

The folder holds a company of size l (`pacesetter demo --size l`; without one a small one of 20,000 deals is made). Its web process
is started as `pacesetter up` starts it. People are a seller, a manager of about fifty and somebody who sees everything, each signed in; kinds of
pages are measured one after the other, first by one person alone, then by eight at once. "CPU" is what the web process spends on a page: on a busy machine it
says more than the clock, and eight people who never pause wait at least eight times as long. Works on SQLite, or on the PostgreSQL of PACESETTER_DATABASE_URL.
"""

import contextlib
import http.client
import os
import pathlib
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path[0] = str(pathlib.Path(__file__).resolve().parent.parent)  # and not this folder, whose names are those of modules

CLIENTS = 8
PAUSE = (0.5, 1.5)  # seconds that somebody at work looks at a page
PART = {"HX-Request": "true", "HX-Target": "list"}
MORE = {"HX-Request": "true", "HX-Target": "more"}
PALETTE = {"HX-Request": "true"}
WARM = 3  # times that each page is asked for before: there are several web processes
DEEP = 2_000  # the page that is as quick as the first
FILTERS = (
    "view=open&where=amount+%3E%3D+50000",
    "view=closing",
    "view=overdue",
    "view=won",
    "view=mine",
    "view=all&where=type+%3D+renewal",
)
SORTS = ("name", "-amount", "-last_activity_at", "close_date", "next_step", "stage")
# What the same work took as bare SQL in a prototype on this kind of machine (shared/STACK.md), and the bound of the issue, in ms.
BOUNDS = {
    "list": (200, "SQL alone 126-165"),
    "filter": (200, "worst pair 176-280"),
    "sort": (200, ""),
    "page 2,000": (200, ""),
    "search": (200, "SQL alone 1.5-6.5"),
    "palette": (100, "SQL alone 1.5-6.5"),
    "record": (200, ""),
    "board": (200, ""),
}
Ask = tuple[str, dict[str, str]]


def main(folder: str | None, seconds: float) -> None:
    os.environ |= {
        "PACESETTER_DATA": folder or tempfile.mkdtemp(prefix="pacesetter-lists-"),
        "DJANGO_SETTINGS_MODULE": "pacesetter.conf.settings",
    }
    from pacesetter.cli.prepare import ready

    ready()
    if folder is None:
        make_small()
    people = who()
    deals, asks = counted(), {name: asks_of(user) for name, user in people.items()}
    port = free_port()
    web = subprocess.Popen([sys.executable, "-m", "pacesetter.cli", "up", "--no-demo", "--port", str(port)], stdout=subprocess.DEVNULL)
    try:
        wait(port)
        show(deals, port, seconds, asks, {name: signed_in(user) for name, user in people.items()}, web.pid)
    finally:
        web.terminate()
        web.wait()


def show(deals: int, port: int, seconds: float, asks: dict[str, dict[str, list[Ask]]], cookies: dict[str, str], up: int) -> None:
    """Warm every page up once, then one line per kind."""
    print(f"{deals:,} deals on {database()}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{'ms':<12}{'alone':>16}{'eight at work':>16}{'without pause':>16}{'bound':>8}{'ratio':>7}{'CPU':>6}   prototype")
    print(" " * 12 + f"{'p50':>8}{'p95':>8}" * 3)
    for kind, (bound, peer) in BOUNDS.items():
        for _ in range(WARM):
            run(port, [(asks[name][kind], cookies[name]) for name in asks], 0)
        alone = [one for name in asks for one in run(port, [(asks[name][kind], cookies[name])], seconds / 6)]
        crowd = [(asks[name][kind], cookies[name]) for name in (list(asks) * CLIENTS)[:CLIENTS]]
        work = run(port, crowd, seconds, PAUSE)
        before = spent(up)
        eight = run(port, crowd, seconds)
        cpu = (spent(up) - before) / len(eight) * 1000
        at = "".join(f"{share(times, part):>8.0f}" for times in (alone, work, eight) for part in (0.5, 0.95))
        print(f"{kind:<12}{at}{bound:>8}{share(work, 0.95) / bound:>7.2f}{cpu:>6.0f}   {peer}", flush=True)
    print(f"load {os.getloadavg()[0]:.1f} at the end")


def spent(up: int) -> float:
    """Processor seconds of the web process that `up` started, and of its children."""
    parents, ticks = {}, {}
    for file in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # others end meanwhile
            _state, parent, *numbers = file.read_text().rpartition(")")[2].split()
            parents[int(file.parent.name)], ticks[int(file.parent.name)] = int(parent), int(numbers[9]) + int(numbers[10])
    family = {pid for pid, parent in parents.items() if parent == up and "granian" in pathlib.Path(f"/proc/{pid}/cmdline").read_text()}
    for _ in range(3):
        family |= {pid for pid, parent in parents.items() if parent in family}
    return sum(ticks[pid] for pid in family) / os.sysconf("SC_CLK_TCK")


def share(times: list[float], part: float) -> float:
    return sorted(times)[int(len(times) * part)] * 1000


def run(port: int, people: list[tuple[list[Ask], str]], seconds: float, pause: tuple[float, float] = (0, 0)) -> list[float]:
    """Times of all requests; with no seconds each asks each page once."""
    took: list[float] = []
    failed: list[str] = []
    threads = [threading.Thread(target=click, args=(port, *one, seconds, pause, seed, took, failed)) for seed, one in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise SystemExit(failed[0])
    return took


def click(
    port: int, asks: list[Ask], cookie: str, seconds: float, pause: tuple[float, float], seed: int, took: list[float], failed: list[str]
) -> None:
    dice, until, left = random.Random(seed), time.perf_counter() + seconds, list(asks)
    web = http.client.HTTPConnection("127.0.0.1", port)
    while left if not seconds else time.perf_counter() < until:
        path, headers = dice.choice(asks) if seconds else left.pop()
        began = time.perf_counter()
        web.request("GET", path, headers={**headers, "Cookie": cookie})
        answer = web.getresponse()
        body = answer.read()
        took.append(time.perf_counter() - began)
        if answer.status != 200:
            failed.append(f"{path} answered {answer.status}: {body[:200]!r}")
            return
        time.sleep(dice.uniform(*pause))


# what is asked ----------------------------------------------------------------------------------
def asks_of(user: object) -> dict[str, list[Ask]]:
    """The pages of each kind that one person clicks."""
    from urllib.parse import quote_plus

    words = [quote_plus(text) for text in words_of(user)]
    return {
        "list": [
            ("/deals", {}),
            ("/deals?view=all", {}),
            ("/deals?view=closed", {}),
            ("/accounts", {}),
            ("/contacts", {}),
            ("/leads?view=open", {}),
        ],
        "filter": [(f"/deals?{query}", PART) for query in FILTERS] + [(f"/deals?view=open&stage={pk}", PART) for pk in stages()],
        "sort": [(f"/deals?view={view}&sort={sort}", PART) for sort in SORTS for view in ("open", "all")],
        "page 2,000": [(f"/deals?view=all&sort={sort}&cursor={place}", MORE) for sort in SORTS[:4] if (place := deep(user, sort))],
        "search": [(f"/{plural}?view=all&q={word}", PART) for word in words for plural in ("deals", "accounts", "contacts", "leads")],
        "palette": [(f"/palette?q={word}", PALETTE) for word in words],
        "record": [(f"/deals/{pk}", {}) for pk in records(user)],
        "board": [("/deals/board", {}), ("/deals/board?view=closing", {})],
    }


def words_of(user: object) -> list[str]:
    """Beginnings of words, as people type them: two letters, three, a whole word, two words, and what nobody is called."""
    from pacesetter.crm.models import Deal

    names = [f"{deal.account.name_key if deal.account else ''} {deal.name_key}".split() for deal in mine(user, Deal)[:6]]
    typed = [text for name in names[:3] for text in (name[0][:2], name[0][:3], name[0], f"{name[0]} {name[-1][:4]}", name[-1])]
    return [*typed, "zzq"]


def mine(user: object, model: type) -> list:
    """Records spread over what somebody may see."""
    from pacesetter.base.actor import Actor

    rows = model.objects.visible_to(Actor.of(user, via="web")).select_related("account")
    last = rows.order_by("-pk").first().pk
    return [row for part in range(1, 40) if (row := rows.filter(pk__lte=last * part // 40).order_by("-pk").first())]


def records(user: object) -> list[int]:
    from pacesetter.crm.models import Deal

    return [deal.pk for deal in mine(user, Deal)]


def stages() -> list[int]:
    from pacesetter.crm.models import Stage

    return list(Stage.objects.filter(type="open").values_list("pk", flat=True)[:4])


def deep(user: object, sort: str) -> str:
    """The place where page 2,000 begins, or the last page of who sees fewer rows."""
    from pacesetter.base import keyset
    from pacesetter.base.actor import Actor
    from pacesetter.base.listings import LISTINGS, PAGE, Query, View

    view = View(LISTINGS["deal"], Query(sort=sort), Actor.of(user, via="web"))
    path, descending = view.sort[0].path, view.sort[1]
    rows = view.queryset.exclude(**{f"{path}__isnull": True}).order_by("-" + path if descending else path, "-pk" if descending else "pk")
    found = rows.values_list("pk", path)
    place = min((DEEP - 1) * PAGE, max(0, rows.count() - PAGE - 1))
    return keyset.encode(found[place : place + 1][0])


# who asks ---------------------------------------------------------------------------------------
def who() -> dict[str, object]:
    """A seller, a manager of about fifty people and one who sees all."""
    from pacesetter.base.actor import Actor
    from pacesetter.base.models import User

    people = User.objects.filter(is_active=True).select_related("role")
    managers = [(abs(len(Actor.of(user, via="web").owners or ()) - 50), user.pk, user) for user in people.filter(role__level="team")[:60]]
    every = people.filter(role__level="all", role__key__in=("executive", "vp_sales_ops")).first()
    return {"seller": people.filter(role__key="seller").order_by("pk")[3], "manager": min(managers)[2], "vp": every}


def signed_in(user: object) -> str:
    """The cookie of a session."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


# the company and its web process ----------------------------------------------------------------
def make_small() -> None:
    from pacesetter import demo

    demo.make("l", seed=7, password="measured-here", step=lambda *_: None, count=20_000)


def counted() -> int:
    from pacesetter.base import warehouse
    from pacesetter.crm.models import Deal

    warehouse.refresh()
    return Deal.objects.count()


def database() -> str:
    from django.db import connection

    return "PostgreSQL" if connection.vendor == "postgresql" else "SQLite"


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def wait(port: int) -> None:
    """Until the web answers."""
    for _ in range(240):
        try:
            web = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            web.request("GET", "/healthz")
            web.getresponse().read()
            return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("the web process does not answer")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(given[0] if given else None, float(given[1]) if len(given) > 1 else 12)
