"""What a company's open and future deals bring in each of several periods, by owner, so that people add up to the company.

Every draw decides each deal once for a period, for its owner and for everybody above them; sums over any set of owners are
therefore coherent by construction, also their spreads. Amounts are in the unit of the histories.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pacesetter.core.forecasting import deals as engine
from pacesetter.core.forecasting.deals import DRAWS, QUANTILES, Chances, Fitted
from pacesetter.core.forecasting.histories import Array, Histories
from pacesetter.core.forecasting.ladder import Choice

YEAR = 364.0
PULL = 20.0  # deals of the company's mean size that a person's own mean is weighed against


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
class Outlook:
    """The open deals with the places of their owners, what was learned, and the spans in the order in which they were asked."""

    fitted: Fitted
    chances: Chances
    owner: Array
    spans: list[Span]


def outlook(
    known: Histories, t: float, spans: Sequence[tuple[float, float]], staying: Array, *, choice: Choice | None = None, seed: int = 7
) -> Outlook:
    """Look ahead from `t` over spans of days `(since, until)` counted from `t`; `known` ends at `t`.

    `staying` (owners,) says who of the histories' owners will bring new business; what others brought is shared among them.
    `choice` of the model is made anew unless that of the same block of days is given.
    """
    fitted = engine.fit(known, t, max(until for _, until in spans), choice)
    now = fitted.open_deals(known, t, 0.0)
    owner, shares = owners_at(known, now.deals, t), _shares(known, t, staying)
    return Outlook(fitted, now, owner, [_span(known, fitted, t, span, owner, shares, seed) for span in spans])


def owners_at(known: Histories, deals: Array, t: float) -> Array:
    """The place of each deal's owner as of `t`; behind the last one where nobody owns it."""
    place = known.known("owner", deals, t)[0]
    return np.where(np.isnan(place), len(known.words.get("owner", ())), place).astype(np.int64)


def _span(known: Histories, fitted: Fitted, t: float, span: tuple[float, float], owner: Array, shares: Array, seed: int) -> Span:
    since, until = max(span[0], 0.0), span[1]
    late, early = fitted.open_deals(known, t, until), fitted.open_deals(known, t, since)
    win = np.maximum(late.win - early.win, 0.0)
    count, amount = (b - a for a, b in zip(fitted.new_deals(t, since), fitted.new_deals(t, until), strict=True))
    shock, measured = engine.shock_of(known, t, until)
    dice = np.random.default_rng(seed)
    common = np.exp(dice.normal(0.0, shock, DRAWS) - shock**2 / 2)
    old = _old(dice, win, late.brings, owner, len(shares))
    new = _new(dice, count, amount, fitted.arrivals.amounts, shares)
    opened = np.bincount(owner, win * late.brings, minlength=len(shares))
    return Span(since, until, opened, amount * shares, (old + new) * common, shock, measured)


def _old(dice: np.random.Generator, win: Array, brings: Array, owner: Array, owners: int) -> Array:
    """Sums of the deals that are won by owner, (owners, draws)."""
    sums = np.zeros((owners, DRAWS))
    order = np.argsort(owner, kind="stable")
    for start in range(0, len(order), 1000):  # a thousand deals of 2,000 draws are 8 MB
        some = order[start : start + 1000]
        won = (dice.random((len(some), DRAWS), dtype=np.float32) < win[some, None]) * brings[some, None]
        first = np.flatnonzero(np.diff(owner[some], prepend=-1))
        sums[owner[some][first]] += np.add.reduceat(won, first, axis=0)
    return sums


def _new(dice: np.random.Generator, count: float, amount: float, sizes: Array, shares: Array) -> Array:
    """Sums of the deals that come by chance, of sizes that came before, by owner, (owners, draws)."""
    sums = np.zeros((len(shares), DRAWS))
    if count <= 0 or not len(sizes) or not sizes.sum():
        return sums
    scale = amount / (count * float(sizes.mean()))
    for place in np.flatnonzero(shares):
        numbers = dice.poisson(count * shares[place], DRAWS)
        drawn = dice.choice(sizes, int(numbers.sum()))
        sums[place] = scale * np.bincount(np.repeat(np.arange(DRAWS), numbers), drawn, minlength=DRAWS)
    return sums


def _shares(known: Histories, t: float, staying: Array) -> Array:
    """Who brings how much of the new business, (owners + 1,): as in the last year, sizes pulled to the company's mean."""
    began = np.flatnonzero((known.created > t - YEAR) & (known.created <= t))
    owner, amount = owners_at(known, began, t), np.maximum(known.amounts(began, t), 0.0)
    count = np.bincount(owner, minlength=len(staying) + 1).astype(float)
    mean = float(amount.mean()) if len(amount) else 0.0
    size = (np.bincount(owner, amount, minlength=len(count)) + PULL * mean) / (count + PULL)
    brought = count * size * np.append(staying, True)
    if brought[:-1].any():
        brought[-1] = 0.0  # deals of nobody find an owner
    else:
        brought[-1] = 1.0
    return np.asarray(brought / brought.sum())
