"""Why a forecast missed: timing, win rate, amount and new business, which add up to the whole miss."""

from dataclasses import dataclass

import numpy as np

from pacesetter.core.forecasting import deals as engine
from pacesetter.core.forecasting.histories import Histories

LATER = 2.0  # a deal that is won within so many times the horizon, but after it, came late; one that is not, was not won


@dataclass(frozen=True)
class Miss:
    """What came more (or, negative, less) than was said, in the unit of the histories.

    `timing`: deals won sooner or later than expected; `win_rate`: more or fewer of them won at all; `amount`: those that were won
    brought more or less than expected; `new`: deals that did not exist on the day of asking.
    """

    timing: float
    win_rate: float
    amount: float
    new: float

    @property
    def whole(self) -> float:
        return self.timing + self.win_rate + self.amount + self.new


def miss(histories: Histories, t: float, until: float) -> Miss:
    """Split what was won after `t` and up to `until` less what would have been said at `t`; `histories` know at least until then.

    With p the chance to be won by the end, e the chance to be won within twice that time, P and E what became of the deal and b
    what it would bring: timing Σ b (P - E p/e), win rate Σ b (E p/e - p); their sum is Σ b (P - p).
    """
    known = histories.as_of(t)
    end = min(t + LATER * (until - t), max(float(one.at.max()) for one in histories.steps.values()))
    fitted = engine.fit(known, t, max(end, until) - t)
    soon, ever = fitted.open_deals(known, t, until - t), fitted.open_deals(known, t)
    place = np.flatnonzero(histories.created <= t)[soon.deals]
    ended, won = histories.ended[place], histories.won[place]
    came, at_all = won & (ended <= until), won & (ended <= max(end, until))
    expected = at_all * soon.win / np.maximum(ever.win, 1e-12)
    brought = histories.amounts(place[came], ended[came])
    later = np.flatnonzero((histories.created > t) & histories.won & (histories.ended <= until))
    new = histories.amounts(later, histories.ended[later]).sum() - fitted.new_deals(t, until - t)[1]
    return Miss(
        float(soon.brings @ (came - expected)),
        float(soon.brings @ (expected - soon.win)),
        float((brought - soon.brings[came]).sum()),
        float(new),
    )
