"""Rows of `make bench-forecast` about single deals and leads: are chances true, do they tell more than a table, is there skill at all."""

import csv
import pathlib
import time
from typing import Any

import numpy as np

XEDUCATION, SALVIRT, MAVEN = "leads_xeducation/Leads.csv", "winloss_salvirt/Salvirt_B2B_ML_dataset.csv", "crm_maven/sales_pipeline.csv"
LATE = ("Tags", "Lead Quality", "Lead Profile", "Asymmetrique", "Last")  # beginnings of the names of columns that are filled in late
SMALL, COMPANIES, NEXT = 80, 40, 200  # closed rows of a small company, how many of them, and the rows that follow and are judged


def main(data: pathlib.Path, known: Any) -> None:
    speed(known)
    for rows in (leads, small, salvirt, maven):
        if (data / XEDUCATION).is_file():
            rows(data)


def deals(found: Any) -> None:
    """Of a backtest's deals over all its days."""
    from bench.forecast import line
    from pacesetter.core.scoring import measures

    days, judged = found.horizon, [one.deals for one in found.origins]
    win, lose, table, won, lost, late = (
        np.concatenate([getattr(one, part) for one in judged]) for part in ("win", "lose", "table", "won", "lost", "late")
    )
    below, ours = measures.brier(table, won), measures.brier(win, won)
    line(f"deals: Brier ÷ stage × age table, {days} days", f"{below:.4f}", f"{ours:.4f}", ours / below, 0.96, 0.90)
    error = measures.calibration_error(win, won)
    line(
        f"deals: calibration error, {days} days",
        f"{measures.calibration_error(table, won):.3f}",
        f"{error:.3f}",
        error,
        0.020,
        0.010,
        digits=3,
    )
    slope = measures.calibration(win, won)[1]
    line(f"deals: calibration slope, distance to 1, {days} days", "", f"{slope:.2f}", abs(slope - 1), 0.15, 0.05)
    chances, ends = lose[late], lost[late]
    auc = measures.auc(chances, ends)
    line(f"deals: AUC of losing, late stages, {days} days", "", f"{auc:.3f}", auc, 0.71, 0.78, most=False, digits=3)
    lift = measures.lift(chances, ends)
    line(
        f"deals: precision of the highest 10 % ÷ base, late stages, {days} days",
        f"{ends.mean():.2f}",
        f"{lift * ends.mean():.2f}",
        lift,
        1.5,
        1.6,
        most=False,
    )


def speed(known: Any) -> None:
    """As-of features and chances of the rung that costs most, on one core."""
    import datetime as dt

    from bench.forecast import line
    from pacesetter.core.forecasting import deals, ladder
    from pacesetter.core.forecasting.histories import day_number

    t = day_number(dt.date(2012, 2, 1))
    fitted = deals.fit(known, t, 28.0, ladder.Choice("boosting", "better"))
    then = known.as_of(t)
    count, began = 0, time.process_time()
    while time.process_time() - began < 3:
        count += len(fitted.open_deals(then, t).deals)
    rate = count / (time.process_time() - began)
    line("as-of features and chances, deals per second of one core", "", f"{rate:,.0f}", rate, 5_000, 50_000, most=False, digits=0)


def leads(data: pathlib.Path) -> None:
    from bench.forecast import line

    card = _xeducation(data).card
    line("X-Education in order, without late columns: AUC", "", f"{card.auc:.3f}", card.auc, 0.885, 0.90, most=False, digits=3)
    line(
        "X-Education in order, without late columns: Brier",
        f"{card.brier_base:.3f}",
        f"{card.brier:.3f}",
        card.brier,
        0.131,
        0.125,
        digits=3,
    )
    print(f"| X-Education: calibration error, {card.judged:,} rows | | {card.calibration_error:.3f} | | | | |")


def _xeducation(data: pathlib.Path) -> Any:
    from pacesetter.core.scoring import scores

    table = _read(data / XEDUCATION)
    late = [name for name in table.column_names if name.startswith(LATE)]
    return scores.fit(table, "Converted", "Lead Number", leave_out=["Prospect ID", *late])


def small(data: pathlib.Path) -> None:
    """Companies of 80 closed leads, cut out of the log one behind the other: skill on the 200 that follow each."""
    from bench.forecast import line
    from pacesetter.core.scoring import measures, scores
    from pacesetter.core.scoring.models import Model

    table = _read(data / XEDUCATION)
    late = [name for name in table.column_names if name.startswith(LATE)]
    rows, y, _, _ = scores.read(table, "Converted", "Lead Number", ["Prospect ID", *late])
    found = []
    for start in np.linspace(0, len(y) - SMALL - NEXT, COMPANIES).astype(int):
        past, later = np.arange(start, start + SMALL), np.arange(start + SMALL, start + SMALL + NEXT)
        chances = Model.fit(rows.take(past), y[past]).chances(rows.take(later))
        found.append(measures.skill(chances, y[later], float(y[past].mean())))
    line(
        f"mean Brier skill of {COMPANIES} companies of {SMALL} closed leads",
        "",
        f"{np.mean(found):+.2f}",
        float(np.mean(found)),
        0.0,
        0.2,
        most=False,
    )
    print(f"| … of them with skill above zero | | {np.mean(np.asarray(found) > 0):.0%} | | | | |")


def salvirt(data: pathlib.Path) -> None:
    """Without its duplicate rows; in the order of the file, which knows no time."""
    import pyarrow as pa

    from bench.forecast import line
    from pacesetter.core.scoring import scores

    table = _read(data / SALVIRT, ";")
    table = table.group_by(table.column_names, use_threads=False).aggregate([])
    table = table.append_column("row", pa.array([str(place) for place in range(len(table))]))
    card = scores.fit(table, "Status", "row").card
    line(
        f"Salvirt, {card.rows} distinct deals: Brier ÷ plain rate",
        f"{card.brier_base:.3f}",
        f"{card.brier:.3f}",
        card.brier / card.brier_base,
        1.0,
        0.8,
    )
    print(f"| Salvirt: AUC of the last {card.judged} | | {card.auc:.3f} | | | | |")


def maven(data: pathlib.Path) -> None:
    from pacesetter.core.scoring import scores

    card = scores.fit(_read(data / MAVEN), "deal_stage", "engage_date", leave_out=["opportunity_id"]).card
    named = ", ".join(one.column for one in card.left_out)
    verdict = "must" if card.verdict == "no_skill" else "**missed**"
    print(f"| Maven says | {card.brier_base:.4f} | {card.brier:.4f} | {card.verdict} | no_skill | no_skill | {verdict} |")
    print(f"| Maven: columns named as filled in late | | {named} | | | | |")


def _read(path: pathlib.Path, delimiter: str = ",") -> Any:
    import pyarrow as pa

    with path.open(encoding="utf-8-sig", newline="") as file:
        names, *rows = csv.reader(file, delimiter=delimiter)
    return pa.table({name: [row[at] for row in rows] for at, name in enumerate(names) if name})
