"""What a territory plan does: per territory its load, worth, pipeline and travel, now and in the plan, and the moves between them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db.models import Count, Sum

from pacesetter.base import clock, places, settings
from pacesetter.base.rates import Converter
from pacesetter.core.territories.distances import ROAD_FACTOR, pairs
from pacesetter.core.territories.potential import Array
from pacesetter.crm.models import Deal
from pacesetter.planning.models import PlanTerritory, TerritoryPlan

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor


@dataclass
class Side:
    """A territory as it is or as it is planned: accounts, hours and potential a year, open pipeline, kilometres of road a year."""

    accounts: int = 0
    workload: float = 0.0
    potential: int = 0
    pipeline: int = 0
    km: float = 0.0
    workload_off: float | None = None  # share above or below what its capacity asks for
    potential_off: float | None = None


@dataclass
class Line:
    """One territory of a plan; `gained` and `lost` count accounts."""

    territory: PlanTerritory
    home: tuple[float, float] | None
    now: Side = field(default_factory=Side)
    plan: Side = field(default_factory=Side)
    gained: int = 0
    lost: int = 0


@dataclass(frozen=True)
class Move:
    """Accounts of one city that change from one territory to another, with what goes along; `deals` are their open deals."""

    cities: tuple[str, ...]
    before: PlanTerritory | None
    after: PlanTerritory | None
    accounts: tuple[int, ...]
    workload: float
    potential: int
    pipeline: int
    deals: int


class Figures:
    """The numbers of one plan, from its own rows and from today's open deals: those that `by` may see, else all."""

    def __init__(self, plan: TerritoryPlan, by: "Actor | None" = None) -> None:
        self.plan = plan
        self._known_deals = Deal.objects.visible_to(by) if by else Deal.objects.all()
        self.territories = list(plan.territories.select_related("owner", "territory"))
        self.by_id = {one.pk: one for one in self.territories}
        columns = ("account", "current", "place", "latitude", "longitude", "workload", "potential", "account__city", "account__name")
        rows = list(plan.accounts.order_by("pk").values_list(*columns))
        table = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
        self.account = np.array(table[0], dtype=np.int64)
        self.current, self.place = (np.array([pk or 0 for pk in column], dtype=np.int64) for column in table[1:3])
        self.latitude, self.longitude = (np.array(column, dtype=float) for column in table[3:5])
        self.workload, self.potential = np.array(table[5], dtype=float), np.array(table[6], dtype=np.int64)
        self.city: tuple[str, ...] = table[7]
        self.name: tuple[str, ...] = table[8]
        self.deals, self.pipeline, self.unconverted = self._pipelines()
        self.homes = {one.pk: self._home(one) for one in self.territories}

    def _pipelines(self) -> tuple[Array, Array, int]:
        """Open deals and their amounts in the plan's currency by account; amounts without a rate are counted apart."""
        at = {pk: index for index, pk in enumerate(self.account.tolist())}
        count, total, missing = np.zeros(len(at), dtype=np.int64), np.zeros(len(at), dtype=np.int64), 0
        converter, today = Converter(), clock.today()
        rows = self._known_deals.live().open().filter(account__in=self.plan.accounts.values("account"))
        for pk, currency, n, amount in rows.order_by().values_list("account", "currency").annotate(n=Count("pk"), sum=Sum("amount")):
            minor = converter.minor(int(amount or 0), currency or "", today)
            count[at[pk]] += n
            total[at[pk]] += minor or 0
            missing += n if minor is None else 0
        return count, total, missing

    def _home(self, one: PlanTerritory) -> tuple[float, float] | None:
        """Where a territory's owner lives; while nobody says so, the middle of the accounts that it has now."""
        if one.latitude is not None and one.longitude is not None:
            return one.latitude, one.longitude
        mine = (self.current == one.pk) & np.isfinite(self.latitude)
        return places.middle(zip(self.latitude[mine], self.longitude[mine], strict=True)) if mine.any() else None

    @property
    def moved(self) -> Array:
        return np.asarray(self.current != self.place)

    def lines(self) -> list[Line]:
        """One line per territory outside overlays, in the plan's order."""
        found = [Line(one, self.homes[one.pk]) for one in self.territories if not one.overlay]
        capacity = sum(line.territory.capacity for line in found if self._takes_part(line))
        for line in found:
            pk = line.territory.pk
            line.now, line.plan = self._side(line, self.current), self._side(line, self.place)
            line.gained = int((self.moved & (self.place == pk)).sum())
            line.lost = int((self.moved & (self.current == pk)).sum())
        for name in ("now", "plan"):
            self._weigh(
                [(getattr(line, name), line.territory.capacity / capacity) for line in found if capacity and self._takes_part(line)]
            )
        return found

    def _takes_part(self, line: Line) -> bool:
        """A territory with an owner shares the work; one without accounts and owner does not."""
        return line.territory.owner_id is not None

    def _side(self, line: Line, where: Array) -> Side:
        mine = where == line.territory.pk
        return Side(
            int(mine.sum()), float(self.workload[mine].sum()), int(self.potential[mine].sum()), int(self.pipeline[mine].sum()), self._km(line.home, mine)
        )  # fmt: skip

    def _km(self, home: tuple[float, float] | None, mine: Array) -> float:
        """Kilometres of road a year: one way there and back for every visit that the workload makes."""
        placed = mine & np.isfinite(self.latitude)
        if home is None or not placed.any():
            return 0.0
        count = int(placed.sum())
        one_way = pairs(np.full(count, home[0]), np.full(count, home[1]), self.latitude[placed], self.longitude[placed])
        return float((self.workload[placed] * one_way).sum()) * km_per_weight()

    def _weigh(self, sides: Sequence[tuple[Side, float]]) -> None:
        hours, worth = sum(side.workload for side, _ in sides), sum(side.potential for side, _ in sides)
        for side, share in sides:
            side.workload_off = side.workload / (hours * share) - 1 if hours else None
            side.potential_off = side.potential / (worth * share) - 1 if worth else None

    def moves(self) -> list[Move]:
        """Proposed moves by the territories between which they go, the ones with most potential first."""
        groups: dict[tuple[int, int], list[int]] = defaultdict(list)
        for at in np.flatnonzero(self.moved):
            groups[int(self.current[at]), int(self.place[at])].append(int(at))
        found = [self._move(before, after, np.array(rows)) for (before, after), rows in groups.items()]
        return sorted(found, key=lambda one: -one.potential)

    def _move(self, before: int, after: int, rows: Array) -> Move:
        cities: dict[str, float] = defaultdict(float)
        for at in rows:
            cities[self.city[at]] += float(self.potential[at])
        names = tuple(city for city in sorted(cities, key=lambda city: -cities[city]) if city)
        return Move(
            names, self.by_id.get(before), self.by_id.get(after), tuple(self.account[rows].tolist()), float(self.workload[rows].sum()),
            int(self.potential[rows].sum()), int(self.pipeline[rows].sum()), int(self.deals[rows].sum()),
        )  # fmt: skip


def spread(sides: Sequence[Side], measure: str) -> float | None:
    """How far the heaviest territory lies above the lightest, as a share of what each should have."""
    offs = [off for side in sides if (off := getattr(side, f"{measure}_off")) is not None]
    return max(offs) - min(offs) if offs else None


def km_per_weight() -> float:
    """Kilometres of road a year per hour of workload and kilometre of great circle."""
    return 2 * ROAD_FACTOR / float(settings.get("territory.hours_per_visit"))


def compare(one: TerritoryPlan, other: TerritoryPlan) -> dict[str, Any]:
    """What differs between two plans: accounts that both know and put with different owners, and each one's totals."""
    first, second = _owners(one), _owners(other)
    both = first.keys() & second.keys()
    differ = sorted(pk for pk in both if first[pk] != second[pk])
    return {"accounts": len(both), "differ": differ, "only": (len(first.keys() - both), len(second.keys() - both))}


def _owners(plan: TerritoryPlan) -> Mapping[int, tuple[str, int | None]]:
    rows = plan.accounts.values_list("account", "place__name", "place__owner")
    return {pk: (name or "", owner) for pk, name, owner in rows}
