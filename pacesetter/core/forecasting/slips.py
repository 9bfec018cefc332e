"""Deals that are due in a period and likely not to come in it: a low chance, and at least one sign that something is wrong.

A low chance alone is said of most young deals, a sign alone of many that are won; both together are rarely wrong. Nothing is read
that became true after the moment of asking.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pacesetter.core.forecasting.deals import Fitted
from pacesetter.core.forecasting.features import AT, Reader, norms
from pacesetter.core.forecasting.histories import Array, Histories

BACK = 28.0  # days over which a chance may fall
FELL = 1 / 3  # of the chance that it had then
PUSHES = 2
CUT = 0.1  # of the first amount
IDLE, SEEN = 0.9, 10  # the longest silence of so many of the won deals is usual; of at least so many in a stage, else of all


@dataclass(frozen=True)
class Sign:
    """What is wrong with a deal: `code` idle, fell, pushed or cut, with the figures that say so."""

    code: str
    value: float
    usual: float


@dataclass(frozen=True)
class Slip:
    """A deal by place; `chance` to be won in the period, `amount` what it brings if it is, in the unit of the histories."""

    deal: int
    chance: float
    amount: float
    due: float
    signs: tuple[Sign, ...]

    @property
    def at_stake(self) -> float:
        """The part of the amount that is not expected to come."""
        return self.amount * (1 - self.chance)


def slipping(known: Histories, fitted: Fitted, t: float, until: float, below: float) -> list[Slip]:
    """Open deals with a close date after `t` and before `until`, a chance below `below` to be won by then, and a sign; the largest stake first.

    `known` ends at `t`; all times are days since 1970.
    """
    chances = fitted.open_deals(known, t, until - t)
    due = known.known("close_date", chances.deals, t)[0]
    risky = np.flatnonzero((due >= t) & (due < until) & (chances.win < below))
    if not len(risky):
        return []
    signs = _signs(known, fitted, t, chances.deals[risky], chances.win[risky], until - t)
    found = [
        Slip(int(chances.deals[at]), float(chances.win[at]), float(chances.brings[at]), float(due[at]), mine)
        for at, mine in zip(risky, signs, strict=True)
        if mine
    ]
    return sorted(found, key=lambda one: (-one.at_stake, one.deal))


def due_at(histories: Histories, t: float, until: float) -> Array:
    """Places of the deals that were open at `t` with a close date from then to before `until`."""
    deals = histories.open_at(t)
    due = histories.known("close_date", deals, t)[0]
    return deals[(due >= t) & (due < until)]


def slipped(histories: Histories, deals: Array, since: Array, until: float) -> tuple[Array, Array]:
    """Which of these deals were not won by `until`, and when that was clear: lost, or first dated beyond it after `since`, else at its end."""
    ended, won = histories.ended[deals], histories.won[deals]
    inside = ended <= until
    clear = np.where(inside, ended, np.minimum(_pushed_out(histories, deals, since, until), until))
    return ~(won & inside), clear


def _pushed_out(histories: Histories, deals: Array, since: Array, until: float) -> Array:
    """When each deal was first dated at or beyond `until` after `since`; infinite where it never was."""
    steps, found = histories.steps.get("close_date"), np.full(len(histories), np.inf)
    if steps is not None:
        start = np.full(len(histories), np.inf)
        start[deals] = since
        late = (steps.at > start[steps.deal]) & (steps.value >= until)
        np.minimum.at(found, steps.deal[late], steps.at[late])
    return found[deals]


def _signs(known: Histories, fitted: Fitted, t: float, deals: Array, win: Array, days: float) -> list[tuple[Sign, ...]]:
    usual = fitted.learned.norms if fitted.learned else norms(known)
    x = Reader(known, usual).at(deals, t)
    limit, before = _limits(known, deals, t), _chance_before(known, fitted, t, deals, days)
    idle, pushes, change = x[:, AT["idle"]], x[:, AT["pushes"]], np.expm1(x[:, AT["amount_change"]])
    signs: Sequence[tuple[str, Array, Array, Array]] = (
        ("idle", idle > limit, idle, limit),
        ("fell", win < before * (1 - FELL), win, before),
        ("pushed", pushes >= PUSHES, pushes, np.zeros(len(deals))),
        ("cut", change <= -CUT, change, np.zeros(len(deals))),
    )
    return [
        tuple(Sign(code, float(value[at]), float(beside[at])) for code, there, value, beside in signs if there[at])
        for at in range(len(deals))
    ]


def _chance_before(known: Histories, fitted: Fitted, t: float, deals: Array, days: float) -> Array:
    """The chance that today's model gives each deal as it stood four weeks ago, within as many days; not a number if it was not open."""
    then = fitted.open_deals(known, t - BACK, days)
    chance = np.full(len(known), np.nan)
    chance[then.deals] = then.win
    return chance[deals]


def _limits(known: Histories, deals: Array, t: float) -> Array:
    """Per deal the longest silence that is usual for won deals in its stage, in days; infinite where none was won."""
    stage = known.known("stage", deals, t)[0]
    count = len(known.words.get("stage", ()))
    return _silences(known)[np.where(np.isnan(stage), count, stage).astype(np.int64)]


def _silences(known: Histories) -> Array:
    """The ninth decile of the longest silence of won deals by stage, (stages + 1,), the last for deals without one."""
    count = len(known.words.get("stage", ()))
    deal, at, stage = _events(known, count)
    until = np.where(np.append(deal[1:] == deal[:-1], False), np.append(at[1:], 0.0), known.ended[deal]) if len(deal) else at
    mine = known.won[deal] if len(deal) else np.zeros(0, dtype=bool)
    visit, place = np.unique(deal[mine] * (count + 1) + stage[mine], return_inverse=True)
    longest = np.zeros(len(visit))
    np.maximum.at(longest, place, (until - at)[mine])
    whole = float(np.quantile(longest, IDLE)) if len(visit) else np.inf
    by_stage = [longest[visit % (count + 1) == one] for one in range(count + 1)]
    return np.asarray([np.quantile(some, IDLE) if len(some) >= SEEN else whole for some in by_stage])


def _events(known: Histories, count: int) -> tuple[Array, Array, Array]:
    """Every move and sign of life by deal and moment, with the stage that the deal was in after it."""
    parts = [known.steps[name] for name in ("stage", "touch") if name in known.steps]
    if not parts:
        return np.empty(0, dtype=np.int64), np.empty(0), np.empty(0, dtype=np.int64)
    deal, at = np.concatenate([one.deal for one in parts]), np.concatenate([one.at for one in parts])
    order = np.lexsort((at, deal))
    deal, at = deal[order], at[order]
    stage = known.known("stage", deal, at)[0]
    return deal, at, np.where(np.isnan(stage), count, stage).astype(np.int64)
