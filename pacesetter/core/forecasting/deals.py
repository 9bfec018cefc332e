"""What deals will bring by a day: open ones one by one, and those that do not exist yet, with a spread.

The spread is drawn: every deal is won or not by its chance, new ones come as they came of late, and one common shock moves all
of them together, as large as this method was wrong on past days (independent deals alone make bands that are too narrow).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pacesetter.core.errors import SENTENCES, Refused, add_sentences
from pacesetter.core.forecasting import arrivals, hazards, ladder, seasons
from pacesetter.core.forecasting.features import AT, Reader, norms
from pacesetter.core.forecasting.histories import Array, Histories, day_number
from pacesetter.core.forecasting.reasons import Reason, explain
from pacesetter.core.labels import mark
from pacesetter.core.scoring.platt import logit

add_sentences(
    {
        "too_few_closed": mark("Only {count} deals had closed by {day}; a forecast needs {needed}, one of them won."),
        "until_before_as_of": mark("The forecast is to end on {until}, which is not after {as_of}."),
    }
)
DRAWS = 2_000
QUANTILES = (0.1, 0.5, 0.9)
NEEDED = 10  # closed deals below which there is no number
ASSUMED = 0.3  # the shock where too few past days tell how wrong the method is, as a share of the number
ORIGINS, FEWEST = 8, 3  # past days that are asked, and those that must have an answer
CLIP = 4.0
TABLE = ladder.Choice("stage_age", "few_tried")


@dataclass(frozen=True)
class Spread:
    """A sum of money with its quantiles."""

    mean: float
    p10: float
    p50: float
    p90: float

    @property
    def width(self) -> float:
        """Of the band of 80 %; nothing, where it is not known how wrong the forecast is."""
        return self.p90 - self.p10


@dataclass(frozen=True)
class DealForecast:
    """Chances and amounts of the deals open as of a day, (deals,), and what they and the new ones bring by the end of another.

    `basis` says how near what the table says of each deal is to it: "stage_age", "stage" or "all"; `choice` which model speaks beside
    or instead of the table, and why. `shock` is the common error as a share of the number;
    `measured` over so many past days, none where it is assumed. Amounts are in the unit of the histories.
    """

    as_of: dt.date
    until: dt.date
    ids: Array
    p_win: Array
    p_lost: Array
    amount: Array
    expected: Array
    basis: Array
    total: Spread
    open: Spread
    new: Spread
    new_deals: float
    closed: int
    shock: float
    measured: int
    choice: ladder.Choice
    reasons: list[list[Reason]]


@dataclass(frozen=True)
class Fitted:
    """What was learned by a moment, for one horizon; days may pass before it is learned anew."""

    horizon: float
    hazards: hazards.Hazards
    arrivals: arrivals.Arrivals
    grown: Array
    choice: ladder.Choice
    learned: ladder.Learned | None

    def open_deals(self, histories: Histories, t: float, days: float | None = None) -> "Chances":
        """The deals open at `t` with their chances, `days` (at most, and if not given, the horizon) on."""
        (found,) = self.open_deals_by(histories, t, [self.horizon if days is None else days])
        return found

    def open_deals_by(self, histories: Histories, t: float, ends: Sequence[float]) -> "list[Chances]":
        """The same by the end of each of several numbers of days: what was learned is asked once for all of them."""
        deals = histories.open_at(t)
        rows = self.hazards.rows_at(histories, deals, t)
        within = ladder.chances(histories, deals, t, ends, (self.arrivals.season, self.hazards, self.learned))
        amount, basis = histories.amounts(deals, t), self.hazards.basis(rows)
        brings = amount * self.grown[self.hazards.stage(rows)]
        return [Chances(deals, *within[days], amount, brings, basis) for days in ends]

    def between(self, histories: Histories, t: float, since: float, until: float) -> tuple["Chances", tuple[float, float]]:
        """What ends after `since` and up to `until` days from `t`: the open deals, and the new ones' count and amount."""
        early, late = self.open_deals_by(histories, t, [since, until])
        new = (b - a for a, b in zip(self.new_deals(t, since), self.new_deals(t, until), strict=True))
        chances = replace(late, win=np.maximum(late.win - early.win, 0.0), lose=np.maximum(late.lose - early.lose, 0.0))
        return chances, tuple(new)  # type: ignore[return-value]

    def reasons(self, histories: Histories, t: float) -> list[list[Reason]]:
        """Per open deal, in the order of `open_deals`, what moves its chance most against the others of its stage."""
        deals = histories.open_at(t)
        if not len(deals):
            return []
        x = Reader(histories, self.learned.norms if self.learned else norms(histories.as_of(t))).at(deals, t)
        if self.learned:
            return explain(x, self.learned.contributions(x))
        adds = np.zeros(x.shape)
        adds[:, AT["days_in_stage"]] = logit(self.hazards.within(self.hazards.rows_at(histories, deals, t), self.horizon)[0])
        return explain(x, adds)

    def new_deals(self, t: float, days: float | None = None) -> tuple[float, float]:
        """Deals, and the amount, that begin after `t` and are won within as many days."""
        return self.arrivals.expected(t, self.horizon if days is None else days)


