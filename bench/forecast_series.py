"""Rows of `make bench-forecast` for series: weekly sales of shops and their departments from past days, coverage, throughput."""

import time

import numpy as np

from bench.forecast import DATA, line
from pacesetter.core.forecasting.series.panels import Panel

SALES = DATA / "sales_walmart"
HORIZON = 13
# level of the tree, what it is called, must, moonshot (WAPE over that of the seasonal naive forecast)
LEVELS = (("total", "total", 0.87, 0.75), ("store", "shops", 0.78, 0.70), ("series", "departments of shops", 0.88, 0.82))
BANDS = ((80, 0.80, 0.03, 0.02), (95, 0.95, 0.02, 0.01))
THROUGHPUT = (("mix4", 300, 15, 150), ("cheap2", 2_000, 150, 150))


def main() -> None:
    if not SALES.is_dir():
        print(f"\n{SALES.name} is not in the data")
        return
    hierarchy()
    speed()


def hierarchy() -> None:
    """The last year in windows of 13 weeks that do not overlap, plan and all made anew on each day that is asked."""
    from pacesetter.core.forecasting.series import backtests, forecasts

    panel = sales()
    began = time.process_time()
    found = backtests.backtest(panel, HORIZON, origins=4, names=("store",))
    took = time.process_time() - began
    score = {(one.level, one.method): one for one in found.scores}
    for level, name, must, moon in LEVELS:
        ours, base = score[level, "pacesetter"], score[level, "seasonal_naive"]
        line(f"weekly sales, {name}: WAPE ÷ seasonal naive", f"{base.wape:.1%}", f"{ours.wape:.1%}", ours.relative, must, moon)
    for held in found.held:
        _, aim, must, moon = next(one for one in BANDS if one[0] == held.band)
        line(f"weekly sales, {held.level}: band of {held.band} %, off by", "", f"{held.coverage:.1%}", abs(held.coverage - aim), must, moon)
    five = panel.rows(np.flatnonzero(panel.groups[0][:, -1] < 5))
    said = forecasts.forecast(five, HORIZON, names=("store",)).said
    gap = max(float(np.abs(one.mean.sum(axis=0) - said[0].mean[0]).max() / said[0].mean.max()) for one in said)
    print(
        f"| children of five shops add up, off by (of the total) | | {gap:.0e} | {gap:.0e} | 1e-06 | 1e-06 | {'moonshot' if gap <= 1e-6 else '**missed**'} |"
    )
    print(
        f"\n{len(found.asked)} days asked ({found.independent} windows apart) in {took:.0f} s of processor time; models: {found.models}\n"
    )


def sales() -> Panel:
    """Departments of shops as series, shops as their hierarchy."""
    import gzip

    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import csv

    from pacesetter.core.forecasting.series import panels

    with gzip.open(SALES / "train.csv.gz") as file:
        read = csv.read_csv(file, convert_options=csv.ConvertOptions(column_types={"Store": pa.string(), "Dept": pa.string()}))
    ids = pc.binary_join_element_wise(read["Store"], read["Dept"], "/")
    return panels.read(
        pa.table({"unique_id": ids, "ds": read["Date"], "y": read["Weekly_Sales"], "store": read["Store"]}), "W", hierarchy=["store"]
    )


def speed() -> None:
    """Series a second and two cores, by processor time; months of five years, invented."""
    from pacesetter.core.forecasting.series import forecasts
    from pacesetter.core.forecasting.series.models import said_by

    print("| quantity | baseline | ours | ratio | must | moonshot | |\n|---|---:|---:|---:|---:|---:|---|")
    said_by(["mix4"], invented(8), 12)  # libraries are loaded once
    for model, count, must, moon in THROUGHPUT:
        began = time.process_time()
        said_by([model], invented(count), 12)
        rate = 2 * count / (time.process_time() - began)
        line(f"series a second on two cores, {model}", "", f"{rate:.0f}", rate, must, moon, most=False)
    began = time.process_time()
    forecasts.forecast(invented(5_000), 12).table()
    line(
        "5,000 series with bands, minutes of processor time",
        "",
        f"{time.process_time() - began:.0f} s",
        (time.process_time() - began) / 60,
        10,
        1,
    )


def invented(count: int, periods: int = 60) -> Panel:
    """Series that grow a little, with a year's wave of their own and noise."""
    from pacesetter.core.forecasting.series.calendars import Calendar

    dice, at = np.random.default_rng(7), np.arange(periods)
    wave = 1 + 0.3 * np.sin(2 * np.pi * (at / 12 + dice.uniform(size=(count, 1))))
    y = dice.lognormal(7, 1, (count, 1)) * (1 + 0.004 * at) * wave * dice.lognormal(0, 0.2, (count, periods))
    return Panel(np.asarray([f"S{one}" for one in range(count)], dtype=object), y, Calendar("M"), 600)
