"""The rows of the forecast board: who reports to whom, and figures that add up from each row to the one above it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pacesetter.base.models import User
from pacesetter.core import money
from pacesetter.core.forecasting.moves import CATEGORIES, Measure

COLUMNS = ("quota", "closed", "commit", "best_case", "model")  # those whose sums are checked by eye
BESIDE = {"quota", "closed", "model"}  # what of a row's amounts is not open pipeline
Amounts = dict[str, int]


@dataclass
class Row:
    """One line: a person, a manager with everybody below, the company (no user), or what belongs to nobody listed.

    `own` holds the quota, what is won (`closed`), what the model expects and the open pipeline by category, of the row itself, in minor
    units; `shown` is what the columns print, in the table's unit.
    """

    user: User | None
    team: str = ""
    depth: int = 0
    is_rest: bool = False
    own: Amounts = field(default_factory=dict)
    kids: list["Row"] = field(default_factory=list)
    shown: Amounts = field(default_factory=dict)

    @property
    def key(self) -> str:
        """How addresses name the row."""
        return str(self.user.pk) if self.user else "rest" if self.is_rest else "company"

    def walk(self) -> Iterator["Row"]:
        """The row and all below it, in the order of the table."""
        yield self
        for kid in self.kids:
            yield from kid.walk()

    def total(self, name: str) -> int:
        return self.own.get(name, 0) + sum(kid.total(name) for kid in self.kids)

    def measured(self, measure: Measure) -> int:
        """What is won, if it counts, and the open pipeline of the measure's categories."""
        names = {name for row in self.walk() for name in row.own} - BESIDE
        return sum(self.total(name) for name in names if measure.counts(name)) + (self.total("closed") if measure.won else 0)

    @property
    def parts(self) -> list[int]:
        """Won, commit, what may come besides, and the rest of the pipeline: the four of the bar."""
        best = self.total("most_likely") + self.total("best_case")
        return [self.total("closed"), self.total("commit"), best, self.total("pipeline")]

    def has_figures(self) -> bool:
        """Whether there is anything but noughts."""
        return any(row.own.get(name) for row in self.walk() for name in row.own)

    def prune(self, keeps: Callable[["Row"], bool]) -> None:
        """Drop people below who have nothing to show, unless something else keeps them."""
        for kid in self.kids:
            kid.prune(keeps)
        self.kids = [kid for kid in self.kids if kid.kids or kid.has_figures() or keeps(kid)]


def grow(people: Iterable[User], places: Mapping[int, tuple[int | None, int | None]], teams: Mapping[int, str]) -> list[Row]:
    """The top rows, with everybody below the one they report to; managers are those who have somebody below."""
    rows = {user.pk: Row(user, teams.get(places[user.pk][0] or 0, "")) for user in people}
    top = []
    for pk, row in rows.items():
        manager = rows.get(places[pk][1] or 0)
        (manager.kids if manager else top).append(row)
    for row in rows.values():
        row.kids.sort(key=_order)
    return sorted(top, key=_order)


def _order(row: Row) -> tuple[bool, str]:
    return not row.kids, row.user.name_key if row.user else ""


def deepen(rows: Iterable[Row], depth: int = 0) -> None:
    for row in rows:
        row.depth = depth
        deepen(row.kids, depth + 1)


def print_in(top: Row, unit: int, rollup: str) -> None:
    """Fill `shown` with whole units, such that the rows below a row add up to it."""
    for name in COLUMNS:
        _print(top, name, money.half_even(_figure(top, name, rollup), unit), unit, rollup)


def _print(row: Row, name: str, whole: int, unit: int, rollup: str) -> None:
    row.shown[name] = whole
    if row.kids:
        figures = [_figure(kid, name, rollup) for kid in row.kids]
        own = _figure(row, name, rollup) - sum(figures)
        for kid, part in zip(row.kids, money.in_units([*figures, own], unit, whole), strict=False):
            _print(kid, name, part, unit, rollup)


def _figure(row: Row, name: str, rollup: str) -> int:
    return row.measured(Measure.of(name, rollup)) if name in CATEGORIES else row.total(name)