@dataclass(frozen=True)
class Chances:
    """Open deals by place, (deals,): to be won, to be lost, what they are said to be worth and what they bring if won."""

    deals: Array
    win: Array
    lose: Array
    amount: Array
    brings: Array
    basis: Array

    @property
    def mean(self) -> float:
        return float(self.win @ self.brings)

    @property
    def variance(self) -> float:
        """Of the sum, were the deals independent."""
        return float((self.win * (1 - self.win)) @ self.brings**2)


def fit(histories: Histories, t: float, horizon: float, choice: ladder.Choice | None = None) -> Fitted:
    """Learn from what was known at `t`; `histories` may know more, it is not looked at.

    Which model speaks is chosen, at several times the cost of learning it, unless the `choice` of the same block of days is given.
    """
    known = histories.as_of(t)
    step = hazards.step_of(known, t)
    choice = choice or ladder.choose(known, t, horizon)
    season = seasons.learn(known, t)
    reach = season.longest(horizon)
    table = hazards.fit(known, t, reach, step, aged=choice.rung != "base")
    more = ladder.learn(known, t, reach, step, choice.rung)
    return Fitted(horizon, table, arrivals.fit(known, t, reach, step, season), _growth(known, t), choice, more)


def forecast(histories: Histories, *, as_of: dt.date, until: dt.date, seed: int = 7) -> DealForecast:
    """What is won after the day `as_of` and up to the day `until`, from what was known at the end of `as_of` (UTC).

    Refused where fewer than ten deals had closed, or none was won.
    """
    t, horizon = day_number(as_of) + 1, float((until - as_of).days)
    if horizon <= 0:
        raise Refused("until_before_as_of", until=until, as_of=as_of)
    known = histories.as_of(t)
    closed = int((known.ended <= t).sum())
    if not is_enough(known):
        raise Refused("too_few_closed", count=closed, day=as_of, needed=NEEDED)
    fitted = fit(known, t, horizon)
    chances = fitted.open_deals(known, t)
    shock, measured = shock_of(known, t, horizon)
    drawn = draw(chances, fitted, t, shock, seed)
    return DealForecast(
        as_of,
        until,
        known.ids[chances.deals],
        chances.win,
        chances.lose,
        chances.amount,
        chances.win * chances.brings,
        chances.basis,
        *drawn,
        fitted.new_deals(t)[0],
        closed,
        shock,
        measured,
        fitted.choice,
        fitted.reasons(known, t),
    )


def is_enough(known: Histories) -> bool:
    """Whether what is known carries a number: ten closed deals, one of them won."""
    return int(np.isfinite(known.ended).sum()) >= NEEDED and bool(known.won.any())


def draw(chances: Chances, fitted: Fitted, t: float, shock: float, seed: int) -> tuple[Spread, Spread, Spread]:
    """The spread of everything, of the open deals and of the new ones, from 2,000 draws with one common shock each."""
    dice = np.random.default_rng(seed)
    common = np.exp(dice.normal(0.0, shock, DRAWS) - shock**2 / 2)
    count, amount = fitted.new_deals(t)
    old = _bernoulli(dice, chances) * common
    new = _compound(dice, count, amount, fitted.arrivals.amounts) * common
    means = chances.mean, amount
    return _spread(old + new, sum(means)), _spread(old, means[0]), _spread(new, means[1])


def _bernoulli(dice: np.random.Generator, chances: Chances) -> Array:
    """Sums of the deals that are won, (draws,)."""
    sums = np.zeros(DRAWS)
    brings, win = chances.brings.astype(np.float32), chances.win.astype(np.float32)
    for start in range(0, len(win), 1000):  # 2,000 draws of ten thousand deals at once would take 80 MB
        some = slice(start, start + 1000)
        sums += (dice.random((DRAWS, len(win[some])), dtype=np.float32) < win[some]) @ brings[some]
    return sums


