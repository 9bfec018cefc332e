"""What is known of a deal on a day: one row of numbers per deal, by column, from nothing later than that day.

Stages and kinds of touches are put in the order in which they were met, so that words that only come later change nothing.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pacesetter.core.forecasting.histories import Array, Histories, Steps

MET = 12  # kinds of touches of which the days since the last one and their number are features of their own, the most frequent ones
SINCE, COUNTS = tuple(f"since_kind_{rank}" for rank in range(MET)), tuple(f"touches_kind_{rank}" for rank in range(MET))
MAIN = (
    "stage", "furthest", "moves", "days_in_stage", "pace", "days_in_previous", "age", "idle", "bustle", "touches_2", "touches_7", "touches_30",
    "touches_in_stage", "touches", "kind", "amount", "amount_change", "pushes", "days_to_close", "owner_rate", "owners", "weekday",
)  # fmt: skip
NAMES = (*MAIN, *SINCE, *COUNTS)
AT = {name: at for at, name in enumerate(NAMES)}
PSEUDO = 20.0  # deals of all owners that an owner's own are weighed against
KINDS = 15  # kinds of touches that are told apart, the most frequent ones
LONG_AGO = 999.0  # days; what never happened was so long ago


@dataclass(frozen=True)
class Norms:
    """What is usual, learned by a moment: `order` (words + 1,) the rank of each stage by when deals enter it, -1 where nobody ever did;
    `usual` (words + 1,) the median days of won deals in it; `kinds` (words + 1,) places of kinds of touches, -1 for none."""

    order: Array
    usual: Array
    kinds: Array

    @property
    def stages(self) -> int:
        return int(self.order.max()) + 1


def norms(known: Histories) -> Norms:
    """Learn what is usual from all that is known."""
    count, steps = len(known.words.get("stage", ())), known.steps.get("stage")
    order, usual = np.full(count + 1, -1), np.full(count + 1, 1.0)
    if steps is not None and len(steps.deal):
        stage, entered = _words(steps, count), steps.at - known.created[steps.deal]
        seen = np.unique(stage[stage < count])
        late = np.asarray([np.median(entered[stage == one]) for one in seen])
        order[seen[np.lexsort((seen, late))]] = np.arange(len(seen))
        usual = _usual(known, steps, stage, count)
    return Norms(order, usual, _kinds(known))


def _words(steps: Steps, count: int) -> Array:
    """Places of words; behind the last one where there is none."""
    return np.where(np.isnan(steps.value), count, steps.value).astype(np.int64)


def _usual(known: Histories, steps: Steps, word: Array, count: int) -> Array:
    """Median days of won deals in each stage; where none was won, that of all stages."""
    goes_on = np.append(steps.deal[1:] == steps.deal[:-1], False)
    until = np.where(goes_on, np.append(steps.at[1:], 0.0), known.ended[steps.deal])
    won = known.won[steps.deal]
    days, stage = (until - steps.at)[won], word[won]
    whole = float(np.median(days)) if len(days) else 1.0
    found = [float(np.median(days[stage == one])) if (stage == one).any() else whole for one in range(count)]
    return np.maximum(np.asarray([*found, whole]), 0.05)


def _kinds(known: Histories) -> Array:
    steps, places = known.steps.get("touch"), np.full(len(known.words.get("touch", ())) + 1, -1)
    if steps is not None and len(steps.deal):
        seen = np.bincount(steps.value.astype(np.int64), minlength=len(places))
        often = np.argsort(-seen, kind="stable")[:KINDS]
        places[seen > 0] = KINDS
        places[often[seen[often] > 0]] = np.arange(int((seen[often] > 0).sum()))
    return places


def _first_of_each(steps: Steps) -> Steps:
    """The steps at which a deal met a value for the first time."""
    known = np.flatnonzero(~np.isnan(steps.value))
    pairs = np.stack([steps.deal[known], steps.value[known].astype(np.int64)])
    kept = np.zeros(len(steps.deal), dtype=bool)
    kept[known[np.unique(pairs, axis=1, return_index=True)[1]]] = True
    return steps.only(kept)


@dataclass(frozen=True)
class _Field:
    """Steps of one field, searchable by deal and moment."""

    steps: Steps

    @cached_property
    def _key(self) -> tuple[Array, float]:
        return self.steps.order

    def count(self, deals: Array, t: float | Array) -> Array:
        """The place after each deal's last step at or before `t`; that of its first step where there is none."""
        key, first = self._key
        return np.searchsorted(key, deals * Steps.SPAN + (t - first), side="right")

    def start(self, deals: Array) -> Array:
        """The place of each deal's first step."""
        return np.searchsorted(self.steps.deal, deals, side="left")

    def value(self, column: Array, places: Array, start: Array, missing: float) -> Array:
        """A column of the steps at these places; `missing` where a place is before the deal's first."""
        return (
            np.where(places >= start, column[np.clip(places, 0, max(len(column) - 1, 0))], missing)
            if len(column)
            else np.full(len(places), missing)
        )


