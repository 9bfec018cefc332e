"""What becomes of open deals, period by period: a discrete-time hazard with two competing ends, won and lost.

A table by stage and time in it, counted over all past days ("landmarks") on which deals stood there, and shrunk to its stage
and to all deals where it was seen little; inside it deals of four sizes, shrunk to all sizes, as large ones are often won
later and less. It is the rung of the ladder that any company can stand on (Allison 1982 for the discrete-time hazard; van
Houwelingen 2007 for landmarks).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pacesetter.core.forecasting.histories import Array, Histories

PSEUDO = 20.0  # deals that a cell's own count is weighed against
ENOUGH = 50.0  # deals from which on a cell is said to speak for itself
AGES = 2.0 ** np.arange(7)  # bounds of the time in a stage, in periods
BANDS = len(AGES) + 1
SIZES, SIZED = (0.25, 0.5, 0.75), 100  # quantiles of amounts between sizes, and deals with an amount from which on sizes are told apart
PULL = 5.0  # deals of all sizes that those of one size are weighed against
LANDMARKS = 200  # at most so many, the latest
HALF = 20.0  # periods after which a past day weighs half: how deals are sold drifts
STEPS = (1.0, 7.0, 28.0)  # lengths of a period in days


@dataclass(frozen=True)
class Hazards:
    """Hazards by row and period, (cells * sizes, periods): the share of those still open that is won or lost in the period.

    `step` is a period's length in days, `stages` how many stages there are; a deal without a stage has cells of its own. `edges`
    (sizes - 1,) are the amounts between the sizes. `seen` (cells,) and `by_stage` (stages + 1,) are how many deals stood there, on how
    many days, by weight.
    """

    step: float
    stages: int
    edges: Array
    win: Array
    lose: Array
    seen: Array
    by_stage: Array

    def rows_at(self, histories: Histories, deals: Array, t: float) -> Array:
        """The row of each deal as of `t`: its cell, and its size."""
        return _rows(histories, deals, t, self.step, self.edges)

    def within(self, rows: Array, days: float) -> tuple[Array, Array]:
        """Chances to be won and to be lost within so many days, (deals,), straight between the ends of periods."""
        at = days / self.step
        return tuple(_by(path, at)[rows] for path in _incidence(self.win, self.lose))  # type: ignore[return-value]

    def stage(self, rows: Array) -> Array:
        """The stage of each row; the last one is none."""
        return rows // (BANDS * self.sizes)

    def basis(self, rows: Array) -> Array:
        """What speaks for each deal: "stage_age" where its own cell was seen often, else "stage", else "all"."""
        own, stage = self.seen[rows // self.sizes] >= ENOUGH, self.by_stage[self.stage(rows)] >= ENOUGH
        return np.where(own, "stage_age", np.where(stage, "stage", "all"))

    @property
    def sizes(self) -> int:
        return len(self.edges) + 1


def cells_at(histories: Histories, deals: Array, t: float, step: float) -> Array:
    """The cell of each deal as of `t`: its stage, and how long it has been there."""
    stage, since = histories.known("stage", deals, t)
    count = len(histories.words.get("stage", ()))
    since = np.where(np.isnan(stage), histories.created[deals], since)
    stage = np.where(np.isnan(stage), count, stage).astype(np.int64)
    return stage * BANDS + np.digitize((t - since) / step, AGES)


def step_of(histories: Histories, t: float) -> float:
    """The length of a period: about a fourteenth of the median time to win, as a day, a week or four weeks."""
    won = histories.won & (histories.ended <= t)
    cycle = float(np.median((histories.ended - histories.created)[won])) if won.any() else 90.0
    return max((step for step in STEPS if step <= max(cycle / 14, 1.0)), default=1.0)


def _rows(histories: Histories, deals: Array, t: float, step: float, edges: Array) -> Array:
    cells = cells_at(histories, deals, t, step)
    return cells * (len(edges) + 1) + np.digitize(histories.amounts(deals, t), edges) if len(edges) else cells


def edges_of(histories: Histories, t: float) -> Array:
    """The amounts between the sizes of deals, a quarter of all each; none where too few have one, or it is nearly always the same."""
    amounts = histories.amounts(np.arange(len(histories)), np.minimum(histories.ended, t))
    amounts = amounts[amounts > 0]
    found = np.unique(np.quantile(amounts, SIZES)) if len(amounts) >= SIZED else np.empty(0)
    return found if len(found) == len(SIZES) else np.empty(0)


def fit(histories: Histories, t: float, horizon: float, step: float, *, aged: bool = True, sized: bool = True) -> Hazards:
    """Count what became of the deals that were open on past days, each followed up to `horizon` days, at most to `t`; newer days weigh more.

    Unless `aged`, a stage's deals are taken together, however long they have been there; unless `sized`, of whatever size.
    """
    stages, periods = len(histories.words.get("stage", ())), int(np.ceil(horizon / step))
    edges = edges_of(histories, t) if sized and aged else np.empty(0)
    cells, sizes = (stages + 1) * BANDS, len(edges) + 1
    risk, win, lose = (np.zeros((cells * sizes, periods)) for _ in range(3))
    for s in landmarks(histories, t, step):
        deals = histories.open_at(s)
        weight = 0.5 ** ((t - s) / step / HALF)
        _count(histories, deals, _rows(histories, deals, s, step, edges), (s, t, step, weight), risk, win, lose)
    if not aged:
        risk, win, lose = (_together(part, stages) for part in (risk, win, lose))
    of_cells = [part.reshape(cells, sizes, periods).sum(axis=1) for part in (risk, win, lose)]
    won, lost = (_by_size(part, _shrunk(whole, of_cells[0], stages), risk) for part, whole in ((win, of_cells[1]), (lose, of_cells[2])))
    scale = np.maximum(won + lost, 1.0)
    first = of_cells[0][:, 0] if periods else np.zeros(cells)
    by_stage = first.reshape(stages + 1, BANDS).sum(axis=1) / (1 if aged else BANDS)
    return Hazards(step, stages, edges, won / scale, lost / scale, first if aged else np.zeros(cells), by_stage)


def _by_size(ended: Array, whole: Array, risk: Array) -> Array:
    """Shares of each size, pulled to those of its cell (cells, periods), of all sizes."""
    if len(whole) == len(ended):
        return whole
    return (ended + PULL * np.repeat(whole, len(ended) // len(whole), axis=0)) / (risk + PULL)


def _together(counts: Array, stages: int) -> Array:
    """Every band of a stage with the counts of all of them."""
    return np.repeat(counts.reshape(stages + 1, BANDS, -1).sum(axis=1), BANDS, axis=0)


def landmarks(histories: Histories, t: float, step: float) -> Iterator[float]:
    """Past days on which to look, one period apart, back from one period before `t`."""
    first = float(histories.created.min()) if len(histories) else t
    for number in range(1, LANDMARKS + 1):
        if (s := t - number * step) < first:
            return
        yield s


def _count(
    histories: Histories, deals: Array, cells: Array, when: tuple[float, float, float, float], risk: Array, win: Array, lose: Array
) -> None:
    """Add one landmark: who was at risk in each period that has passed by now, and who ended in it."""
    s, t, step, weight = when
    periods = min(risk.shape[1], int((t - s) / step + 1e-9))
    end = histories.ended[deals]
    ends = np.minimum(np.where(end <= t, np.floor((np.minimum(end, t) - s) / step), periods), periods).astype(np.int64)
    won = histories.won[deals]
    for ended, chosen in ((win, won), (lose, ~won)):
        ended[:, :periods] += weight * _by_period(cells[chosen], ends[chosen], len(risk), periods)[:, :-1]
    still = _by_period(cells, ends, len(risk), periods)[:, ::-1].cumsum(axis=1)[:, ::-1]
    risk[:, :periods] += weight * still[:, :periods]


def _by_period(cells: Array, ends: Array, count: int, periods: int) -> Array:
    """How many deals of each cell end in each period, (cells, periods + 1); the last column is later."""
    return np.bincount(cells * (periods + 1) + ends, minlength=count * (periods + 1)).reshape(count, periods + 1)


def _shrunk(ended: Array, risk: Array, stages: int) -> Array:
    """Shares of those at risk, each cell pulled to its stage, each stage to all deals."""
    whole = ended.sum(axis=0) / np.maximum(risk.sum(axis=0), 1.0)
    by_stage = [part.reshape(stages + 1, BANDS, -1).sum(axis=1) for part in (ended, risk)]
    stage = (by_stage[0] + PSEUDO * whole) / (by_stage[1] + PSEUDO)
    return (ended + PSEUDO * np.repeat(stage, BANDS, axis=0)) / (risk + PSEUDO)


def _by(path: Array, at: float) -> Array:
    """The value of each path at a place between two periods."""
    low = min(int(at), path.shape[1] - 1)
    high = min(low + 1, path.shape[1] - 1)
    return np.asarray(path[:, low] + (path[:, high] - path[:, low]) * (at - low))


def _incidence(win: Array, lose: Array) -> tuple[Array, Array]:
    """Cumulative incidence from hazards: Σ S(k-1)·h(k), with S(k) = Π(1 - h_win - h_lose)."""
    still = np.cumprod(1 - win - lose, axis=1)
    before = np.concatenate([np.ones((len(win), 1)), still[:, :-1]], axis=1)
    zero = np.zeros((len(win), 1))
    return tuple(np.concatenate([zero, np.cumsum(before * part, axis=1)], axis=1) for part in (win, lose))  # type: ignore[return-value]
