"""Panels: many series side by side on one calendar, read from a long table."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pacesetter.core.errors import Invalid, add_sentences
from pacesetter.core.forecasting.histories import EPOCH
from pacesetter.core.forecasting.series.calendars import SEASONS, Calendar
from pacesetter.core.labels import mark

add_sentences(
    {
        "series_columns": mark("Series need the columns {needed}; {missing} is missing."),
        "series_value": mark("The {column} {value} cannot be read."),
        "series_twice": mark("The series {series} has two rows for {date}. Remove one, or ask for them to be added up."),
        "series_empty": mark("There is no row of a series up to {as_of}."),
        "series_frequency": mark("{value} is no frequency. Known: {known}."),
    }
)
COLUMNS = ("unique_id", "ds", "y")
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Panel:
    """Series `ids` (n) with their values `y` (n, t) in t periods from number `first` of the calendar on; not a number before a series begins.

    `groups` are the columns of a hierarchy, outermost first: for each (n, t) the place of its value in `words`.
    `filled` counts the periods without a row, `guessed` those whose value was empty. `drivers` are covariates by name, (n, t and as many
    periods more as they are known ahead): what they will be is given, and not forecast.
    """

    ids: Array
    y: Array
    calendar: Calendar
    first: int
    groups: tuple[Array, ...] = ()
    words: tuple[list[str], ...] = ()
    filled: int = 0
    guessed: int = 0
    drivers: Mapping[str, Array] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def periods(self) -> int:
        return int(self.y.shape[1])

    @property
    def known(self) -> Array:
        """How many periods of each series are known, (n,)."""
        return (~np.isnan(self.y)).sum(axis=1)

    @property
    def never_negative(self) -> Array:
        """Which series never were below zero, (n,)."""
        return np.asarray((~(self.y < 0)).all(axis=1))

    def until(self, periods: int) -> "Panel":
        """What was known after so many periods; a series that begins later stays as a row without a number."""
        return replace(self, y=self.y[:, :periods], groups=tuple(one[:, :periods] for one in self.groups))

    def rows(self, places: Array) -> "Panel":
        """Some of the series."""
        drivers = {name: one[places] for name, one in self.drivers.items()}
        return replace(self, ids=self.ids[places], y=self.y[places], groups=tuple(one[places] for one in self.groups), drivers=drivers)

    def driven_by(self, names: Sequence[str]) -> "Panel":
        """With these drivers alone."""
        return replace(self, drivers={name: self.drivers[name] for name in names})

    def dates_ahead(self, horizon: int) -> Array:
        """The dates that name the next periods, (horizon,)."""
        return self.calendar.dates(self.first + self.periods + np.arange(horizon))


def read(table: pa.Table, freq: str, *, hierarchy: Sequence[str] = (), as_of: dt.date | None = None, add_up: bool = False) -> Panel:
    """A panel of a long table with unique_id, ds, y and the columns of the hierarchy, in any order; `freq` is D, W, M or Q.

    A period without a row, from a series' first one to the last of all, is nothing sold: zero. A row whose y is empty is not
    known: it is drawn as a line between its neighbours. Two rows of a series in one period are refused, or added up; then
    periods that have not ended by `as_of` are left out. Rows dated after `as_of` are not looked at.
    """
    if freq not in SEASONS:
        raise Invalid("series_frequency", value=freq, known=", ".join(SEASONS))
    if missing := [name for name in (*COLUMNS, *hierarchy) if name not in table.column_names]:
        raise Invalid("series_columns", needed=", ".join((*COLUMNS, *hierarchy)), missing=", ".join(missing))
    days = days_of(table["ds"])
    if as_of is not None:
        kept = days <= (as_of - EPOCH).days
        table, days = table.filter(pa.array(kept)), days[kept]
    calendar = Calendar.of(freq, days)
    periods = calendar.numbers(days)
    if as_of is not None and add_up:
        kept = calendar.first_days(periods + 1) <= (as_of - EPOCH).days + 1
        table, days, periods = table.filter(pa.array(kept)), days[kept], periods[kept]
    if not len(days):
        raise Invalid("series_empty", as_of=as_of or "…")
    return _panel(table, calendar, periods, hierarchy, add_up)


def _panel(table: pa.Table, calendar: Calendar, periods: Array, hierarchy: Sequence[str], add_up: bool) -> Panel:
    row, ids = coded(table["unique_id"])
    first, count = int(periods.min()), int(periods.max() - periods.min()) + 1
    place = row * count + periods - first
    rows = np.bincount(place, minlength=len(ids) * count)
    if not add_up and rows.max() > 1:
        bad = int(rows.argmax())
        date = calendar.dates(np.asarray([first + bad % count]))[0]
        raise Invalid("series_twice", series=ids[bad // count], date=date)
    values = values_of(table["y"])
    known = ~np.isnan(values)
    sums = np.bincount(place[known], values[known], minlength=len(rows))
    empty = (rows > 0) & (np.bincount(place[known], minlength=len(rows)) == 0)
    y, filled = _mended(sums.reshape(len(ids), count), rows.reshape(len(ids), count) > 0, empty.reshape(len(ids), count))
    columns = [coded(table[name]) for name in hierarchy]
    groups = tuple(_filled_forward(place, codes, len(ids), count) for codes, _ in columns)
    return Panel(ids, y, calendar, first, groups, tuple(list(words) for _, words in columns), filled, int(empty.sum()))


def _mended(sums: Array, there: Array, empty: Array) -> tuple[Array, int]:
    """Values with zeros where no row was, lines where one was empty, and nothing before the first; and how many zeros those are."""
    begun = np.maximum.accumulate(there, axis=1)
    y = np.where(begun, sums, np.nan)
    at = np.arange(y.shape[1])
    for row in np.flatnonzero(empty.any(axis=1)):
        good = begun[row] & ~empty[row]
        if there[row, good].any():
            y[row, empty[row]] = np.interp(at[empty[row]], at[good], y[row, good])
        else:
            y[row] = np.nan
    return y, int((begun & ~there).sum())


def _filled_forward(place: Array, codes: Array, n: int, count: int) -> Array:
    """(n, count): the last value that a column had by then; before the first one, that one."""
    flat = np.full(n * count, -1)
    flat[place] = codes
    found = flat.reshape(n, count)
    last = np.maximum.accumulate(np.where(found >= 0, np.arange(count), -1), axis=1)
    first = np.argmax(found >= 0, axis=1)[:, None]
    return np.take_along_axis(found, np.where(last >= 0, last, first), axis=1)


def coded(column: Any) -> tuple[Array, Array]:
    """Texts as places in their sorted list, so that the order of rows does not matter."""
    texts = pc.fill_null(pc.cast(column, pa.string()), "")
    keys = texts.combine_chunks().dictionary_encode() if isinstance(texts, pa.ChunkedArray) else texts.dictionary_encode()
    words = np.asarray(keys.dictionary.to_pylist(), dtype=object)
    order = np.argsort(words)
    rank = np.empty(len(words), dtype=np.int64)
    rank[order] = np.arange(len(words))
    return rank[keys.indices.to_numpy(zero_copy_only=False)], words[order]


def days_of(column: Any) -> Array:
    """Dates (or instants, by their day) as days since 1970; each different one is read once."""
    import pandas as pd

    codes, texts = coded(column)
    found = pd.to_datetime(pd.Series(texts), errors="coerce", format="ISO8601", utc=True)
    if found.isna().any():
        raise Invalid("series_value", column="ds", value=texts[int(np.flatnonzero(found.isna())[0])] or "''")
    return found.dt.tz_localize(None).to_numpy("datetime64[D]").astype(np.int64)[codes]


def values_of(column: Any, name: str = "y") -> Array:
    """Numbers; an empty one is not a number."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = pc.if_else(pc.equal(pc.utf8_trim_whitespace(column), ""), None, column)
    try:
        found = pc.cast(column, pa.float64()).to_numpy()
    except pa.ArrowInvalid as error:
        raise Invalid("series_value", column=name, value=str(error).rsplit("'", 2)[-2] if "'" in str(error) else "?") from error
    return np.where(np.isfinite(found), found, np.nan)