class Reader:
    """Reads the features of any deals as of any moment out of one state of knowledge."""

    def __init__(self, known: Histories, usual: Norms) -> None:
        self.known, self.norms = known, usual
        nothing = Steps(np.empty(0, dtype=np.int64), np.empty(0), np.empty(0))
        self.fields = {name: _Field(known.steps.get(name, nothing)) for name in ("stage", "touch", "amount", "close_date")}
        stages, closes = self.fields["stage"].steps, self.fields["close_date"].steps
        self.words = _words(stages, len(usual.order) - 1)
        self.rank = usual.order[self.words].astype(float)
        self.furthest = np.maximum.accumulate(stages.deal * 1000.0 + self.rank) - stages.deal * 1000.0 if len(self.rank) else self.rank
        later = np.append(False, (closes.deal[1:] == closes.deal[:-1]) & (closes.value[1:] > closes.value[:-1]))
        self.pushed = np.cumsum(later[: len(closes.deal)])
        touches = self.fields["touch"].steps
        self.kinds = usual.kinds[touches.value.astype(np.int64)] if len(touches.at) else touches.value
        self.by_kind = [_Field(touches.only(self.kinds == rank)) for rank in range(MET)]
        self.owners = _Field(_first_of_each(known.steps.get("owner", nothing)))
        self.closer, _ = known.known("owner", np.arange(len(known)), np.where(np.isfinite(known.ended), known.ended, -np.inf))

    def at(self, deals: Array, t: float) -> Array:
        """Features of these deals as of `t`, (deals, NAMES)."""
        found = self._stages(deals, t) | self._touches(deals, t)
        found |= self._kinds(deals, t) | self._money(deals, t) | {"weekday": np.full(len(deals), np.floor(t) % 7)}
        found |= {"owner_rate": self._owner(deals, t), "owners": self.owners.count(deals, t) - self.owners.start(deals)}
        entered = found.pop("entered")
        found["idle"] = t - np.maximum(found.pop("last"), entered)
        found["touches_in_stage"] = self._since(deals, t, entered)
        return np.column_stack([found[name] for name in NAMES]).astype(float)

    def _stages(self, deals: Array, t: float) -> dict[str, Array]:
        field, created = self.fields["stage"], self.known.created[deals]
        start, after = field.start(deals), field.count(deals, t)
        steps, last = field.steps, after - 1
        entered = field.value(steps.at, last, start, np.nan)
        entered = np.where(np.isnan(entered), created, entered)
        before = field.value(steps.at, last - 1, start, np.nan)
        word = field.value(self.words, last, start, len(self.norms.usual) - 1).astype(np.int64)
        return {
            "stage": field.value(self.rank, last, start, -1),
            "furthest": field.value(self.furthest, last, start, -1),
            "moves": after - start,
            "days_in_stage": t - entered,
            "pace": (t - entered) / self.norms.usual[word],
            "days_in_previous": np.where(np.isnan(before), 0.0, entered - before),
            "age": t - created,
            "entered": entered,
        }

    def _touches(self, deals: Array, t: float) -> dict[str, Array]:
        field = self.fields["touch"]
        start, after = field.start(deals), field.count(deals, t)
        at = field.steps.at
        recent = {f"touches_{days}": after - np.maximum(field.count(deals, t - days), start) for days in (2, 7, 30)}
        return recent | {
            "touches": after - start,
            "kind": field.value(self.kinds, after - 1, start, -1),
            "bustle": np.minimum(t - field.value(at, after - 4, start, -np.inf), LONG_AGO),
            "last": field.value(at, after - 1, start, -np.inf),
        }

    def _kinds(self, deals: Array, t: float) -> dict[str, Array]:
        """Of each of the most frequent kinds the days since the last touch, and how many there were."""
        found = {}
        for since, count, field in zip(SINCE, COUNTS, self.by_kind, strict=True):
            start, after = field.start(deals), field.count(deals, t)
            found[since] = np.minimum(t - field.value(field.steps.at, after - 1, start, -np.inf), LONG_AGO)
            found[count] = after - start
        return found

    def _since(self, deals: Array, t: float, entered: Array) -> Array:
        """Touches since each deal came into its stage."""
        field = self.fields["touch"]
        return field.count(deals, t) - np.maximum(field.count(deals, entered), field.start(deals))

    def _money(self, deals: Array, t: float) -> dict[str, Array]:
        amounts, closes = self.fields["amount"], self.fields["close_date"]
        start, last = amounts.start(deals), amounts.count(deals, t) - 1
        now = np.nan_to_num(amounts.value(amounts.steps.value, last, start, 0.0))
        first = np.nan_to_num(amounts.value(amounts.steps.value, np.where(last >= start, start, -1), start, 0.0))
        both = (now > 0) & (first > 0)
        begin, close = closes.start(deals), closes.count(deals, t) - 1
        pushes = closes.value(self.pushed, close, begin, 0) - closes.value(self.pushed, np.where(close >= begin, begin, -1), begin, 0)
        return {
            "amount": np.sign(now) * np.log1p(np.abs(now)),
            "amount_change": np.where(both, np.log(np.where(both, now, 1.0) / np.where(both, first, 1.0)), 0.0),
            "pushes": pushes,
            "days_to_close": closes.value(closes.steps.value, close, begin, np.nan) - t,
        }

    def _owner(self, deals: Array, t: float) -> Array:
        """The share won of what each deal's owner had closed before `t`, weighed against that of all."""
        closed = self.known.ended <= t
        whole = (self.known.won[closed].sum() + PSEUDO * 0.5) / (closed.sum() + PSEUDO)
        owner, _ = self.known.known("owner", deals, t)
        mine = closed & ~np.isnan(self.closer)
        count = len(self.known.words.get("owner", ())) + 1
        place = self.closer[mine].astype(np.int64)
        won, all_ = np.bincount(place, self.known.won[mine], minlength=count), np.bincount(place, minlength=count)
        rate = (won + PSEUDO * whole) / (all_ + PSEUDO)
        return np.where(np.isnan(owner), whole, rate[np.nan_to_num(owner).astype(np.int64)])
