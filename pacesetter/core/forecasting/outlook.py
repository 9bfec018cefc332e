"""What a company's open and future deals bring in each of several periods, by owner, so that people add up to the company.

Every draw decides each deal once for a period, for its owner and for everybody above them; sums over any set of owners are
therefore coherent by construction, also their spreads. Amounts are in the unit of the histories.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pacesetter.core.forecasting import deals as engine
from pacesetter.core.forecasting.deals import Fitted
from pacesetter.core.forecasting.expectations import SEED, Expectations, Span, span
from pacesetter.core.forecasting.histories import Array, Histories
from pacesetter.core.forecasting.ladder import Choice

YEAR = 364.0
WEEK = 7.0
PULL = 20.0  # deals of the company's mean size that a person's own mean is weighed against


@dataclass(frozen=True)
class Outlook:
    """What was learned, what is expected of each open deal and of new ones, and the spans in the order in which they were asked."""

    fitted: Fitted
    expected: Expectations
    spans: list[Span]


def outlook(
    known: Histories, t: float, spans: Sequence[tuple[float, float]], staying: Array, *, choice: Choice | None = None, seed: int = SEED
) -> Outlook:
    """Look ahead from `t` over spans of days `(since, until)` counted from `t`; `known` ends at `t`.

    `staying` (owners,) says who of the histories' owners will bring new business; what others brought is shared among them.
    `choice` of the model is made anew unless that of the same block of days is given.
    """
    fitted = engine.fit(known, t, max(until for _, until in spans), choice)
    owner, shares = owners_at(known, known.open_at(t), t), _shares(known, t, staying)
    made = _expected(known, fitted, t, spans, owner, shares)
    return Outlook(fitted, made, [span(made, since, until, seed=seed) for since, until in spans])


def owners_at(known: Histories, deals: Array, t: float) -> Array:
    """The place of each deal's owner as of `t`; behind the last one where nobody owns it."""
    place = known.known("owner", deals, t)[0]
    return np.where(np.isnan(place), len(known.words.get("owner", ())), place).astype(np.int64)


def _expected(
    known: Histories, fitted: Fitted, t: float, spans: Sequence[tuple[float, float]], owner: Array, shares: Array
) -> Expectations:
    days = np.unique(np.concatenate([[0.0], np.maximum(np.ravel(spans), 0.0), np.arange(WEEK, fitted.horizon, WEEK)]))
    found = fitted.open_deals_by(known, t, [float(end) for end in days])
    stage = known.known("stage", found[0].deals, t)[0]
    shocks = np.asarray(
        [
            (since, until, *engine.shock_of(known, t, until, since))
            for since, until in sorted({(max(since, 0.0), until) for since, until in spans})
        ]
    )
    return Expectations(
        t, known.ids[found[0].deals], owner, np.where(np.isnan(stage), -1, stage).astype(np.int64), found[0].brings, days,
        np.column_stack([one.win for one in found]), fitted.arrivals, shares, shocks,
    )  # fmt: skip


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
