"""The assumptions of the what-if page: read from its address, where factors are changes in per cent, and shown as dials."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from babel.numbers import NumberFormatError, parse_decimal
from django.http import QueryDict
from django.utils.translation import gettext as _

from pacesetter.core.errors import Invalid, Refused
from pacesetter.core.forecasting.assumptions import DATES, RANGES, WHOLE, Assumptions
from pacesetter.core.labels import mark
from pacesetter.core.money import to_major, to_minor
from pacesetter.web import formats, words

FACTORS = ("win_rate", "cycle", "size", "price", "arrivals", "market")  # 10 in the address is 1.1
SHARES = ("slip",)  # 10 is 0.1
LABELS: dict[str, str] = {
    "win_rate": mark("Win rate"), "cycle": mark("Sales cycle"), "size": mark("Deal size"), "price": mark("Price of new deals"),
    "arrivals": mark("New deals that begin"), "slip": mark("Deals that slip"), "slip_days": mark("They slip by, days"),
    "market": mark("Market series"), "market_since": mark("The market moves from"),
    "hires": mark("New people"), "hired_on": mark("They begin on"), "ramp_days": mark("Ramp, days"),
    "stages": mark("Only in stages"), "dropped": mark("Deals left out"), "moved": mark("Deals moved"), "worth": mark("Amounts changed"),
}  # fmt: skip
DIALS: dict[str, tuple[int, int]] = {  # what the slider reaches; the number beside it takes what the engine takes
    "win_rate": (-50, 50), "cycle": (-50, 50), "slip": (0, 100), "size": (-50, 50), "price": (-30, 30), "arrivals": (-50, 50),
    "market": (-30, 30),
}  # fmt: skip
NUMBERS = ("slip_days", "hires", "ramp_days")


@dataclass(frozen=True)
class Dial:
    """One assumption as the form shows it: the number typed, and the ends of its slider, where it has one."""

    name: str
    label: str
    value: str
    unit: str = ""
    low: int | None = None
    high: int | None = None
    error: str = ""

    @property
    def is_date(self) -> bool:
        return self.name in DATES


class Asked:
    """What an address assumes, and what of it cannot be."""

    def __init__(self, get: QueryDict, currency: str) -> None:
        self.get, self.currency = get, currency
        self.errors: dict[str, str] = {}
        plain: dict[str, Any] = {}
        for name, value in self._values():
            try:
                plain[name] = getattr(Assumptions.of({name: value() if callable(value) else value}), name)
            except Refused as refused:
                self.errors[name] = self._says(name, refused)
        self.assumed = Assumptions(**plain)

    def _values(self) -> Iterator[tuple[str, Any]]:
        """The values by name, each to be read where it may be refused."""
        for name in (*DIALS, *NUMBERS):
            if text := self.get.get(name, "").strip():
                yield name, lambda name=name, text=text: _number(name, text)
        for name in DATES:
            if day := self.get.get(name, ""):
                yield name, day
        for name, key in (("stages", "stage"), ("dropped", "drop")):
            if several := [one for one in self.get.getlist(key) if one]:
                yield name, several
        for name, key in (("moved", "move."), ("worth", "worth.")):
            if found := {one.removeprefix(key): text for one, text in self.get.items() if one.startswith(key) and text.strip()}:
                yield name, (lambda found=found: self._minor(found)) if name == "worth" else found

    def _minor(self, typed: Mapping[str, str]) -> dict[str, int]:
        return {deal: to_minor(str(_typed("worth", text)), self.currency) for deal, text in typed.items()}

    @staticmethod
    def _says(name: str, refused: Refused) -> str:
        if refused.code == "out_of_range" and name in DIALS:
            low, high = RANGES[name]
            refused.params |= {"low": _shown(name, low), "high": _shown(name, high)}
        refused.params["field"] = _(LABELS[name])
        return words.refusal(refused)

    @property
    def dials(self) -> list[Dial]:
        """Those with a slider."""
        return [Dial(name, _(LABELS[name]), self._value(name), "%", *ends, self.errors.get(name, "")) for name, ends in DIALS.items()]

    @property
    def numbers(self) -> list[Dial]:
        """Those without."""
        names = ("slip_days", "hires", "hired_on", "ramp_days", "market_since")
        return [Dial(name, _(LABELS[name]), self._value(name), error=self.errors.get(name, "")) for name in names]

    def _value(self, name: str) -> str:
        if name in self.get and (name in self.errors or name in DATES):
            return str(self.get.get(name, ""))
        value = getattr(self.assumed, name)
        return "" if value is None else _shown(name, value)


def query_of(assumed: Assumptions, currency: str) -> list[tuple[str, str]]:
    """The part of an address that says these assumptions."""
    plain, found = assumed.plain(), []
    for name, value in plain.items():
        if name in (*DIALS, *NUMBERS):
            found.append((name, _shown(name, value)))
        elif name in DATES:
            found.append((name, value))
        elif name in ("stages", "dropped"):
            found += [("stage" if name == "stages" else "drop", str(one)) for one in value]
        else:
            found += [(f"move.{pk}", day) for pk, day in value.items()] if name == "moved" else []
            found += [(f"worth.{pk}", f"{to_major(round(one), currency):f}") for pk, one in value.items()] if name == "worth" else []
    return found


def in_words(assumed: Assumptions) -> list[tuple[str, str]]:
    """What is assumed, by name, as a table says it."""
    return [(_(LABELS[name]), _said(name, value)) for name, value in assumed.plain().items()]


def _said(name: str, value: Any) -> str:
    if name in FACTORS:
        return formats.signed(formats.percent(value - 1, 0), value > 1)
    if name in SHARES:
        return formats.percent(value, 0)
    if name == "slip_days":
        return formats.days(value)
    if name in DATES:
        return formats.day(dt.date.fromisoformat(value), year=True)
    return formats.number(value if name in WHOLE else len(value))


def _shown(name: str, value: float) -> str:
    """A value as the address holds it."""
    change = (value - 1) * 100 if name in FACTORS else value * 100 if name in SHARES else value
    return f"{round(change, 4):g}"


def _number(name: str, text: str) -> float:
    value = _typed(name, text)
    if name in WHOLE:
        return value if value != int(value) else int(value)
    return round(value / 100 + (1 if name in FACTORS else 0), 8)


def _typed(name: str, text: str) -> float:
    """A number as number fields send it, or in the reader's own writing."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return float(parse_decimal(text.replace(" ", ""), locale=formats.locale(), strict=True))
    except NumberFormatError:
        raise Invalid("wrong_type", field=name, value=text, type=_("number")) from None
