"""What is expected of deals, deal by deal and day by day, and the draws that make sums with a spread of it.

Everybody has dice of their own, so that what one person brings can be drawn without the others, and is the same number as among
them. A deal keeps its dice whatever its chance, and new business likewise: between two drawings of the same people nothing moves
but what was changed (common random numbers, Glasserman & Yao 1992), and more is never less in any draw.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pacesetter.core.forecasting.arrivals import Arrivals
from pacesetter.core.forecasting.deals import ASSUMED, DRAWS, QUANTILES
from pacesetter.core.forecasting.histories import Array

SEED = 7
ONE = 1 << 16  # chances are compared with dice of so many sides: they are at most 1 in 130,000 off
RARE = 1e-9  # new deals below which no draw has one
NOTHING = 1e-9  # of money: what deals are worth less than that brings nothing
LINE = 1 << 12  # sizes of new deals that stand in a line, of which each draw takes some that follow each other


@dataclass(frozen=True)
class Span:
    """What is won after `since` and up to `until`, both in days from the day of asking.

    By owner, (owners,), the last place being nobody: `open` from deals that are open, `new` from those that do not exist yet, and
    `sums` (owners, draws) of both. `shock` is the common error as a share, `measured` over so many past days.
    """

    since: float
    until: float
    open: Array
    new: Array
    sums: Array
    shock: float
    measured: int

    def quantiles(self, owners: Array) -> tuple[float, float, float]:
        """P10, P50 and P90 of what these owners (places) bring together."""
        low, middle, high = np.quantile(self.sums[owners].sum(axis=0), QUANTILES)
        return float(low), float(middle), float(high)


@dataclass(frozen=True)
class Hires:
    """So many times the whole new business more, from `start` days after the day of asking, in full `ramp` days later."""

    times: float
    start: float
    ramp: float


@dataclass(frozen=True)
class Expectations:
    """As of the moment `t`: open deals, and how new ones come.

    Of each deal, (deals,): its id, the places of its owner and its stage, what it `brings` if won; and `paths` (deals, days), the
    chance to be won by each of the `days`, which ascend from 0. `shares` (owners + 1,) is who brings how much of the new business, the
    last place being nobody. `shocks` (spans, 4): the days between which it holds, the common error as a share, and over how many days it
    was measured.
    """

    t: float
    ids: Array
    owner: Array
    stage: Array
    brings: Array
    days: Array
    paths: Array
    arrivals: Arrivals
    shares: Array
    shocks: Array
    hires: Hires | None = None

    def shock(self, since: float, until: float) -> tuple[float, int] | None:
        """The common error between two days, and over how many past days it was measured; none where they were not asked about."""
        return next(((row[2], int(row[3])) for row in self.shocks if (row[0], row[1]) == (max(since, 0.0), until)), None)

    def of(self, owners: Array) -> "Expectations":
        """The open deals of these owners (places); new business stays whole, and is shared out by place."""
        mine = np.isin(self.owner, owners)
        return replace(self, **{name: getattr(self, name)[mine] for name in ("ids", "owner", "stage", "brings", "paths")})

    def within(self, since: float, until: float) -> Array:
        """Each open deal's chance to be won between two days, (deals,)."""
        return np.maximum(along(self.days, self.paths, until) - along(self.days, self.paths, since), 0.0)

    def opened(self, since: float, until: float) -> Array:
        """What open deals bring between two days, by owner, (owners + 1,)."""
        return np.bincount(self.owner, self.within(since, until) * self.brings, minlength=len(self.shares))

    def coming(self, since: float, until: float) -> tuple[float, float]:
        """New deals that are won between two days, and what they bring."""
        return _between(self.arrivals, self.t, since, until, None)

    def hired(self, since: float, until: float) -> tuple[float, float]:
        """The same of those who are not there yet."""
        if self.hires is None:
            return 0.0, 0.0
        count, amount = _between(self.arrivals, self.t, since, until, (self.hires.start, self.hires.ramp))
        return self.hires.times * count, self.hires.times * amount


