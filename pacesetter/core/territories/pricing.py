"""Prices of load: the Lagrangian dual of the transportation relaxation, climbed by smoothed Newton steps.

For any prices λ (homes, attributes) the sum below is a lower bound of what every plan costs that keeps its bands:

    g(λ) = Σ_i min_j (w_i c_ij − Σ_a λ_ja q_ia) + Σ_ja (lo_ja λ⁺ − hi_ja λ⁻)

The minimum is smoothed by a soft minimum whose heat is in proportion to what the account counts; equal heat for all accounts does not
converge with two attributes. The heat falls stage by stage. Only homes that can become the best within a stage are kept per account.
(Lagrangian bound: Geoffrion 1974; soft-minimum smoothing: Nesterov 2005.)
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numba import njit
from scipy.linalg import cho_factor, cho_solve

from pacesetter.core.territories.distances import vectors
from pacesetter.core.territories.problem import Array, Problem

BOX = 8.0  # how far prices go within one set of kept homes, in heats
SMALL = 18.0  # e^-18 of a soft minimum is nothing
COOLING = 0.35
HALVINGS = 12
Told = Callable[[float, float], None]


@dataclass
class Market:
    """Accounts (or groups of them) as buyers of capacity: cost (n, m) = weight × distance, load (n, A) and bands (m, A).

    `stay` (n,) is the home that an account leaves only at the toll `toll` (−1: none).
    """

    cost: Array
    load: Array
    low: Array
    high: Array
    stay: Array
    toll: float = 0.0

    @property
    def scale(self) -> Array:
        """The heat of each account (n,) relative to that of a mean one."""
        return np.asarray(self.load.mean(axis=1))

    def bound(self, price: Array) -> float:
        """g(λ) in full precision, without what a cap on moves gives back."""
        least = _least(self.cost, self.load, price, self.stay, self.toll)
        return float(least + (self.low * np.maximum(price, 0) + self.high * np.minimum(price, 0)).sum())


@njit(cache=True)  # type: ignore[untyped-decorator]
def _least(cost, load, price, stay, toll):  # type: ignore[no-untyped-def]
    total = 0.0
    for i in range(cost.shape[0]):
        best = np.inf
        for j in range(cost.shape[1]):
            worth = float(cost[i, j])
            for a in range(load.shape[1]):
                worth -= price[j, a] * load[i, a]
            if stay[i] >= 0 and stay[i] != j:
                worth += toll
            if worth < best:
                best = worth
        total += best
    return total


@njit(cache=True)  # type: ignore[untyped-decorator]
def near_best(cost, load, price, stay, toll, reach):  # type: ignore[no-untyped-def]
    """Kept homes as CSR: those whose reduced cost is at most `reach` (n,) above the account's best; start, home, cost with toll."""
    n, m = cost.shape
    start = np.zeros(n + 1, dtype=np.int64)
    reduced = np.empty(m)
    home, price_of = np.empty(n * 4, dtype=np.int32), np.empty(n * 4)
    size = 0
    for i in range(n):
        best = np.inf
        for j in range(m):
            worth = float(cost[i, j])
            for a in range(load.shape[1]):
                worth -= price[j, a] * load[i, a]
            if stay[i] >= 0 and stay[i] != j:
                worth += toll
            reduced[j] = worth
            if worth < best:
                best = worth
        if size + m > home.size:
            more = np.empty(home.size * 2 + m, dtype=np.int32)
            more[:size] = home[:size]
            home = more
            dear = np.empty(more.size)
            dear[:size] = price_of[:size]
            price_of = dear
        for j in range(m):
            if reduced[j] <= best + reach[i]:
                home[size] = j
                price_of[size] = float(cost[i, j]) + (toll if stay[i] >= 0 and stay[i] != j else 0.0)
                size += 1
        start[i + 1] = size
    return start, home[:size], price_of[:size]


