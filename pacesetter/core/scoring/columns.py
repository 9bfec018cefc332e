"""Columns of a plain table as numbers: what each is, is inferred; what is missing is a fact of its own.

Numbers become their signed log, dates the days before the moment of the row, choices one column per frequent value, texts one per
frequent word. Names that hardly ever repeat say nothing of other rows and are left out.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pacesetter.core.scoring.measures import Array

Kind = str  # "number", "date", "choice", "text", "name" (hardly ever repeats), "constant"
MOSTLY = 0.95  # of the values that are there must be of a kind
CHOICES, WORDS, OFTEN = 60, 40, 5  # at most so many values and words, each in at least so many rows
NAMED = 0.6  # distinct values per row from which on texts of one word are names
BLANK = {"", "na", "n/a", "nan", "null", "none", "select"}
WORD = re.compile(r"\w{3,}")


def texts(column: Sequence[object]) -> list[str]:
    """Values as texts; what says that nothing is there is empty."""
    found = ["" if value is None else str(value).strip() for value in column]
    return ["" if text.lower() in BLANK else text for text in found]


def number(text: str) -> float:
    """A number, or not a number."""
    try:
        return float(text.replace(",", "")) if text else float("nan")
    except ValueError:
        return float("nan")


def day(text: str) -> float:
    """Days since 1970 of an ISO date or instant (without a zone: UTC), or not a number."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return float("nan")
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp() / 86_400


def kind(column: list[str]) -> Kind:
    """What a column is, by the values that are there."""
    there = [text for text in column if text]
    distinct = set(there)
    if len(distinct) < 2 and len(there) in (0, len(column)):
        return "constant"
    if len(distinct) > 2 and _share(there, number) >= MOSTLY:
        return "number"
    if _share(there, day) >= MOSTLY:
        return "date"
    if len(distinct) > max(CHOICES, NAMED * len(there)):
        return "text" if np.mean([len(WORD.findall(text)) for text in there]) > 2 else "name"
    return "choice" if len(distinct) <= max(CHOICES, len(there) / 4) else "text"


def _share(there: list[str], read: Callable[[str], float]) -> float:
    return float(np.mean([not np.isnan(read(text)) for text in there])) if there else 0.0


@dataclass(frozen=True)
class Column:
    """One column of the table, and how it becomes numbers: `levels` are its frequent values or words."""

    name: str
    kind: Kind
    levels: tuple[str, ...] = ()
    middle: float = 0.0
    spread: float = 1.0

    @classmethod
    def of(cls, name: str, values: list[str], at: Array) -> "Column":
        """Learn from rows; `at` are their moments in days, not numbers where they are no dates."""
        what = kind(values)
        if what in ("number", "date"):
            raw = cls(name, what)._scale(values, at)
            known = raw[~np.isnan(raw)]
            return cls(name, what, (), float(known.mean()) if len(known) else 0.0, float(known.std()) or 1.0 if len(known) else 1.0)
        found = (word for text in values for word in (set(WORD.findall(text.lower())) if what == "text" else [text]))
        often = Counter(found).most_common(WORDS if what == "text" else CHOICES)
        return cls(name, what, tuple(sorted(level for level, count in often if count >= OFTEN)))

    def _scale(self, values: list[str], at: Array) -> Array:
        raw = np.asarray([number(text) if self.kind == "number" else day(text) for text in values], dtype=float)
        raw = at - raw if self.kind == "date" else raw
        return np.sign(raw) * np.log1p(np.abs(raw))

    def numbers(self, values: list[str], at: Array) -> Array:
        """The rows as numbers, (rows, columns)."""
        if self.kind in ("constant", "name"):
            return np.empty((len(values), 0))
        if self.kind in ("number", "date"):
            scaled = (self._scale(values, at) - self.middle) / self.spread
            missing = np.isnan(scaled)
            return np.column_stack([np.clip(np.where(missing, 0.0, scaled), -6, 6), missing])
        if self.kind == "text":
            words = [set(WORD.findall(text.lower())) for text in values]
            return np.asarray([[level in row for level in self.levels] for row in words], dtype=float).reshape(
                len(values), len(self.levels)
            )
        return (np.asarray(values, dtype=object)[:, None] == np.asarray(self.levels, dtype=object)[None, :]).astype(float)


@dataclass(frozen=True)
class Rows:
    """Columns by name as texts, and the moment of each row in days (not a number where moments are no dates)."""

    columns: dict[str, list[str]]
    at: Array

    def __len__(self) -> int:
        return len(self.at)

    def take(self, places: Array) -> "Rows":
        return Rows({name: [values[place] for place in places] for name, values in self.columns.items()}, self.at[places])
