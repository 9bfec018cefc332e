"""From the text of a cell to the value of a field."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from pacesetter.base.loaders import Slot
from pacesetter.core.errors import Invalid, add_sentences
from pacesetter.core.labels import mark
from pacesetter.core.text import fold
from pacesetter.intake.readers import dates, numbers
from pacesetter.intake.readers.schema import BOOLEANS

add_sentences(
    {
        "not_yes_or_no": mark("{value} is neither yes nor no."),
        "not_whole": mark("{value} is not a whole number."),
    }
)

Convert = Callable[[str], Any]


@dataclass(frozen=True)
class Manner:
    """How one column writes its values; `scale` multiplies amounts given in thousands or millions."""

    decimal: numbers.Style = "."
    order: dates.Order = "ymd"
    scale: int = 1
    zone: str = "UTC"

    @classmethod
    def of(cls, column: dict[str, Any], zone: str) -> "Manner":
        return cls(column.get("decimal") or ".", column.get("order") or "ymd", column.get("scale") or 1, zone)


def converter(slot: Slot, manner: Manner) -> Convert:
    """The function that turns a cell's text into the slot's value, or raises Invalid."""
    match slot.type:
        case "number" | "percent":
            return partial(_whole, manner=manner)
        case "decimal" | "money":
            return partial(_number, manner=manner)
        case "date":
            return partial(_day, manner=manner)
        case "instant":
            return partial(_instant, manner=manner)
        case "boolean":
            return _boolean
        case "done":
            return _done
        case "email":
            return str.lower
        case "long_text":
            return str
    return partial(_text, limit=slot.limit or 0)


def _text(text: str, limit: int) -> str:
    text = " ".join(text.split())
    if limit and len(text) > limit:
        raise Invalid("too_long", value=text[:80], limit=limit)
    return text


def _number(text: str, manner: Manner) -> Decimal:
    number = numbers.parse(text, manner.decimal)
    return number if manner.scale == 1 else number * manner.scale


def _whole(text: str, manner: Manner) -> int:
    number = _number(text, manner)
    if number != int(number):
        raise Invalid("not_whole", value=text)
    return int(number)


def _day(text: str, manner: Manner) -> date:
    """The day in the import's zone, so that midnight elsewhere does not move it."""
    if EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text) / 1000, UTC).date()
    if not dates.has_zone(text):
        return dates.parse_day(text, manner.order)
    zone = ZoneInfo(manner.zone)
    return dates.parse_instant(text, manner.order, zone).astimezone(zone).date()


EPOCH = re.compile(r"\d{13}")  # milliseconds since 1970, as interfaces write them


def _instant(text: str, manner: Manner) -> datetime:
    if EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    return dates.parse_instant(text, manner.order, ZoneInfo(manner.zone))


def _boolean(text: str) -> bool:
    try:
        return BOOLEANS[fold(text)]
    except KeyError:
        raise Invalid("not_yes_or_no", value=text) from None


def _done(text: str) -> bool:
    """Whether a task is done, by a yes or no or by the usual words of a status."""
    return BOOLEANS.get(fold(text), fold(text).replace("_", " ") in DONE)


DONE = {"completed", "complete", "done", "closed", "finished", "completada", "completata", "hecho", "fatto"}