@njit(cache=True)  # type: ignore[untyped-decorator]
def _smoothed(start, home, cost, load, price, heat, curved):  # type: ignore[no-untyped-def]
    """Value of the soft minimum, load (m, A) and cost it implies, and its curvature (m·A, m·A) where asked (lower triangle)."""
    m, attributes = price.shape
    loads = np.zeros((m, attributes))
    curve = np.zeros((m * attributes, m * attributes)) if curved else np.zeros((1, 1))
    value, paid = 0.0, 0.0
    chance = np.empty(m)
    for i in range(start.size - 1):
        best = np.inf
        first, last = start[i], start[i + 1]
        for at in range(first, last):
            worth = cost[at]
            for a in range(attributes):
                worth -= price[home[at], a] * load[i, a]
            chance[at - first] = worth
            if worth < best:
                best = worth
        warm = max(heat[i], 1e-300)
        total = 0.0
        for at in range(last - first):
            chance[at] = np.exp((best - chance[at]) / warm)
            total += chance[at]
        value += best - heat[i] * np.log(total)
        for at in range(last - first):
            p = chance[at] / total
            chance[at] = p
            j = home[first + at]
            paid += p * cost[first + at]
            for a in range(attributes):
                loads[j, a] += p * load[i, a]
            if curved and heat[i] > 0 and p > 1e-7:
                for other in range(at + 1):
                    if chance[other] > 1e-7:
                        k = home[first + other]
                        share = (p * (1 - p) if other == at else -p * chance[other]) / heat[i]
                        for a in range(attributes):
                            for b in range(attributes):
                                curve[j * attributes + a, k * attributes + b] += share * load[i, a] * load[i, b]
    return value, paid, loads, curve


class Stage:
    """One heat: kept homes around a reference price, and Newton steps until loads lie where prices want them."""

    def __init__(self, market: Market, heat: float, price: Array) -> None:
        self.market, self.heat = market, heat
        self.heats = heat * market.scale
        self.turn(price)

    def turn(self, price: Array) -> None:
        """Choose the kept homes again, around these prices."""
        attributes = price.shape[1]
        reach = (2 * attributes * BOX + SMALL) * self.heats + 1e-9
        self.centre = price.copy()
        one = self.market
        self.rows = near_best(one.cost, one.load, price, one.stay, one.toll, reach)

    def at(self, price: Array, curved: bool = False) -> tuple[float, Array, Array, Array]:
        """Smoothed value, gradient (m, A), curvature of the bands (m, A) and of the accounts (m·A, m·A)."""
        one = self.market
        start, home, cost = self.rows
        value, _paid, loads, curve = _smoothed(start, home, cost, one.load, price, self.heats, curved)
        width, warm = one.high - one.low, self.heat
        side = 1 / (1 + np.exp(-np.clip(price / warm, -40, 40)))  # 1 where the price asks for more load, 0 where for less
        soft = warm * np.logaddexp(0, -price / warm)
        value += float((one.low * price - width * soft).sum())
        wanted = one.low + width * (1 - side)
        return value, wanted - loads, width / warm * side * (1 - side), curve

    def climb(self, price: Array, steps: int, enough: float) -> tuple[Array, float]:
        """Newton steps from `price`; returns prices and how far off the worst load is, as a share of its band's middle."""
        middle = np.maximum((self.market.low + self.market.high) / 2, 1e-12)
        damping, off = 1e-3, np.inf
        for _ in range(steps):
            value, slope, bands, curve = self.at(price, curved=True)
            off = float((np.abs(slope) / middle).max())
            if off < enough:
                break
            price, damping = self._step(price, value, slope, bands, curve, damping)
            if damping > 1e6:
                break
            if (np.abs(price - self.centre) > BOX * self.heat * 0.999).any():
                self.turn(price)
        return price, off

    def _step(self, price: Array, value: float, slope: Array, bands: Array, curve: Array, damping: float) -> tuple[Array, float]:
        """One damped step inside the box that is an ascent (Armijo); more damping where it had to be shortened."""
        matrix = np.tril(curve)
        diagonal = matrix.diagonal() + bands.ravel()
        floor = 1e-9 * max(float(diagonal.max()), 1e-300)
        for _ in range(HALVINGS):
            solid = matrix.copy()
            np.fill_diagonal(solid, diagonal * (1 + damping) + floor)
            try:
                step = cho_solve(cho_factor(solid, lower=True, check_finite=False), slope.ravel(), check_finite=False).reshape(price.shape)
            except np.linalg.LinAlgError:
                damping = max(damping * 10, 1e-6)
                continue
            box = BOX * self.heat
            there = np.clip(price + step, self.centre - box, self.centre + box)
            gain = float((slope * (there - price)).sum())
            reached = self.at(there)[0]
            if gain > 0 and reached >= value + 1e-4 * gain:
                return there, max(damping / 5, 1e-7)
            damping = max(damping * 6, 1e-5)
        return price, np.inf


