"""Assumptions of a scenario: what they mean, within which ranges, and how they are read and written as plain values."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from pacesetter.core.errors import Invalid, add_sentences
from pacesetter.core.labels import mark

add_sentences({"out_of_range": mark("{field} must lie between {low} and {high}.")})
# Factors on rates and sizes, shares and whole numbers, each with the range in which it means something.
RANGES: dict[str, tuple[float, float]] = {
    "win_rate": (0.0, 3.0), "cycle": (0.25, 4.0), "slip": (0.0, 1.0), "slip_days": (1, 366), "size": (0.0, 5.0), "price": (0.0, 5.0),
    "arrivals": (0.0, 5.0), "market": (0.2, 5.0), "hires": (0, 500), "ramp_days": (1, 730), "worth": (0.0, 1e15),
}  # fmt: skip
DATES = ("hired_on", "market_since")
WHOLE = ("slip_days", "hires", "ramp_days")
MOST = 500  # deals that may be changed one by one


@dataclass(frozen=True)
class Assumptions:
    """What is assumed to be otherwise; as it is made, nothing.

    `win_rate` multiplies the chance of every deal, at most to certainty; `cycle` the time that deals take until they are won; `size` what
    deals bring, open and new; `price` what new ones bring (an open deal keeps the price of its quote); `arrivals` how many begin.
    `slip` is the share of open deals that is won `slip_days` later than it would be. `hires` people begin on `hired_on` and bring, after
    `ramp_days`, what the people asked about bring on average. With `stages` the first four hold for open deals in these stages alone, and not
    for new ones. `dropped` deals bring nothing; each one `moved` is won by its day or not at all, with the chance it had to be won
    by any day; `worth` is what deals bring if won. `market` multiplies the market series that bookings follow, from `market_since` on; what
    that does to a period is measured elsewhere (`series.markets`).
    """

    win_rate: float = 1.0
    cycle: float = 1.0
    slip: float = 0.0
    slip_days: int = 91
    size: float = 1.0
    price: float = 1.0
    arrivals: float = 1.0
    market: float = 1.0
    market_since: dt.date | None = None
    hires: int = 0
    hired_on: dt.date | None = None
    ramp_days: int = 91
    stages: tuple[int, ...] = ()
    dropped: tuple[int, ...] = ()
    moved: Mapping[int, dt.date] = field(default_factory=dict)
    worth: Mapping[int, float] = field(default_factory=dict)

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "Assumptions":
        """From plain values, as JSON holds them; raises Invalid for what is not known, of another type, or out of its range."""
        return cls(**{name: _read(name, value) for name, value in plain.items() if value is not None})

    def plain(self) -> dict[str, Any]:
        """What differs from no assumption, as JSON holds it."""
        return {one.name: _plain(value) for one in fields(self) if (value := getattr(self, one.name)) != getattr(NEUTRAL, one.name)}

    @property
    def deals(self) -> set[int]:
        """Those that are named."""
        return {*self.dropped, *self.moved, *self.worth}


NEUTRAL = Assumptions()


def _read(name: str, value: Any) -> Any:
    if name in DATES:
        return _day(name, value)
    if name in ("stages", "dropped"):
        return tuple(sorted({_id(name, one) for one in _several(name, value, list)}))
    if name in ("moved", "worth"):
        read: Callable[[str, Any], Any] = _day if name == "moved" else _number
        return {_id(name, deal): read(name, said) for deal, said in _several(name, value, dict).items()}
    if name not in RANGES:
        raise Invalid("unknown_choice", field="assumptions", value=name, known=", ".join(one.name for one in fields(Assumptions)))
    return _number(name, value)


def _number(name: str, value: Any) -> float:
    kind = "whole number" if name in WHOLE else "number"
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise Invalid("wrong_type", field=name, value=value, type=kind)
    low, high = RANGES[name]
    if not low <= value <= high:
        raise Invalid("out_of_range", field=name, low=low, high=high)
    if name in WHOLE and value != int(value):
        raise Invalid("wrong_type", field=name, value=value, type=kind)
    return int(value) if name in WHOLE else float(value)


def _day(name: str, value: Any) -> dt.date:
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise Invalid("wrong_type", field=name, value=value, type="date") from None


def _id(name: str, value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:  # the keys of JSON are texts
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 62:
        raise Invalid("wrong_type", field=name, value=value, type="number")
    return value


def _several(name: str, value: Any, kind: type[list[Any]] | type[dict[Any, Any]]) -> Any:
    if isinstance(value, tuple) and kind is list:
        value = list(value)
    if not isinstance(value, kind):
        raise Invalid("wrong_type", field=name, value=value, type="list")
    if len(value) > MOST:
        raise Invalid("out_of_range", field=name, low=0, high=MOST)
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in sorted(value.items())}
    return value.isoformat() if isinstance(value, dt.date) else list(value) if isinstance(value, tuple) else value
