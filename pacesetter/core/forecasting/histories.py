"""Histories of deals: what was known of each, and since when."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pacesetter.core.errors import Invalid, add_sentences
from pacesetter.core.labels import mark

add_sentences(
    {
        "history_columns": mark("A history needs the columns {needed}; {missing} is missing."),
        "history_value": mark("The {column} {value} of deal {deal} cannot be read."),
    }
)
COLUMNS = ("deal_id", "occurred_at", "field", "value")
TEXTS = ("stage", "owner", "touch")
OUTCOMES = {"open": 0, "won": 1, "lost": 2}
EPOCH = dt.date(1970, 1, 1)
Array = np.ndarray[Any, Any]


def day_number(day: dt.date) -> float:
    """Days since 1970-01-01, UTC: the unit of every time in here."""
    return float((day - EPOCH).days)


def day_of(moment: float) -> dt.date:
    """The day in which a moment lies."""
    return EPOCH + dt.timedelta(days=int(moment))


@dataclass(frozen=True)
class Steps:
    """One field's values with the moment from which each held: three arrays of one length, by deal and moment.

    Values are numbers: an amount, days since 1970, or the place of a text in the histories' `words`.
    """

    SPAN: ClassVar[float] = 2.0**20  # days; more than there are between any two moments, so that deals do not mix

    deal: Array
    at: Array
    value: Array

    def known(self, deals: Array, t: Array | float) -> tuple[Array, Array]:
        """The last value of each of these deals at or before `t` (one moment, or one for each), and since when; not a number where there is none."""
        if not len(self.deal):
            return np.full(len(deals), np.nan), np.full(len(deals), np.nan)
        order, first = self.order
        place = np.searchsorted(order, deals * self.SPAN + (t - first), side="right") - 1
        there = (place >= 0) & (self.deal[place] == deals)
        return np.where(there, self.value[place], np.nan), np.where(there, self.at[place], np.nan)

    @property
    def order(self) -> tuple[Array, float]:
        """One ascending key of deal and moment, and the moment that it counts from."""
        first = float(self.at.min()) if len(self.at) else 0.0
        return self.deal * self.SPAN + (self.at - first), first

    def until(self, t: float) -> "Steps":
        """What was there at or before `t`."""
        return self.only(self.at <= t)

    def only(self, kept: Array) -> "Steps":
        """The steps for which `kept`, as long as they are, is true."""
        return Steps(self.deal[kept], self.at[kept], self.value[kept])


_NOTHING = Steps(np.empty(0, dtype=np.int64), np.empty(0), np.empty(0))


@dataclass(frozen=True)
class Histories:
    """Deals `ids` (n), each with the moment when it began and when it ended (infinite while open) and whether it was won then.

    `steps` are the fields by name, `words` what the numbers of text fields stand for. All times are days since 1970, UTC.
    A reopened deal ended with its first closure that no reopening follows.
    """

    ids: Array
    created: Array
    ended: Array
    won: Array
    steps: Mapping[str, Steps]
    words: Mapping[str, list[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def known(self, name: str, deals: Array, t: Array | float) -> tuple[Array, Array]:
        """A field of some deals as of `t`, and since when; a field that no deal has is unknown."""
        return self.steps.get(name, _NOTHING).known(deals, t)

    def open_at(self, t: float) -> Array:
        """Places of the deals that were open at `t`, ascending."""
        return np.flatnonzero((self.created <= t) & (self.ended > t))

    def amounts(self, deals: Array, t: Array | float) -> Array:
        """Amounts as of `t`; a deal without one counts as nothing."""
        return np.nan_to_num(self.known("amount", deals, t)[0])

    def as_of(self, t: float) -> "Histories":
        """The same histories as they were known at `t`: whatever came later is gone, deals that began later too."""
        steps = {name: one.until(t) for name, one in self.steps.items()}
        ended, won = _ends(len(self), steps.get("outcome", _NOTHING))
        return replace(self, ended=ended, won=won, steps=steps).only(self.created <= t)

    def only(self, kept: Array) -> "Histories":
        """The deals for which `kept` (deals,) is true, with their steps."""
        place = np.where(kept, np.cumsum(kept) - 1, -1)
        mine = {name: one.only(kept[one.deal]) for name, one in self.steps.items()}
        steps = {name: Steps(place[one.deal], one.at, one.value) for name, one in mine.items()}
        return Histories(self.ids[kept], self.created[kept], self.ended[kept], self.won[kept], steps, self.words)


def read(table: pa.Table) -> Histories:
    """Histories from a long table: deal_id, occurred_at, field, value; fields are stage, amount, owner, close_date, outcome.

    Rows may stand in any order; of two with the same deal, moment and field the later one counts. A deal begins with its
    first row. Any other field is a sign of life ("touch") of the kind that the field is called, one called touch of the kind
    that is its value. An outcome is won, lost or open (again).
    """
    if missing := [name for name in COLUMNS if name not in table.column_names]:
        raise Invalid("history_columns", needed=", ".join(COLUMNS), missing=", ".join(missing))
    keys = pc.cast(table["deal_id"], pa.string()).combine_chunks().dictionary_encode()
    ids = np.asarray(keys.dictionary.to_pylist(), dtype=object)
    deal, at = keys.indices.to_numpy(zero_copy_only=False).astype(np.int64), _moments(table["occurred_at"], ids, keys)
    order = np.lexsort((np.arange(len(deal)), at, deal))
    deal, at = deal[order], at[order]
    names = np.asarray(pc.utf8_lower(pc.cast(table["field"], pa.string())).to_pylist(), dtype=object)[order]
    texts = np.asarray(pc.cast(table["value"], pa.string()).to_pylist(), dtype=object)[order]
    alive = np.asarray([name not in READERS for name in names], dtype=bool)
    texts, names = np.where(alive & (names != "touch"), names, texts), np.where(alive, "touch", names)
    steps: dict[str, Steps] = {}
    words: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        kept = names == name
        values, known = _values(name, texts[kept], ids[deal[kept]])
        steps[name] = Steps(deal[kept], at[kept], values)
        words |= {name: known} if known else {}
    created = np.full(len(ids), np.inf)
    np.minimum.at(created, deal, at)
    return of(ids, created, steps, words)


def of(ids: Array, created: Array, steps: dict[str, Steps], words: dict[str, list[str]]) -> Histories:
    """Histories from arrays: the fields' steps by name, and what the numbers of text fields stand for."""
    return Histories(ids, created, *_ends(len(ids), steps.get("outcome", _NOTHING)), steps, words)