def first_heat(market: Market) -> float:
    """Twice the median distance, in reduced cost per load, from an account's best home to its fourth best."""
    kth = min(3, market.cost.shape[1] - 1)
    rows = market.cost[:: max(1, len(market.cost) // 4000)]
    scale = np.maximum(market.scale[:: max(1, len(market.cost) // 4000)], 1e-12)
    with np.errstate(invalid="ignore"):
        spread = (np.partition(rows, kth, axis=1)[:, kth] - rows.min(axis=1)) / scale
    spread = spread[np.isfinite(spread) & (spread > 0)]
    return 2 * float(np.median(spread)) if len(spread) else 1.0


def climb(market: Market, price: Array, heat: float, *, cold: float, told: Told | None = None) -> tuple[Array, float]:
    """Cool from `heat` down to `cold`; returns the prices of the best bound seen, and that bound."""
    best, bound = price, market.bound(price)
    while True:
        price, _off = _settled(market, price, heat)
        value = market.bound(price)
        if value > bound:
            best, bound = price, value
        if told:
            told(heat, bound)
        if heat <= cold:
            return best, bound
        heat = max(heat * COOLING, cold)


def _settled(market: Market, price: Array, heat: float) -> tuple[Array, float]:
    """Prices of one heat; where they do not settle, warmer ones are tried from the same beginning first."""
    reached, off = Stage(market, heat, price).climb(price, 12, 0.02)
    if off > 0.2:
        warmer, _ = Stage(market, heat * 4, price).climb(price, 12, 0.02)
        second, again = Stage(market, heat, warmer).climb(warmer, 12, 0.02)
        if again < off:
            return second, again
    return reached, off


def grouped(market: Market, leaf: Array) -> Market:
    """The same market with accounts of one group (leaf (n,), codes from 0) as one buyer: a start for prices, not a bound."""
    count = int(leaf.max()) + 1
    order = np.argsort(leaf, kind="stable")
    cuts = np.searchsorted(leaf[order], np.arange(count))
    return replace(
        market, cost=np.add.reduceat(market.cost[order], cuts, axis=0), load=np.add.reduceat(market.load[order], cuts, axis=0),
        stay=np.full(count, -1), toll=0.0,
    )  # fmt: skip


def leaves(points: Array, alone: Array, size: int) -> Array:
    """Codes (n,) of groups of about `size` neighbouring points (n, 3), by halving along the widest axis; `alone` ones are their own."""
    code = np.empty(len(points), dtype=np.int64)
    code[alone] = np.arange(alone.sum())
    count = int(alone.sum())
    waiting = [np.flatnonzero(~alone)]
    while waiting:
        rows = waiting.pop()
        if len(rows) > size:
            axis = int(np.argmax(np.ptp(points[rows], axis=0)))
            rows = rows[np.argsort(points[rows, axis], kind="stable")]
            waiting += [rows[: len(rows) // 2], rows[len(rows) // 2 :]]
        elif len(rows):
            code[rows] = count
            count += 1
    return code


LEVELS = ((5, 0.5, 8.0), (12, 0.1, 1.0), (24, 0.03, 0.2))  # groups per home, the load above which one stands alone, the last heat
COLD = 0.02  # distance per load: the last heat of the accounts themselves


@dataclass(frozen=True)
class Prices:
    """`price` (m, A) of load in weighted distance per unit of each quantity, and the `bound` that it proves: no plan costs less."""

    price: Array
    bound: float


def prices(problem: Problem, told: Told | None = None) -> Prices:
    """The best prices found and their bound, from groups of neighbouring accounts down to the accounts themselves.

    The bound holds for every plan that keeps its bands, whatever else it has to keep: pairs, neighbours and moves are not priced yet.
    `told` hears the heat and the bound after every stage. Without any load there is nothing to balance, and every account goes home.
    """
    market, unit = _market(problem)
    price, heat = np.zeros(market.low.shape), first_heat(market)
    if not market.load.any():
        return Prices(price, market.bound(price))
    points = vectors(np.where(problem.placed, problem.latitude, 0), np.where(problem.placed, problem.longitude, 0))
    share = market.load / np.maximum(market.low.mean(axis=0), 1e-12)
    n, m = market.cost.shape
    for groups, heavy, last in LEVELS:
        if n >= 1.5 * groups * m and heat > last:
            coarse = grouped(market, leaves(points, (share > heavy).any(axis=1), max(2, n // (groups * m))))
            price, _ = climb(coarse, price, heat, cold=last, told=told)
            heat = last
    price, bound = climb(market, price, heat, cold=min(COLD, heat), told=told)
    return Prices(price / unit, bound)


def _market(problem: Problem) -> tuple[Market, Array]:
    """The problem with loads in units (A,) that make a mean load as large as a mean weight, so that prices are distances."""
    weight = np.asarray(problem.weight, dtype=float)
    total = problem.counted.sum(axis=0)
    unit = np.where(total > 0, total, 1) / (weight.sum() or 1)
    target = problem.target / unit
    cost = (weight[:, None] * problem.kilometres).astype(np.float32)
    low, high = target * (1 - problem.tolerance), target * (1 + problem.tolerance)
    return Market(cost, problem.counted / unit, low, high, np.full(len(cost), -1)), unit
