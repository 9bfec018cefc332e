"""Columns that know the outcome because they were filled in after it: facts for a report, poison for a score."""

from dataclasses import dataclass

import numpy as np

from pacesetter.core.errors import add_sentences
from pacesetter.core.labels import mark
from pacesetter.core.scoring import measures
from pacesetter.core.scoring.columns import Rows, day, kind, number
from pacesetter.core.scoring.measures import Array

DECIDES = 0.95  # the AUC of a column alone from which on it is no fact known at the time
FILLED = 0.35  # by how much the filled share may differ between the outcomes, and between closed and open rows
LATE = 0.8
PSEUDO = 20.0  # rows that a value's own outcomes are weighed against
add_sentences(
    {
        "column_decides": mark("{column} alone tells the outcome of {share} of all pairs of rows: it was filled in after it."),
        "column_filled_by_outcome": mark(
            "{column} is filled in {won} of the rows with the outcome and {lost} of those without: it is filled in late."
        ),
        "column_closed_only": mark(
            "{column} is filled in {closed} of the rows with a known outcome and {open} of the others: it is filled in at the end."
        ),
    }
)


@dataclass(frozen=True)
class Leak:
    """A column that is left out, with the code and the parameters of the sentence that says why."""

    column: str
    code: str
    params: dict[str, str]


def find(rows: Rows, y: Array, others: Rows) -> list[Leak]:
    """Suspicious columns of rows in order of time with their outcomes; `others` are rows whose outcome is not known yet."""
    found = (_leak(name, values, rows.at, y, others.columns.get(name, [])) for name, values in rows.columns.items())
    return [one for one in found if one]


def _leak(name: str, values: list[str], at: Array, y: Array, others: list[str]) -> Leak | None:
    there = np.asarray([bool(text) for text in values])
    came = y > 0
    won, lost = float(there[came].mean()), float(there[~came].mean())
    alone = _alone(values, at, y)
    if alone > DECIDES:
        return Leak(name, "column_decides", {"column": name, "share": f"{alone:.1%}"})
    if abs(won - lost) > FILLED:
        return Leak(name, "column_filled_by_outcome", {"column": name, "won": f"{won:.0%}", "lost": f"{lost:.0%}"})
    opened = float(np.mean([bool(text) for text in others])) if others else 1.0
    if there.mean() - opened > LATE:
        return Leak(name, "column_closed_only", {"column": name, "closed": f"{there.mean():.0%}", "open": f"{opened:.0%}"})
    return None


def _alone(values: list[str], at: Array, y: Array) -> float:
    """The AUC of a column by itself: numbers by their size either way, choices by how often it came earlier, judged on the later half."""
    what = kind(values)
    if what in ("number", "date"):
        size = np.asarray([number(text) if what == "number" else day(text) for text in values])
        size = np.where(np.isnan(size), np.nanmin(size) - 1, size)
        return max(found := measures.auc(size, y), 1 - found)
    half = len(values) // 2
    came: dict[str, float] = {}
    seen: dict[str, int] = {}
    for text, outcome in zip(values[:half], y[:half], strict=True):
        came[text], seen[text] = came.get(text, 0.0) + outcome, seen.get(text, 0) + 1
    whole = float(y[:half].mean())
    rate = np.asarray([(came.get(text, 0.0) + PSEUDO * whole) / (seen.get(text, 0) + PSEUDO) for text in values[half:]])
    return measures.auc(rate, y[half:])
