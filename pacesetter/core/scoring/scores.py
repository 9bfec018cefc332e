"""Scores on plain tables: how likely an outcome is, from facts known at the time, learned in order of time, or refused.

Nothing is judged on rows that it was learned from: the table is walked in order of time, learned from what was there and judged on
what came next; a random split would let later rows tell of earlier ones. Each step is put right by what came of the last rows
before it (Platt 1999). A model that is not better than the plain rate gives no scores, and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from pacesetter.core.errors import Invalid, add_sentences
from pacesetter.core.labels import mark
from pacesetter.core.scoring import leaks, measures
from pacesetter.core.scoring.columns import Rows, day, number, texts
from pacesetter.core.scoring.leaks import Leak
from pacesetter.core.scoring.measures import Array, Bin
from pacesetter.core.scoring.models import Model
from pacesetter.core.scoring.platt import Platt, logit

add_sentences(
    {
        "score_columns": mark("The table has no column {column}."),
        "score_outcomes": mark(
            "Of the values of {column} none says that it came and none that it did not; yes and no, won and lost, 1 and 0 are understood."
        ),
        "score_moments": mark("{column} has to hold numbers or dates that put the rows in order of time; {value} is neither."),
        "no_skill": mark("No skill: on later rows the model was not better than saying {base} of every row. It gives no scores."),
        "few_outcomes": mark("Only {came} rows with the outcome and {not_came} without; {needed} of each are needed. There are no scores."),
        "raises": mark("{column} is {value}: raises the chance."),
        "lowers": mark("{column} is {value}: lowers the chance."),
        "raises_missing": mark("{column} is not filled in: raises the chance."),
        "lowers_missing": mark("{column} is not filled in: lowers the chance."),
    }
)
YES = {"1", "1.0", "true", "yes", "y", "won", "win", "converted", "closed won"}
NO = {"0", "0.0", "false", "no", "n", "lost", "loss", "not converted", "closed lost"}
FEWEST = 10  # rows of either outcome
STEPS = (0.6, 0.7, 0.8, 0.9, 1.0)  # shares of the rows at which it is learned anew; what lies behind the second is judged
LAST, AGAIN = 1000, 25  # rows that chances are put right by, and rows after which they are put right anew
BANDS = (("A", 3.0), ("B", 1.0), ("C", 1 / 3), ("D", 0.0))  # least odds, as a multiple of the odds of all rows learned from
REASONS, FELT = 3, 0.1  # at most so many reasons, each of at least so much log-odds


@dataclass(frozen=True)
class Card:
    """What a score stands on. `verdict` is "scores", "no_skill" or "few_outcomes"; measures are those of the `judged` later rows.

    `base` is the rate of the outcome among all rows, `brier_base` the Brier score of saying, at each step, the rate so far.
    """

    verdict: str
    rows: int
    came: int
    since: str
    until: str
    judged: int
    base: float
    brier: float
    brier_base: float
    auc: float
    calibration_error: float
    intercept: float
    slope: float
    lift: float
    bins: tuple[Bin, ...]
    left_out: tuple[Leak, ...]
    used: tuple[str, ...]
    trees: bool

    @property
    def skill(self) -> float:
        """1 - Brier / Brier of the plain rate."""
        return 1 - self.brier / self.brier_base if self.brier_base > 0 else float("nan")


@dataclass(frozen=True)
class Score:
    """A row by its place in the table: its chance, its band, and what moves its chance most, as codes and parameters of sentences."""

    row: int
    chance: float
    band: str
    reasons: tuple[tuple[str, dict[str, str]], ...]


@dataclass(frozen=True)
class Scored:
    """The card, and scores of the rows whose outcome is not known yet (of the judged ones where there are none); none if refused."""

    card: Card
    scores: tuple[Score, ...]


def fit(table: pa.Table, outcome: str, at: str, *, leave_out: Sequence[str] = (), keep: Sequence[str] = ()) -> Scored:
    """Learn `outcome` from the other columns, in the order of the column `at`, and score what is open.

    Columns to `leave_out` (names, identifiers) do not count; suspicious ones are left out by themselves unless told to `keep` them.
    """
    rows, y, order, moments = read(table, outcome, at, leave_out)
    known = np.flatnonzero(~np.isnan(y))
    closed, opened = rows.take(known), rows.take(np.flatnonzero(np.isnan(y)))
    came = y[known]
    counts = {
        "rows": len(known),
        "came": int(came.sum()),
        "since": moments[known[0]] if len(known) else "",
        "until": moments[known[-1]] if len(known) else "",
    }
    if min(came.sum(), len(came) - came.sum()) < FEWEST:
        return Scored(_nothing(counts), ())
    left = tuple(one for one in leaks.find(closed, came, opened) if one.column not in keep)
    gone = {one.column for one in left}
    closed, opened = (
        Rows({name: values for name, values in part.columns.items() if name not in gone}, part.at) for part in (closed, opened)
    )
    said, base, platt = _walk(closed, came)
    judged = np.flatnonzero(~np.isnan(said))
    model = Model.fit(closed, came)
    card = _card(counts, said[judged], came[judged], base[judged], left, model)
    if card.verdict != "scores":
        return Scored(card, ())
    if len(opened):
        chances, places, part = platt(model.chances(opened)), order[np.isnan(y)], opened
    else:
        chances, places, part = said[judged], order[known[judged]], closed.take(judged)
    return Scored(card, _scores(model, part, chances, places, card.base))


def read(table: pa.Table, outcome: str, at: str, leave_out: Sequence[str]) -> tuple[Rows, Array, Array, list[str]]:
    """Rows in order of time, outcomes (1, 0, not a number while open), their places in the table, and their moments as written."""
    if missing := [name for name in (outcome, at, *leave_out) if name not in table.column_names]:
        raise Invalid("score_columns", column=missing[0])
    said = [text.lower() for text in texts(table[outcome].to_pylist())]
    y = np.asarray([1.0 if text in YES else 0.0 if text in NO else np.nan for text in said])
    if not len(y) or np.isnan(y).all():
        raise Invalid("score_outcomes", column=outcome)
    moments = texts(table[at].to_pylist())
    size, days = np.asarray([number(text) for text in moments]), np.asarray([day(text) for text in moments])
    place = size if np.isnan(size).sum() <= np.isnan(days).sum() else days
    bad = np.isnan(place) & ~np.isnan(y)
    if bad.any():
        raise Invalid("score_moments", column=at, value=moments[int(np.flatnonzero(bad)[0])] or "(nothing)")
    order = np.argsort(np.where(np.isnan(place), np.inf, place), kind="stable")
    columns = {
        name: texts(table[name].to_pylist()) for name in table.column_names if name not in (outcome, at, *leave_out) and name.strip()
    }
    rows = Rows(columns, days if place is days else np.full(len(y), np.nan))
    return rows.take(order), y[order], order, [moments[one] for one in order]


def _walk(rows: Rows, y: Array) -> tuple[Array, Array, Platt]:
    """Chances of the later rows, each from what lay before it, put right by what came of the last ones; the rate before; the last map."""
    raw, base = np.full(len(y), np.nan), np.full(len(y), np.nan)
    ends = [round(share * len(y)) for share in STEPS]
    for start, end in pairwise(ends):
        before, rate = y[:start], float(y[:start].mean())
        base[start:end] = rate
        raw[start:end] = Model.fit(rows.take(np.arange(start)), before).chances(rows.take(np.arange(start, end))) if 0 < rate < 1 else rate
    said = np.full(len(y), np.nan)
    for start in range(ends[1], len(y), AGAIN):
        said[start : start + AGAIN] = _last_map(raw, y, ends[0], start)(raw[start : start + AGAIN])
    return said, base, _last_map(raw, y, ends[0], len(y))


def _last_map(raw: Array, y: Array, first: int, until: int) -> Platt:
    last = slice(max(first, until - LAST), until)
    return Platt.fit(raw[last], y[last])


def _card(counts: dict[str, Any], said: Array, y: Array, base: Array, left: tuple[Leak, ...], model: Model) -> Card:
    gain = (base - y) ** 2 - (said - y) ** 2
    sure = gain.mean() > gain.std() / np.sqrt(len(gain))  # by more than its own standard error
    intercept, slope = measures.calibration(said, y)
    return Card(
        "scores" if sure else "no_skill", judged=len(y), base=counts["came"] / counts["rows"],
        brier=measures.brier(said, y), brier_base=float(np.mean((base - y) ** 2)), auc=measures.auc(said, y),
        calibration_error=measures.calibration_error(said, y), intercept=intercept, slope=slope, lift=measures.lift(said, y),
        bins=tuple(measures.bins(said, y)), left_out=left, used=tuple(one.name for one in model.columns if one.kind not in ("name", "constant")),
        trees=model.trees is not None, **counts,
    )  # fmt: skip


def _nothing(counts: dict[str, Any]) -> Card:
    none = float("nan")
    base = counts["came"] / counts["rows"] if counts["rows"] else none
    return Card(
        "few_outcomes", judged=0, base=base, brier=none, brier_base=none, auc=none, calibration_error=none, intercept=none, slope=none,
        lift=none, bins=(), left_out=(), used=(), trees=False, **counts,
    )  # fmt: skip


def band(chance: float, base: float) -> str:
    """A to D by the odds of a chance against those of all rows learned from; it does not depend on who else is scored."""
    odds = np.exp(logit(np.asarray(chance)) - logit(np.asarray(base)))
    return next(name for name, least in BANDS if odds >= least)


def _scores(model: Model, rows: Rows, chances: Array, places: Array, base: float) -> tuple[Score, ...]:
    each = model.contributions(rows)
    found = []
    for at, (chance, place) in enumerate(zip(chances, places, strict=True)):
        most = [column for column in np.argsort(-np.abs(each[at]), kind="stable")[:REASONS] if abs(each[at, column]) >= FELT]
        reasons = tuple(
            _reason(model.columns[column].name, rows.columns[model.columns[column].name][at], each[at, column]) for column in most
        )
        found.append(Score(int(place), float(chance), band(float(chance), base), reasons))
    return tuple(found)


def _reason(column: str, value: str, adds: float) -> tuple[str, dict[str, str]]:
    code = ("raises" if adds > 0 else "lowers") + ("" if value else "_missing")
    return code, {"column": column} | ({"value": value} if value else {})
