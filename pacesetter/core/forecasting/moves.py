"""What moved a forecast between two days: every deal's step under exactly one name, so that start + steps = end to the minor unit."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pacesetter.core.errors import Invalid
from pacesetter.core.labels import mark
from pacesetter.core.periods import Period

Kind = Literal[
    "won", "new", "reopened", "increased", "pulled_in", "raised", "received", "retyped",
    "decreased", "pushed_out", "pulled_ahead", "overdue", "lowered", "lost", "given", "archived",
]  # fmt: skip
KINDS: dict[Kind, str] = {
    "won": mark("Won, not counted before"),
    "new": mark("New"),
    "reopened": mark("Reopened"),
    "increased": mark("Increased"),
    "pulled_in": mark("Pulled in"),
    "raised": mark("Into the category"),
    "received": mark("Taken over"),
    "retyped": mark("Type changed"),
    "decreased": mark("Decreased"),
    "pushed_out": mark("Pushed out"),
    "pulled_ahead": mark("Moved ahead of the period"),
    "overdue": mark("Close date passed"),
    "lowered": mark("Out of the category"),
    "lost": mark("Lost"),
    "given": mark("Handed over"),
    "archived": mark("Archived"),
}
CATEGORIES = ("commit", "most_likely", "best_case", "pipeline")  # the surest first
EVERYTHING = "all"
MEASURES = ("closed", *CATEGORIES, EVERYTHING)
ROLLUPS = ("cumulative", "single")


@dataclass(frozen=True)
class Measure:
    """What is added up: open deals of some categories (None: of any), and perhaps what is won."""

    categories: frozenset[str] | None
    won: bool

    @classmethod
    def of(cls, key: str, rollup: str = "cumulative") -> "Measure":
        """`commit` is won + commit when cumulative and commit alone when single; `closed` is what is won, `all` the whole pipeline with it."""
        if key not in MEASURES or rollup not in ROLLUPS:
            raise Invalid("unknown_choice", field="measure", value=f"{key}, {rollup}", known=", ".join((*MEASURES, *ROLLUPS)))
        if key == "closed":
            return cls(frozenset(), True)
        if key == EVERYTHING:
            return cls(None, rollup == "cumulative")
        surer = CATEGORIES[: CATEGORIES.index(key) + 1]
        return cls(frozenset(surer if rollup == "cumulative" else (key,)), rollup == "cumulative")

    def counts(self, category: str | None) -> bool:
        return self.categories is None or category in self.categories


@dataclass(frozen=True)
class State:
    """A deal at the end of a day; `amount` in minor units of the company's currency, None where it has none or no rate.

    `owner` is whose it was then, a closed one's that of its closing day; `counts` is false for kinds of deals that are not measured (renewals).
    """

    status: Literal["open", "won", "lost"]
    amount: int | None
    due: dt.date | None
    category: str | None
    owner: int | None
    closed: dt.date | None = None
    counts: bool = True


@dataclass(frozen=True)
class Change:
    """A deal on both days, None where it did not exist yet or is archived; `booked` is what the ledger shows of it in the period by each day, by owner."""

    deal: int
    before: State | None
    after: State | None
    booked: Mapping[int | None, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """One deal's part in the movement: what it counted on the first day and on the last."""

    deal: int
    kind: Kind
    before: int
    after: int

    @property
    def amount(self) -> int:
        return self.after - self.before


@dataclass(frozen=True)
class Window:
    """Which deals count: those dated in `period` as of the end of the days `first` and `last`, of these owners (None: of anybody)."""

    period: Period
    first: dt.date
    last: dt.date
    measure: Measure
    owners: frozenset[int | None] | None = None

    def step(self, change: Change) -> Step | None:
        """The one step of a deal; None when it counts the same on both days."""
        before, after = self.counted(change, 0), self.counted(change, 1)
        return None if before == after else Step(change.deal, self._kind(change, before, after), before, after)

    def counted(self, change: Change, side: Literal[0, 1]) -> int:
        """What a deal adds to the measure on the first day (0) or the last (1)."""
        state, day = (change.after, self.last) if side else (change.before, self.first)
        if state is None:
            return 0
        booked = sum(amounts[side] for owner, amounts in change.booked.items() if self._owns(owner)) if self.measure.won else 0
        return booked + (state.amount or 0 if self._is_in(state, day) else 0)

    def _owns(self, owner: int | None) -> bool:
        return self.owners is None or owner in self.owners

    def _is_in(self, state: State, day: dt.date) -> bool:
        dated = state.status == "open" and state.counts and self._place(state, day) == "inside"
        return dated and self.measure.counts(state.category) and self._owns(state.owner)

    def _place(self, state: State, day: dt.date) -> str:
        """Where the close date lies; one that has passed while the deal is open counts for nothing, as in the open pipeline."""
        if state.due is None or state.due >= self.period.until:
            return "later"
        if state.due < self.period.since:
            return "earlier"
        return "inside" if state.due >= day else "overdue"

    def _kind(self, change: Change, before: int, after: int) -> Kind:
        """The first of these that is true of the deal."""
        old, new = change.before, change.after
        if old is None:
            return "won" if new and new.status == "won" else "new"
        if new is None:
            return "archived"
        if self._owns(old.owner) != self._owns(new.owner):
            return "received" if self._owns(new.owner) else "given"
        if old.counts != new.counts:
            return "retyped"
        if new.status == "lost":
            return "lost"
        if new.status == "won":
            return self._won(old, new, before, after)
        return "reopened" if old.status != "open" else self._still_open(old, new, before, after)

    def _won(self, old: State, new: State, before: int, after: int) -> Kind:
        """A won deal counts as such once; one that was in the number already only changed by how much."""
        if not self.measure.won or (old.status != "won" and not before):
            return "won"
        if old.status != "won" and not after:
            return "pulled_ahead" if new.closed is not None and new.closed < self.period.since else "pushed_out"
        return _resized(before, after)

    def _still_open(self, old: State, new: State, before: int, after: int) -> Kind:
        was, now = self._place(old, self.first), self._place(new, self.last)
        if was != now:
            into: dict[str, Kind] = {"inside": "pulled_in", "later": "pushed_out", "earlier": "pulled_ahead", "overdue": "overdue"}
            return into[now]
        counted, counts = self.measure.counts(old.category), self.measure.counts(new.category)
        if counted != counts:
            return "raised" if counts else "lowered"
        return _resized(before, after)


def _resized(before: int, after: int) -> Kind:
    return "increased" if after > before else "decreased"


@dataclass(frozen=True)
class Bar:
    """All steps of one name."""

    kind: Kind
    amount: int
    deals: int


@dataclass(frozen=True)
class Waterfall:
    """From `start` on the first day to `end` on the last."""

    start: int
    steps: list[Step]

    @property
    def end(self) -> int:
        return self.start + sum(step.amount for step in self.steps)

    @property
    def bars(self) -> list[Bar]:
        """One for each name that occurs, in the order of KINDS."""
        found: dict[Kind, list[Step]] = {}
        for step in self.steps:
            found.setdefault(step.kind, []).append(step)
        return [Bar(kind, sum(step.amount for step in found[kind]), len(found[kind])) for kind in KINDS if kind in found]


def waterfall(changes: Iterable[Change], window: Window, start: int) -> Waterfall:
    """The movement from `start`, the measure on the first day, by all deals that changed."""
    return Waterfall(start, [step for change in changes if (step := window.step(change))])
