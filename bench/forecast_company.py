"""`python bench/forecast_company.py`: rows of `make bench-forecast` that are measured through the product, each in a company of its own.

`log`: the loan log comes in by `pacesetter import`, is asked on past days as the nightly job does, and scored as the accuracy page does.
`demo`: the invented company of size m, asked every fourth week of its last two years; and small companies, cut out of it.
"""

import contextlib
import datetime as dt
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from typing import Any

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # and not this folder, whose names are those of modules

ASKED, EVERY, OVER = (dt.date(2011, 12, 20), dt.date(2012, 2, 28)), dt.timedelta(days=8), dt.datetime(2012, 6, 1, tzinfo=dt.UTC)
WINDOW, WINDOWS = 28, 26  # days, and how many one after the other
SMALL, PARTS = 80, 40  # closed deals of a small company, and how many companies
AHEAD = 90.0  # days within which their open deals are judged


def main(what: str) -> None:
    with tempfile.TemporaryDirectory(prefix="pacesetter-forecast-") as folder:
        os.environ |= {"PACESETTER_DATA": folder, "DJANGO_SETTINGS_MODULE": "pacesetter.conf.settings"}
        {"log": log, "demo": demo}[what]()


def cli(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "pacesetter.cli", *words], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)


def ready() -> None:
    import django

    django.setup()
    from pacesetter.cli.prepare import ready

    ready()


def log() -> None:
    from bench.forecast import LOG

    began = time.perf_counter()
    cli("import", str(LOG), "--yes")
    ready()
    from pacesetter.base import clock
    from pacesetter.base.actor import Actor
    from pacesetter.planning import distances, runs
    from pacesetter.planning.accuracy import Error

    by, ground, day, count = Actor.system("job"), runs.Ground.now(), ASKED[0], 0
    print(
        f"| the loan log imported: deals, minutes by the clock | | {len(ground.deals):,} | {(time.perf_counter() - began) / 60:.1f} | | | |"
    )
    while day <= ASKED[1]:
        runs.make(day, by=by, ground=ground)
        day, count = day + EVERY, count + 1
    with clock.set_to(OVER):
        for days, said in distances.windows(by=by).items():
            found = Error.of(said)
            print(f"| … {days} days as the accuracy page says, {found.n} of {count} days: WAPE | | {found.wape:.1%} | | | | |")
            print(f"| … bias, days within the band of 80 % | | {found.bias:+.1%} | {found.held} of {found.banded} | | | |")


def demo() -> None:
    from bench.forecast import RATIOS, line

    cli("demo", "--size", "m")
    ready()
    from pacesetter.base import clock, warehouse
    from pacesetter.core.forecasting import backtests
    from pacesetter.planning import histories

    known = histories.of_company(warehouse.current() or warehouse.refresh())
    until = clock.today() - dt.timedelta(days=WINDOW + 1)
    since = until - dt.timedelta(days=WINDOW * (WINDOWS - 1))
    found = backtests.backtest(known, since=since, until=until, horizon=WINDOW, every=WINDOW, refit=WINDOW)
    score = {one.method: one for one in found.scores}
    for method, must, moon in RATIOS:
        ours, base = score["pacesetter"].wape, score[method].wape
        line(f"demo m, {WINDOW} days: WAPE ÷ {method.replace('_', ' ')}", f"{base:.1%}", f"{ours:.1%}", ours / base, must, moon)
    line(f"demo m: absolute bias, {WINDOW} days", "", f"{score['pacesetter'].bias:+.1%}", abs(score["pacesetter"].bias), 0.04, 0.02)
    off = abs(found.coverage - 0.80)
    line(f"demo m: band of 80 % held in {found.independent} windows, off by", "", f"{found.coverage:.0%}", off, 0.10, 0.03)
    small(known, float(histories.day_number(until)) - AHEAD)


def small(known: Any, t: float) -> None:
    """Are chances of a company's open deals worth more than the share that was won of its deals so far, at so few closed ones?"""
    from bench.forecast import line
    from pacesetter.core.errors import Refused
    from pacesetter.core.forecasting import deals

    closed = int((known.ended <= t).sum())
    part = np.random.default_rng(7).integers(0, max(closed // SMALL, 1), len(known))
    ours, base = [], []  # squared errors, company by company
    for number in range(min(PARTS, closed // SMALL)):
        mine = known.only(part == number)
        then = mine.as_of(t)
        with contextlib.suppress(Refused):
            chances = deals.fit(then, t, AHEAD).open_deals(then, t)
            place = np.flatnonzero(mine.created <= t)[chances.deals]
            came = (mine.won[place] & (mine.ended[place] <= t + AHEAD)).astype(float)
            ours.append(float(((chances.win - came) ** 2).sum()))
            base.append(float(((_usual(then, t) - came) ** 2).sum()))
    told = 1 - sum(ours) / sum(base)
    line(f"demo m: Brier skill, {len(ours)} companies of some {SMALL} closed deals", "", f"{told:+.2f}", told, 0.0, 0.2, most=False)
    print(f"| … of them with skill above zero | | {np.mean(np.asarray(ours) < np.asarray(base)):.0%} | | | | |")


def _usual(known: Any, t: float) -> float:
    """The share of the deals open a horizon before `t` that was won since."""
    open_ = known.open_at(t - AHEAD)
    return float((known.won[open_] & (known.ended[open_] <= t)).mean()) if len(open_) else 0.0


if __name__ == "__main__":
    main(sys.argv[1])
