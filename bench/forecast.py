"""`make bench-forecast`: forecasts of deals on the loan log, and of series, from past days with what was known then, against the targets of
shared/FORECASTING.md §9 ("must" is the gate). Prints Markdown."""

import datetime as dt
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # and not this folder, whose names are those of modules

DATA = pathlib.Path(os.environ.get("PACESETTER_TEST_DATA", ROOT.parent / "shared" / "data"))
LOG = DATA / "process_bpic2012" / "bpic2012.xes.gz"
ASKED = ((14, dt.date(2011, 12, 19), dt.date(2012, 2, 29)), (28, dt.date(2012, 1, 2), dt.date(2012, 2, 15)))
# quantity, must, moonshot; all are at most, but for the last two.
RATIOS = (("stage_weighted", 0.50, 0.30), ("previous", 0.45, 0.25), ("stage_age", 1.00, 0.85))


def main() -> None:
    from bench import forecast_scores, forecast_series, forecast_what_if
    from pacesetter.core.forecasting import histories
    from pacesetter.intake.readers import xes

    if not LOG.is_file():
        sys.exit(f"{LOG.name} is not in the data")
    began = time.process_time()
    known = histories.read(xes.history(LOG))
    print(f"{len(known):,} deals read in {time.process_time() - began:.1f} s of processor time\n")
    print("| quantity | baseline | ours | ratio | must | moonshot | |\n|---|---:|---:|---:|---:|---:|---|")
    for horizon, since, until in ASKED:
        asked(known, horizon, since, until)
    forecast_scores.main(DATA, known)
    forecast_what_if.main(known)
    forecast_series.main()
    for company in ("log", "demo"):
        subprocess.run([sys.executable, str(ROOT / "bench" / "forecast_company.py"), company], check=True)


def asked(known: object, horizon: int, since: dt.date, until: dt.date) -> None:
    from bench import forecast_scores
    from pacesetter.core.forecasting import backtests

    found = backtests.backtest(known, since=since, until=until, horizon=horizon)  # type: ignore[arg-type]
    score = {one.method: one for one in found.scores}
    ours = score["pacesetter"]
    for method, must, moon in RATIOS:
        base = score[method].wape
        line(f"WAPE ÷ {method.replace('_', ' ')}, {horizon} days", f"{base:.1%}", f"{ours.wape:.1%}", ours.wape / base, must, moon)
    line(f"absolute bias, {horizon} days", "", f"{ours.bias:+.1%}", abs(ours.bias), 0.04, 0.02)
    line(f"share of days within 10 %, {horizon} days", "", f"{ours.within:.0%}", ours.within, 0.65, 0.85, most=False)
    print(f"| band of 80 % held, {horizon} days ({found.independent} windows apart) | | {found.coverage:.0%} | | 70-90 % | 77-83 % | |")
    forecast_scores.deals(found)


def line(name: str, base: str, ours: str, value: float, must: float, moon: float, *, most: bool = True, digits: int = 2) -> None:
    def reached(limit: float) -> bool:
        return value <= limit if most else value >= limit

    verdict = "moonshot" if reached(moon) else "must" if reached(must) else "**missed**"
    print(f"| {name} | {base} | {ours} | {value:,.{digits}f} | {must:,.{digits}f} | {moon:,.{digits}f} | {verdict} |")


if __name__ == "__main__":
    main()