def _compound(dice: np.random.Generator, count: float, amount: float, sizes: Array) -> Array:
    """Sums of as many deals as come by chance, of the sizes of those that came, (draws,)."""
    if count <= 0 or not len(sizes):
        return np.zeros(DRAWS)
    numbers = dice.poisson(count, DRAWS)
    owner = np.repeat(np.arange(DRAWS), numbers)
    sums = np.bincount(owner, dice.choice(sizes, len(owner)), minlength=DRAWS)
    mean = count * float(sizes.mean())
    return sums * (amount / mean) if mean else sums


def _spread(sums: Array, mean: float) -> Spread:
    low, middle, high = np.quantile(sums, QUANTILES)
    return Spread(mean, float(low), float(middle), float(high))


def shock_of(histories: Histories, t: float, until: float, since: float = 0.0) -> tuple[float, int]:
    """How wrong this method was of the days from `since` to `until`, beyond chance, on past days half of `until` apart: a share of the
    number, and over how many days.

    Those days are asked by the table of stages and ages, whichever rung speaks: what moves all deals at once moves every rung.

    It is the shock under which past errors are as large as they should be: Σ w z² = Σ w, newer days weighing more, |z| at most 4.
    """
    past = []
    for number in range(ORIGINS):
        s = t - until * (1 + number / 2)
        if (found := _past(histories, s, since, until)) is not None:
            past.append(found)
    if len(past) < FEWEST:
        return ASSUMED, 0
    error, mean, variance = (np.asarray(part) for part in zip(*past, strict=True))
    weight = 0.9 ** np.arange(len(past))
    low, high = 0.0, 2.0
    for _ in range(30):
        shock = (low + high) / 2
        z2 = np.minimum(error**2 / np.maximum(variance + (shock * mean) ** 2, 1e-12), CLIP**2)
        low, high = (shock, high) if weight @ z2 > weight.sum() else (low, shock)
    return max(high, 0.02), len(past)


def _past(histories: Histories, s: float, since: float, until: float) -> tuple[float, float, float] | None:
    """Error, number and variance of a past day's forecast; none where too little was known then."""
    known = histories.as_of(s)
    if not is_enough(known) or s - float(known.created.min()) < until:
        return None
    fitted = fit(known, s, until, TABLE)
    chances, (count, amount) = fitted.between(known, s, since, until)
    mean = chances.mean + amount
    sizes = fitted.arrivals.amounts
    new = amount**2 / count * float((sizes**2).mean() / max(sizes.mean() ** 2, 1e-12)) if count > 0 and len(sizes) else 0.0
    return won_between(histories, s + since, s + until) - mean, mean, chances.variance + new


def won_between(histories: Histories, since: float, until: float) -> float:
    """The amount of what was won after `since` and up to `until`, as each was worth when it closed."""
    deals = np.flatnonzero(histories.won & (histories.ended > since) & (histories.ended <= until))
    return float(histories.amounts(deals, histories.ended[deals]).sum())


def _growth(histories: Histories, t: float) -> Array:
    """What won deals brought for each unit that they were said to be worth in a stage, (stages + 1,), shrunk to 1."""
    stages = len(histories.words.get("stage", ()))
    said, brought = np.zeros(stages + 1), np.zeros(stages + 1)
    steps = histories.steps.get("stage")
    won = np.flatnonzero(histories.won & (histories.ended <= t))
    if steps is None or not len(won):
        return np.ones(stages + 1)
    inside = np.isin(steps.deal, won) & (steps.at < histories.ended[steps.deal])
    deals, stage = steps.deal[inside], steps.value[inside].astype(np.int64)
    before, after = histories.amounts(deals, steps.at[inside]), histories.amounts(deals, histories.ended[deals])
    good = (before > 0) & (after > 0)
    np.add.at(said, stage[good], before[good])
    np.add.at(brought, stage[good], after[good])
    prior = hazards.PSEUDO * (float(before[good].mean()) if good.any() else 1.0)
    return (brought + prior) / (said + prior)


def rows(found: DealForecast) -> Sequence[dict[str, object]]:
    """The deals as rows of plain values, the largest expectation first."""
    order = np.argsort(-found.expected, kind="stable")
    return [
        {
            "deal_id": str(found.ids[at]),
            "p_win": round(float(found.p_win[at]), 6),
            "p_lost": round(float(found.p_lost[at]), 6),
            "amount": float(found.amount[at]),
            "expected_amount": round(float(found.expected[at]), 4),
            "basis": str(found.basis[at]),
            "reasons": [{"says": SENTENCES[one.code].format(**one.params), "raises": one.raises} for one in found.reasons[at]],
        }
        for at in order
    ]
