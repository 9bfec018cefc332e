"""What the optimiser is asked: accounts, homes, what has to balance, and what must stay. Checked and turned into arrays once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from pacesetter.core.errors import Invalid, add_sentences
from pacesetter.core.labels import mark
from pacesetter.core.territories.distances import matrix, vectors

Array = np.ndarray[Any, Any]
BLOCK = 4_000  # accounts whose distances are computed at once

add_sentences(
    {
        "territory_repeated": mark("{count} ids occur more than once, the first is {first}."),
        "territory_negative": mark("{column} is below zero in {count} rows, the first is {first}. Mend it or leave these rows out."),
        "territory_place": mark("{count} rows have coordinates outside the globe, the first is {first}."),
        "territory_swapped": mark("{count} rows have latitude and longitude the wrong way round, the first is {first}."),
        "territory_homeless": mark("{first} has no coordinates, and no accounts whose middle could stand for them."),
        "territory_nobody": mark("There is nobody to give accounts to."),
        "territory_nothing": mark("There are no accounts."),
        "territory_tolerance": mark("A tolerance lies above 0 and below 1; {value} does not."),
    }
)


@dataclass(frozen=True)
class Problem:
    """Accounts i, homes j, and the rules between them.

    `latitude`, `longitude` (n,) in degrees, NaN (or 0, 0) where an account is not placed: it counts for balance and costs nothing.
    `weight` (n,) multiplies the distance; `quantities` (n, A) are what has to balance, `names` (A,) what they are called; `capacity`
    (m,) the shares in which. Loads stay within `tolerance` (a fraction) of their targets. `distance` is "km" of great circle or "km2",
    its square. `current` (n,) holds places among the homes, −1 for none. An account counts for balance at most `cap_load` × the mean load
    of a territory.
    """

    ids: Sequence[str]
    latitude: Array
    longitude: Array
    weight: Array
    quantities: Array
    homes_latitude: Array
    homes_longitude: Array
    capacity: Array
    tolerance: float = 0.05
    distance: str = "km"
    names: Sequence[str] = ()
    home_ids: Sequence[str] = ()
    current: Array | None = None
    cap_load: float | None = None

    def __post_init__(self) -> None:
        _check(self)

    @property
    def size(self) -> tuple[int, int, int]:
        """Accounts, homes, attributes."""
        return len(self.ids), len(self.capacity), int(np.shape(self.quantities)[1])

    @cached_property
    def placed(self) -> Array:
        """Which accounts (n,) have coordinates."""
        return _placed(self.latitude, self.longitude)

    @cached_property
    def now(self) -> Array:
        """The current home of each account (n,), −1 for none."""
        return np.full(len(self.ids), -1) if self.current is None else np.asarray(self.current, dtype=np.int64)

    @cached_property
    def homes(self) -> tuple[Array, Array]:
        """Latitude and longitude (m,) of the homes; the middle of the current accounts where nobody says where it is."""
        latitude, longitude = (np.array(one, float) for one in (self.homes_latitude, self.homes_longitude))
        for j in np.flatnonzero(~_placed(latitude, longitude)):
            mine = self.placed & (self.now == j)
            middle = vectors(self.latitude[mine], self.longitude[mine]).sum(axis=0) if mine.any() else np.zeros(3)
            if not np.linalg.norm(middle) > 0:
                raise Invalid("territory_homeless", field="latitude", first=self.home_name(int(j)))
            latitude[j] = np.degrees(np.arctan2(middle[2], np.hypot(middle[0], middle[1])))
            longitude[j] = np.degrees(np.arctan2(middle[1], middle[0]))
        return latitude, longitude

    def home_name(self, j: int) -> str:
        """How a home is called in sentences."""
        return str(self.home_ids[j]) if len(self.home_ids) else str(j + 1)

    def attribute(self, a: int) -> str:
        """How an attribute is called in sentences."""
        return str(self.names[a]) if len(self.names) else str(a + 1)

    @cached_property
    def counted(self) -> Array:
        """What each account counts for balance (n, A)."""
        quantities = np.array(self.quantities, dtype=float)
        return quantities if self.cap_load is None else np.minimum(quantities, self.cap_load * quantities.sum(axis=0) / len(self.capacity))

    @cached_property
    def target(self) -> Array:
        """The load (m, A) that each home would have in perfect balance."""
        share = np.asarray(self.capacity, dtype=float)
        return share[:, None] / share.sum() * self.counted.sum(axis=0)

    @cached_property
    def kilometres(self) -> Array:
        """Distance (n, m) of accounts and homes as single floats, squared where that is asked; 0 for accounts without a place."""
        there = vectors(*self.homes)
        found = np.zeros(self.size[:2], dtype=np.float32)
        for at in range(0, len(found), BLOCK):
            rows = np.flatnonzero(self.placed[at : at + BLOCK]) + at
            found[rows] = matrix(vectors(self.latitude[rows], self.longitude[rows]), there)
        return np.square(found) if self.distance == "km2" else found

    def cost(self, assigned: Array) -> float:
        """Σ weight × distance of a plan (n,), in full precision."""
        rows = np.flatnonzero(self.placed)
        latitude, longitude = self.homes
        chord = vectors(self.latitude[rows], self.longitude[rows]) - vectors(latitude, longitude)[assigned[rows]]
        one_way = 2 * 6371.0 * np.arcsin(np.minimum(np.sqrt(np.square(chord).sum(axis=1)) / 2, 1))
        return float((np.asarray(self.weight)[rows] * (one_way**2 if self.distance == "km2" else one_way)).sum())

    def loads(self, assigned: Array) -> Array:
        """What each home carries (m, A) in a plan."""
        return np.stack([np.bincount(assigned, column, len(self.capacity)) for column in self.counted.T], axis=1)

    def imbalance(self, assigned: Array) -> Array:
        """The largest share (A,) by which a load is off its target; 0 for an attribute of which there is nothing."""
        target = self.target
        off = np.abs(self.loads(assigned) - target) / np.where(target > 0, target, 1)
        return np.asarray(np.where(target > 0, off, 0).max(axis=0))


def _placed(latitude: Array, longitude: Array) -> Array:
    known = np.isfinite(latitude) & np.isfinite(longitude)
    return np.asarray(known & ~((latitude == 0) & (longitude == 0)))


def _check(problem: Problem) -> None:
    if not len(problem.capacity):
        raise Invalid("territory_nobody", field="reps")
    if not len(problem.ids):
        raise Invalid("territory_nothing", field="accounts")
    if not 0 < problem.tolerance < 1:
        raise Invalid("territory_tolerance", field="tolerance", value=problem.tolerance)
    if problem.distance not in ("km", "km2"):
        raise Invalid("unknown_choice", field="distance", value=problem.distance, known="km, km2")
    for names in (problem.ids, problem.home_ids):
        _demand_unique(names)
    _demand_globe(problem.latitude, problem.longitude, problem.ids)
    _demand_globe(problem.homes_latitude, problem.homes_longitude, problem.home_ids)
    for a in range(problem.size[2]):
        _demand_amounts(problem.attribute(a), np.asarray(problem.quantities)[:, a], problem.ids)
    _demand_amounts("weight", problem.weight, problem.ids)
    if not (np.asarray(problem.capacity) > 0).all():
        raise Invalid("negative", field="capacity")


def _demand_unique(names: Sequence[str]) -> None:
    if len(set(names)) == len(names):
        return
    seen: set[str] = set()
    again = [one for one in names if one in seen or seen.add(one)]  # type: ignore[func-returns-value]
    raise Invalid("territory_repeated", field="id", count=len(set(again)), first=again[0])


def _demand_globe(latitude: Array, longitude: Array, names: Sequence[str]) -> None:
    """Refuse coordinates off the globe; when the other way round would do for all of them, say that."""
    with np.errstate(invalid="ignore"):
        off = np.flatnonzero((np.abs(latitude) > 90) | (np.abs(longitude) > 180))
        swapped = bool(len(off)) and bool((np.abs(latitude[off]) <= 180).all() and (np.abs(longitude[off]) <= 90).all())
    if len(off):
        first = names[off[0]] if len(names) else int(off[0]) + 1
        raise Invalid("territory_swapped" if swapped else "territory_place", field="latitude", count=len(off), first=first)


def _demand_amounts(column: str, values: Array, names: Sequence[str]) -> None:
    bad = np.flatnonzero(~(np.asarray(values) >= 0))
    if len(bad):
        raise Invalid("territory_negative", field=column, column=column, count=len(bad), first=names[bad[0]])
