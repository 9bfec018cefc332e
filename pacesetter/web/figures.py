"""Numbers of metrics in words: values, differences, fractions and reasons, as every page prints them."""

import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from pacesetter.analytics import numbers
from pacesetter.core import money
from pacesetter.core.metrics import METRICS, Cell
from pacesetter.core.metrics.words import BESIDE, DIMENSIONS, REASONS, SAYINGS, SWITCHES, option_word
from pacesetter.core.periods import Period
from pacesetter.web import formats

SMALL = 20  # below this many rows a rate says how few they are
TIMES = {"month": "LLL y", "quarter": "QQQ y", "year": "y"}


def said(unit: str, value: Any, currency: str | None = None, *, compact: bool = True, digits: int = 1) -> str:
    """A figure in its unit; an en dash for nothing."""
    if value is None:
        return "–"
    if unit == "money":
        value = round(Decimal(str(value))) if compact and abs(value) >= 1000 else value
        return formats.money(money.rounded_minor(Decimal(str(value)), currency or "USD"), currency or "USD", compact=compact)
    if unit == "share":
        return formats.percent(value, digits)
    return _plain(unit, float(value))


def _plain(unit: str, value: float) -> str:
    if unit == "minutes":
        return _("waiting") if math.isinf(value) else formats.duration(value)
    if unit == "days":
        return ngettext("%(n)s day", "%(n)s days", round(value)) % {"n": formats.number(round(value))}
    if unit == "ratio":
        return pgettext("times", "%(n)s×") % {"n": formats.number(value, 1)}
    return formats.number(value, compact=True) if value == int(value) else formats.number(value, 1)


def value(cell: Cell, name: str = "value") -> str:
    """The value of a cell, or of a figure beside it."""
    if name == "value":
        return said(cell.unit, cell.value, cell.currency)
    return said(cell.units.get(name, cell.unit), cell.beside.get(name), cell.currency)


def part(cell: Cell, name: str) -> str:
    """The numerator or the denominator."""
    return said(cell.units.get(name, "count"), getattr(cell, name), cell.currency)


def says(cell: Cell) -> str:
    """The word instead of, or beside, the value."""
    return _(SAYINGS[cell.says]) if cell.says in SAYINGS else ""


def difference(cell: Cell, name: str = "value") -> tuple[str, bool | None]:
    """How far a cell moved since its comparison, signed, and whether that is good."""
    now, before = _figure(cell, name), _figure(cell.previous, name) if cell.previous else None
    if now is None or before is None:
        return "", None
    return apart(cell, now, before), _good(cell, float(now) - float(before))


def apart(cell: Cell, now: Any, before: Any) -> str:
    """The distance of two values, signed: points for shares, per cent for money, else in the unit."""
    step = float(now) - float(before)
    if cell.unit == "share":
        return _("%(n)s pt") % {"n": _signed(formats.number(step * 100, 1), step)}
    if cell.unit == "money":
        return _signed(formats.percent(step / abs(float(before)), 1), step) if before else ""
    return _signed(short(cell.unit, step), step)


def short(unit: str, value: Any) -> str:
    """Days without the word, where there is little room: 31 d. Durations say nothing of direction, so the sign is ours."""
    if unit == "minutes" and value < 0:
        return formats.MINUS + said(unit, -value)
    return formats.days(value) if unit == "days" else said(unit, value)


def _signed(text: str, step: float) -> str:
    return formats.signed(text, step > 0 and not text.startswith("+"))


def _good(cell: Cell, step: float) -> bool | None:
    better = METRICS[cell.metric].higher_is_better
    return None if better is None or not step else (step > 0) == better


def _figure(cell: Cell, name: str) -> Any:
    return cell.value if name == "value" else cell.beside.get(name)


def reached(cell: Cell) -> bool | None:
    """Whether the target is met; None without a target or a value."""
    shape = METRICS[cell.metric]
    now = _figure(cell, shape.target_on)
    if cell.target is None or now is None or shape.higher_is_better is None:
        return None
    met = bool(now >= cell.target if shape.higher_is_better else now <= cell.target)
    return None if not met and shape.aggregate.key == "total" and is_running(cell) else met


def is_running(cell: Cell) -> bool:
    """Whether the period goes on after the day asked for: what adds up may still get there."""
    return cell.until is not None and cell.as_of is not None and cell.until > cell.as_of


def target(cell: Cell) -> str:
    return said(METRICS[cell.metric].unit, cell.target, cell.currency)


def interval(cell: Cell) -> str:
    """21.6 – 35.9 %."""
    if cell.interval is None:
        return ""
    low, high = cell.interval
    return f"{formats.number(low * 100, 1)} – {formats.percent(high, 1)}"


def few(cell: Cell) -> int | None:
    """How many rows a rate rests on, when they are few."""
    base = cell.den if cell.units.get("den") == "count" and cell.den is not None else cell.n
    return int(base) if METRICS[cell.metric].aggregate.key != "total" and 0 < base < SMALL else None


def reason(key: str) -> str:
    return _(REASONS[key]) if key in REASONS else key


def dimension(key: str) -> str:
    return _(DIMENSIONS[key]) if key in DIMENSIONS else key


def beside(key: str) -> str:
    return _(BESIDE[key]) if key in BESIDE else key


def switch(key: str) -> str:
    return _(SWITCHES[key]) if key in SWITCHES else key


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def option(name: str, key: str) -> str:
    """The word for an option; numbers are weeks, or keys of stages."""
    return _("Week %(n)s") % {"n": key} if name == "week" else _(option_word(key))


def named(name: str, values: Iterable[Any]) -> dict[Any, str]:
    """What the values of a breakdown are called, in the reader's language."""
    listed = list(values)
    if name in TIMES:
        return {day: _time(name, day) for day in listed}
    found = numbers.labels(name, listed, formats.locale().language)
    return {key: found.get(key) or (_choice(key) if key is not None else _("None")) for key in listed}


def _choice(key: Any) -> str:
    return str(_(str(key).replace("_", " ").capitalize()))


def _time(name: str, day: Any) -> str:
    from babel.dates import format_date

    return format_date(day, TIMES[name], locale=formats.locale())


def period(shown: Period) -> str:
    """Q4 2026, November 2026, 2026, or two days."""
    if shown.grain == "all":
        return _("All time")
    if shown.grain == "quarter":
        return _("Q%(n)s %(year)s") % {"n": shown.label[-1], "year": shown.label[:4]}
    if shown.grain == "year":
        return shown.label
    return _time("month", shown.since) if shown.grain == "month" else f"{formats.day(shown.since)} – {formats.day(shown.last)}"
