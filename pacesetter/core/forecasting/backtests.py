"""How far off forecasts of deals would have been: from every past day, with what was known then, against simple rules.

Baselines: `stage_weighted` is what a CRM shows (amount times the share of closed deals that ever stood in the stage and were won);
`previous` is what was won in as many days just before; `stage_age` is the share of amount won within the horizon by stage and time
in it, 20 pseudo-counts, with what new deals brought on average in past windows.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from pacesetter.core.errors import Refused, add_sentences
from pacesetter.core.forecasting import deals, hazards, ladder, measures
from pacesetter.core.forecasting.features import norms
from pacesetter.core.forecasting.histories import Array, Histories, day_number
from pacesetter.core.labels import mark

add_sentences(
    {"nothing_to_backtest": mark("There is no day between {since} and {until} that a forecast over {days} days can be scored from.")}
)
METHODS = ("pacesetter", "stage_age", "stage_weighted", "previous")
WITHIN = 0.1


@dataclass(frozen=True)
class Judged:
    """The deals that were open on a day, (deals,): our chances to be won and lost within the horizon, that of the table by stage and
    age to be won, what came, and whether a deal stood in the later half of the stages."""

    win: Array
    lose: Array
    table: Array
    won: Array
    lost: Array
    late: Array


@dataclass(frozen=True)
class Origin:
    """One day that was asked: what was won in the horizon after it, what each method said, our band of 80 %, and deal by deal."""

    as_of: dt.date
    actual: float
    said: dict[str, float]
    low: float
    high: float
    deals: Judged


@dataclass(frozen=True)
class Score:
    """A method over all days: WAPE = Σ|f-y| / Σ|y|, bias = Σ(f-y) / Σ|y|, and the share of days within ±10 %."""

    method: str
    wape: float
    bias: float
    within: float


@dataclass(frozen=True)
class Backtest:
    """Every day that was asked, the methods' scores, and how often the actual lay in our band of 80 %.

    `independent` is how many of the windows do not overlap: that, and not the number of days, is the size of the sample.
    """

    horizon: int
    origins: list[Origin]
    scores: list[Score]
    coverage: float
    independent: int


def backtest(
    histories: Histories,
    *,
    since: dt.date,
    until: dt.date,
    horizon: int,
    every: int = 2,
    refit: int = 7,
    step: Callable[[int, int], None] = lambda done, total: None,
) -> Backtest:
    """Ask from each `every`-th day from `since` to `until`, learning anew every `refit` days, over `horizon` days.

    Days whose horizon ends after the histories do cannot be scored, and are not asked.
    """
    if horizon < 1 or until < since or not len(histories):
        raise Refused("nothing_to_backtest", since=since, until=until, days=horizon)
    count = (until - since).days // every + 1
    origins = []
    for number, origin in enumerate(_origins(histories, since, count, horizon, every, refit)):
        step(number + 1, count)
        if origin:
            origins.append(origin)
    if not origins:
        raise Refused("nothing_to_backtest", since=since, until=until, days=horizon)
    actual = np.asarray([one.actual for one in origins])
    low, high = (np.asarray([getattr(one, edge) for one in origins]) for edge in ("low", "high"))
    scores = [_score(method, np.asarray([one.said[method] for one in origins]), actual) for method in METHODS]
    return Backtest(horizon, origins, scores, measures.coverage(actual, low, high), 1 + (len(origins) - 1) * every // horizon)


def _origins(histories: Histories, since: dt.date, count: int, horizon: int, every: int, refit: int) -> Iterator[Origin | None]:
    learned: _Learned | None = None
    last = max(float(one.at.max()) for one in histories.steps.values())
    for number in range(count):
        day = since + dt.timedelta(days=number * every)
        if day_number(day) + horizon > last:
            return
        known = histories.as_of(day_number(day))
        if learned is None or (day - learned.day).days >= refit:
            learned = _Learned.by(known, day, horizon, learned)
        yield _origin(histories, known, learned, day, horizon) if learned else None


@dataclass(frozen=True)
class _Learned:
    """What was learned on a day by us and by the table."""

    day: dt.date
    fitted: deals.Fitted
    plain: hazards.Hazards
    shock: float
    stages: Array
    table: Array
    new: float

    @classmethod
    def by(cls, known: Histories, day: dt.date, horizon: int, last: "_Learned | None") -> "_Learned | None":
        t = day_number(day)
        if not deals.is_enough(known):
            return None
        standing = last is not None and ladder.block(day_number(last.day)) == ladder.block(t)
        fitted = deals.fit(known, t, horizon, last.fitted.choice if last and standing else None)
        shock, _ = deals.shock_of(known, t, horizon)
        plain = hazards.fit(known, t, horizon, fitted.hazards.step, sized=False)
        return cls(day, fitted, plain, shock, _ever_won(known, t), *_table(known, t, horizon, fitted.hazards.step))


def _origin(histories: Histories, known: Histories, learned: _Learned, day: dt.date, horizon: int) -> Origin:
    t = day_number(day)
    chances = learned.fitted.open_deals(known, t)
    total, _, _ = deals.draw(chances, learned.fitted, t, learned.shock, seed=7)
    cells = hazards.cells_at(known, chances.deals, t, learned.fitted.hazards.step)
    said = {
        "pacesetter": total.mean,
        "stage_age": float(chances.amount @ learned.table[cells]) + learned.new,
        "stage_weighted": float(chances.amount @ learned.stages[cells // hazards.BANDS]),
        "previous": deals.won_between(known, t - horizon, t),
    }
    actual, judged = deals.won_between(histories, t, t + horizon), _judged(histories, known, learned, chances, t)
    return Origin(day, actual, said, total.p10, total.p90, judged)


def _judged(histories: Histories, known: Histories, learned: _Learned, chances: deals.Chances, t: float) -> Judged:
    place = np.flatnonzero(histories.created <= t)[chances.deals]
    fitted = learned.fitted
    came = histories.ended[place] <= t + fitted.horizon
    table, _ = learned.plain.within(learned.plain.rows_at(known, chances.deals, t), fitted.horizon)
    order = norms(known).order
    stage, _ = known.known("stage", chances.deals, t)
    rank = order[np.where(np.isnan(stage), len(order) - 1, stage).astype(np.int64)]
    return Judged(chances.win, chances.lose, table, came & histories.won[place], came & ~histories.won[place], rank > order.max() / 2)


def _ever_won(known: Histories, t: float) -> Array:
    """By stage, (stages + 1,): the share of the closed deals that ever stood in it that was won."""
    stages = len(known.words.get("stage", ()))
    closed = known.ended <= t
    whole = float(known.won[closed].mean()) if closed.any() else 0.0
    steps = known.steps.get("stage")
    if steps is None:
        return np.full(stages + 1, whole)
    pairs = np.unique(np.stack([steps.value.astype(np.int64), steps.deal]), axis=1)
    pairs = pairs[:, closed[pairs[1]]]
    seen = np.bincount(pairs[0], minlength=stages + 1)
    won = np.bincount(pairs[0], known.won[pairs[1]], minlength=stages + 1)
    return np.where(seen > 0, won / np.maximum(seen, 1), whole)


def _table(known: Histories, t: float, horizon: int, step: float) -> tuple[Array, float]:
    """By cell: the share of amount won within the horizon; and what new deals brought on average, over past days a period apart."""
    cells = (len(known.words.get("stage", ())) + 1) * hazards.BANDS
    amount, won, new = np.zeros(cells), np.zeros(cells), []
    for s in hazards.landmarks(known, t - horizon + step, step):
        open_ = known.open_at(s)
        place = hazards.cells_at(known, open_, s, step)
        worth = known.amounts(open_, s)
        amount += np.bincount(place, worth, minlength=cells)
        won += np.bincount(place, worth * (known.won[open_] & (known.ended[open_] <= s + horizon)), minlength=cells)
        later = np.flatnonzero((known.created > s) & known.won & (known.ended <= s + horizon))
        new.append(float(known.amounts(later, t).sum()))
    mean = amount.sum() / max(len(new), 1) / max(cells, 1)
    pull = hazards.PSEUDO * max(mean, 1e-9)
    whole = won.sum() / max(amount.sum(), 1e-9)
    return (won + pull * whole) / (amount + pull), float(np.mean(new)) if new else 0.0


def _score(method: str, said: Array, actual: Array) -> Score:
    return Score(method, measures.wape(actual, said), measures.bias(actual, said), measures.within(actual, said, WITHIN))
