"""What if: the same expectations under other assumptions, and what each of them adds.

Assumptions are applied one after the other to the chances that a forecast was made of; nothing is learned anew, and what is drawn
then is drawn with the same dice, so that without assumptions the forecast itself comes out.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pacesetter.core.forecasting.assumptions import NEUTRAL, Assumptions
from pacesetter.core.forecasting.expectations import Expectations, Hires, Span, along, span
from pacesetter.core.forecasting.histories import Array, day_number


@dataclass(frozen=True)
class Answer:
    """A span as it is expected under assumptions.

    `effects` are what open and new deals bring on average, (2, owners + 1), after each assumption, in the order in which they hold;
    the last place is those who are to be hired.
    """

    span: Span
    effects: list[tuple[str, Array]]


def ask(made: Expectations, since: float, until: float, owners: Sequence[int], assumed: Assumptions, market: float = 1.0) -> Answer:
    """What these owners (places) bring between two days, in days from the day of asking; without assumptions that is the run itself.

    `market` is what the assumption on the market does to all that comes between the two days, as a factor.
    """
    made = made.of(np.asarray(owners, dtype=np.int64))
    effects = []
    for name, changed in _under(made, owners, assumed):
        effects.append((name, _means(changed, since, until, owners)))
        made = changed
    if assumed.market != NEUTRAL.market:
        made = _dearer(replace(made, brings=made.brings * market), market)
        effects.append(("market", _means(made, since, until, owners)))
    return Answer(span(made, since, until, owners), effects)


def _means(made: Expectations, since: float, until: float, owners: Sequence[int]) -> Array:
    places = np.asarray(owners, dtype=np.int64)
    opened, new = made.opened(since, until)[places], made.coming(since, until)[1] * made.shares[places]
    return np.stack([np.append(opened, 0.0), np.append(new, made.hired(since, until)[1])])


def _under(made: Expectations, owners: Sequence[int], assumed: Assumptions) -> Iterator[tuple[str, Expectations]]:
    """The expectations after each of the assumptions, those that assume nothing left out."""
    for name, step in STEPS.items():
        if getattr(assumed, name) != getattr(NEUTRAL, name):
            made = step(made, assumed, owners)
            yield name, made


def _win_rate(made: Expectations, assumed: Assumptions, _owners: Sequence[int]) -> Expectations:
    return _paced(made, assumed, lambda _days, paths: np.minimum(paths * assumed.win_rate, 1.0))


def _cycle(made: Expectations, assumed: Assumptions, _owners: Sequence[int]) -> Expectations:
    return _paced(made, assumed, lambda days, paths: np.stack([along(days, paths, day / assumed.cycle) for day in days], axis=-1))


def _paced(made: Expectations, assumed: Assumptions, change: Callable[[Array, Array], Array]) -> Expectations:
    """The paths of open deals changed, and, unless only stages are asked about, the curves by which new deals are won."""
    paths = np.where(_mine(made, assumed)[:, None], change(made.days, made.paths), made.paths)
    if assumed.stages:
        return replace(made, paths=paths)
    old = made.arrivals
    ages = np.arange(len(old.won)) * old.step
    return replace(made, paths=paths, arrivals=replace(old, won=change(ages, old.won), count=change(ages, old.count)))


def _slip(made: Expectations, assumed: Assumptions, _owners: Sequence[int]) -> Expectations:
    later = np.column_stack([along(made.days, made.paths, day - assumed.slip_days) for day in made.days])
    share = assumed.slip * _mine(made, assumed)[:, None]
    return replace(made, paths=(1 - share) * made.paths + share * later)


def _size(made: Expectations, assumed: Assumptions, owners: Sequence[int]) -> Expectations:
    brings = np.where(_mine(made, assumed), made.brings * assumed.size, made.brings)
    made = replace(made, brings=brings)
    return made if assumed.stages else _dearer(made, assumed.size)


def _price(made: Expectations, assumed: Assumptions, _owners: Sequence[int]) -> Expectations:
    return _dearer(made, assumed.price)


def _dearer(made: Expectations, factor: float) -> Expectations:
    return replace(made, arrivals=replace(made.arrivals, amounts=made.arrivals.amounts * factor))


def _arrivals(made: Expectations, assumed: Assumptions, _owners: Sequence[int]) -> Expectations:
    return replace(made, arrivals=replace(made.arrivals, rate=made.arrivals.rate * assumed.arrivals))


def _hires(made: Expectations, assumed: Assumptions, owners: Sequence[int]) -> Expectations:
    brings = made.shares[np.asarray(owners, dtype=np.int64)]
    each = float(brings[brings > 0].mean()) if (brings > 0).any() else 0.0
    start = max(day_number(assumed.hired_on) - made.t, 0.0) if assumed.hired_on else 0.0
    return replace(made, hires=Hires(assumed.hires * each, start, assumed.ramp_days))


def _dropped(made: Expectations, assumed: Assumptions, _owners: Sequence[int]) -> Expectations:
    return replace(made, paths=np.where(np.isin(made.ids, assumed.dropped)[:, None], 0.0, made.paths))


def _moved(made: Expectations, assumed: Assumptions, _owners: Sequence[int]) -> Expectations:
    paths = made.paths.copy()
    for deal, day in assumed.moved.items():
        by = max(day_number(day) + 1 - made.t, 1.0)  # the end of the day, and never before tomorrow's
        mine = made.ids == deal
        paths[mine] = paths[mine, -1:] * (made.days >= by)
    return replace(made, paths=paths)


def _worth(made: Expectations, assumed: Assumptions, _owners: Sequence[int]) -> Expectations:
    brings = made.brings.copy()
    for deal, amount in assumed.worth.items():
        brings[made.ids == deal] = amount
    return replace(made, brings=brings)


def _mine(made: Expectations, assumed: Assumptions) -> Array:
    """Which open deals rates hold for."""
    return np.isin(made.stage, assumed.stages) if assumed.stages else np.ones(len(made.ids), dtype=bool)


STEPS: dict[str, Callable[[Expectations, Assumptions, Sequence[int]], Expectations]] = {
    "win_rate": _win_rate, "cycle": _cycle, "slip": _slip, "size": _size, "price": _price, "arrivals": _arrivals, "hires": _hires,
    "dropped": _dropped, "moved": _moved, "worth": _worth,
}  # fmt: skip