def span(made: Expectations, since: float, until: float, owners: Sequence[int] | None = None, seed: int = SEED) -> Span:
    """Draw what is won between two days, by these owners (places), by default by all.

    Who is to be hired stands one place behind nobody, and is drawn where hires are expected.
    """
    since, count = max(since, 0.0), len(made.shares)
    places = range(count) if owners is None else owners
    shock, measured = made.shock(since, until) or (ASSUMED, 0)
    common = np.exp(np.random.default_rng(seed).normal(0.0, shock, DRAWS) - shock**2 / 2)
    deals, amount = made.coming(since, until)
    new = np.append(amount * made.shares, made.hired(since, until)[1])
    sums = np.zeros((count + 1, DRAWS))
    win, order = made.within(since, until), np.argsort(made.owner, kind="stable")
    edges = np.searchsorted(made.owner[order], np.arange(count + 1))
    for place in places:
        mine = order[edges[place] : edges[place + 1]]
        sums[place] = _won(win[mine], made.brings[mine], (seed, place))
        sums[place] += _came(deals * made.shares[place], new[place], made.arrivals.amounts, (seed, place, 1))
    sums[count] = _came(made.hired(since, until)[0], new[count], made.arrivals.amounts, (seed, count, 1))
    opened = np.append(made.opened(since, until), 0.0)
    keep = slice(None) if made.hires else slice(count)
    return Span(since, until, opened[keep], new[keep], (sums * common)[keep], shock, measured)


def along(days: Array, paths: Array, at: float) -> Array:
    """Paths (…, days) at a day, straight between those that are known.

    After the last day a path goes on as it faded: by the share of its rise in the last eight weeks that fell into the last four.
    """
    if at > days[-1]:
        return _faded(days, paths, at)
    at = max(at, 0.0)
    low = min(int(np.searchsorted(days, at, side="right")) - 1, len(days) - 1)
    part = (at - days[low]) / (days[low + 1] - days[low]) if low + 1 < len(days) else 0.0
    return np.asarray(paths[..., low] + part * (paths[..., min(low + 1, len(days) - 1)] - paths[..., low]))


def _faded(days: Array, paths: Array, at: float) -> Array:
    end = float(days[-1])
    stretch = min(28.0, end / 2)
    before, middle, last = (along(days, paths, end - stretch * back) for back in (2, 1, 0))
    rise = np.maximum(last - middle, 0.0)
    keeps = np.clip(rise / np.maximum(middle - before, 1e-12), 0.0, 1.0)
    far = (at - end) / stretch
    more = np.where(keeps > 1 - 1e-6, far, keeps * (1 - keeps**far) / np.maximum(1 - keeps, 1e-6))
    return np.minimum(last + rise * more, np.maximum(last, 1.0))


def _between(arrivals: Arrivals, t: float, since: float, until: float, ramp: tuple[float, float] | None) -> tuple[float, float]:
    early, late = (arrivals.expected(t, end, ramp) for end in (since, until))
    return late[0] - early[0], late[1] - early[1]


def _won(win: Array, brings: Array, seed: tuple[int, ...]) -> Array:
    """Sums of the deals that are won, (draws,): each has a die of its own in every draw."""
    sums = np.zeros(DRAWS)
    sides, worth = np.minimum(np.rint(win * ONE), ONE - 1).astype(np.uint16)[:, None], brings.astype(np.float32)
    dice = np.random.PCG64(seed)
    for start in range(0, len(win), 1000):  # a thousand deals of 2,000 draws are 8 MB
        some = slice(start, start + 1000)
        thrown = dice.random_raw(len(sides[some]) * DRAWS // 4).view(np.uint16).reshape(-1, DRAWS)
        sums += worth[some] @ (thrown < sides[some]).astype(np.float32)
    return sums


def _came(count: float, amount: float, sizes: Array, seed: tuple[int, ...]) -> Array:
    """Sums of the deals that come by chance, (draws,), of sizes that came before: each draw takes its own piece of one long line of them."""
    if count < RARE or not len(sizes) or abs(float(sizes.mean())) < NOTHING:
        return np.zeros(DRAWS)
    dice = np.random.default_rng(seed)
    chance, first, line = dice.random(DRAWS), dice.integers(0, LINE, DRAWS), dice.choice(sizes, LINE)
    if line.sum() * sizes.sum() <= 0:
        line = np.full(LINE, float(sizes.mean()))
    upto = np.concatenate([[0.0], np.cumsum(line)])
    rounds, last = np.divmod(first + _poisson(chance, count), LINE)
    drawn = rounds * upto[-1] + upto[last] - upto[first]
    return np.asarray(drawn * (amount / (count * float(line.mean()))))


def _poisson(chance: Array, mean: float) -> Array:
    """The numbers below which a Poisson variable lies with these chances: they grow with the mean."""
    numbers = np.arange(int(mean + 12 * np.sqrt(mean) + 20))
    weight = numbers * np.log(mean) - mean - np.concatenate([[0.0], np.cumsum(np.log(numbers[1:]))])
    return np.searchsorted(np.cumsum(np.exp(weight)), chance)