def _moments(column: Any, ids: Array, keys: Any) -> Array:
    """Instants as days since 1970 in UTC; those without a zone are UTC."""
    import pandas as pd

    texts = column.to_pandas()
    found = pd.to_datetime(texts, utc=True, errors="coerce", format="ISO8601" if texts.dtype == object else None)
    if found.isna().any():
        bad = int(np.flatnonzero(found.isna())[0])
        raise Invalid("history_value", column="occurred_at", value=texts[bad], deal=ids[keys.indices[bad].as_py()])
    return (found.dt.tz_localize(None).to_numpy("datetime64[us]").astype(np.int64) / 86_400e6).astype(float)


def _values(name: str, texts: Array, deals: Array) -> tuple[Array, list[str]]:
    """A field's values as numbers, and the words that they stand for."""
    if name in TEXTS:
        known, places = np.unique([text or "" for text in texts], return_inverse=True)
        return places.astype(float), [str(word) for word in known]
    return np.asarray([_number(name, text, deal) for text, deal in zip(texts, deals, strict=True)], dtype=float), []


def _number(name: str, text: str | None, deal: str) -> float:
    if not text:
        return np.nan if name != "outcome" else 0.0
    try:
        return READERS[name](text.strip())
    except (ValueError, KeyError) as error:
        raise Invalid("history_value", column=name, value=text, deal=deal) from error


READERS: Mapping[str, Any] = {
    "stage": str,
    "owner": str,
    "amount": float,
    "close_date": lambda text: day_number(dt.date.fromisoformat(text[:10])),
    "outcome": lambda text: float(OUTCOMES[text.lower()]),
}


def _ends(count: int, outcomes: Steps) -> tuple[Array, Array]:
    """When each deal ended, and whether won: the first closure after its last opening; infinite and not won while it is open."""
    ended, won = np.full(count, np.inf), np.zeros(count, dtype=bool)
    closed = outcomes.value > 0
    reopened = np.full(count, -np.inf)
    np.maximum.at(reopened, outcomes.deal[~closed], outcomes.at[~closed])
    last = closed & (outcomes.at > reopened[outcomes.deal])
    np.minimum.at(ended, outcomes.deal[last], outcomes.at[last])
    first = last & (outcomes.at == ended[outcomes.deal])
    won[outcomes.deal[first]] = outcomes.value[first] == OUTCOMES["won"]
    return ended, won
